// A magazine of long articles, drawn by Lit; its screens change without loading.
import { html, render, nothing } from 'lit';
import { guard, toast, beacon } from '../page/kit.js';
import { path, go, routes } from '../page/router.js';

const WORDS = 'the light over harbour was thin and grey when first boats came back with nets full of mackerel while somebody on quay sang an old song about winter nobody could finish because its last verse had been lost'.split(' ');
const say = (seed, n) => { let s = (seed + 3) * 2654435761 % 4294967296; const out = []; for (let i = 0; i < n; i++) { s = (s * 1664525 + 1013904223) % 4294967296; out.push(WORDS[Math.floor(s / 65536) % WORDS.length]); } const t = out.join(' '); return `${t[0].toUpperCase()}${t.slice(1)}.`; };
const ESSAYS = ['Salt', 'The slow train', 'Bread at four', 'A field of masts', 'Letters', 'Under the ice'];
const s = { claps: 0, mark: {}, size: 16, note: '', open: '', mail: '', bad: '', badName: '', heard: 0, quiz: 0, filter: 'all', alerts: false, remarks: [] };
const to = (p) => (e) => { e.preventDefault(); window.__ran += 1; s.note = ''; s.bad = ''; s.badName = ''; go(p); };
const on = (id, fn, opt) => guard(id, () => { fn(); draw(); }, opt && { ...opt, bad: opt.bad && (() => { opt.bad(); draw(); }) });
const actions = {
  clap: on('clap', () => { s.claps += 1; }),
  mark: on('mark', () => { s.mark[path()] = !s.mark[path()]; }),
  listen: on('listen', () => { s.heard += 1; s.note = `Spoken by a neighbour, ${s.heard + 9} minutes`; }, { req: '/api/voice', get: true }),
  gift: on('gift', () => toast('Gift link made'), { req: '/api/gift', bad: () => toast('No gift link could be made', true) }),
  keep: on('keep', () => { s.heard += 1; s.note = `Kept for the train, number ${s.heard}`; }, { req: '/api/keep', bad: () => { s.heard += 1; s.note = `Not kept, try ${s.heard}`; } }),
  bigger: on('bigger', () => { s.size += 1; }), smaller: on('smaller', () => { s.size -= 1; }),
  quote: on('quote', () => { s.heard += 1; s.note = `Quotation ${s.heard}: ${say(s.heard, 5)}`; }),
  simple: on('simple', () => { s.heard += 1; s.note = `In short: ${say(s.heard, 7)}`; }),
  alerts: on('alerts', () => { s.alerts = !s.alerts; }),
};
function subscribe(e) {
  e.preventDefault();
  on('subscribe', () => {
    const mail = document.querySelector('#mail').value; const name = document.querySelector('#who').value;
    s.bad = /^[^@ ]+@[^@ ]+\.[a-z]{2,}$/.test(mail) ? '' : 'We cannot write to this address.';
    s.badName = name.trim().length > 1 ? '' : 'What may we call you?';
    if (!s.bad && !s.badName) { e.target.reset(); toast('Your first letter comes on Sunday'); }
  }, { req: '/api/letter', bad: () => toast('The post office is closed', true) })();
}
const front = () => html`<h1>The Quay</h1>
  <div class="bar">${['all', 'sea', 'town'].map((f) => html`<div class="tag ${s.filter === f ? 'on' : ''}" id=${`tag-${f}`} @click=${on(`tag-${f}`, () => { s.filter = f; })}>${f}</div>`)}<a class="btn" id="letter" href="/magazine/letter" @click=${to('/letter')}>The Sunday letter</a></div>
  <div class="hero" id="hero"></div>
  ${ESSAYS.filter((_, i) => s.filter === 'all' || (i % 2 === 0) === (s.filter === 'sea')).map((t, i) => html`<article class="card"><h3><a class="essay" id=${`e${i}`} href=${`/magazine/a/${ESSAYS.indexOf(t)}`} @click=${to(`/a/${ESSAYS.indexOf(t)}`)}>${t}</a></h3><p class="teaser">${say(i * 5, 18)}</p><span class="by">By a reader</span></article>`)}
  ${Array.from({ length: 24 }, (_, i) => html`<p class="news"><b>${say(i + 60, 3)}</b> ${say(i + 90, 34)}</p>`)}`;
const essay = (i) => html`<h1>${ESSAYS[i]}</h1>
  <div class="bar"><span class="clap" id="clap" @click=${actions.clap}>👏 ${s.claps}</span><i class="clap" id="mark" @click=${actions.mark}>${s.mark[path()] ? '◆' : '◇'}</i><span class="btn" id="smaller" @click=${actions.smaller}>a</span><span class="btn" id="bigger" @click=${actions.bigger}>A</span>
    <button id="listen" @click=${actions.listen}>Listen</button><button id="gift" @click=${actions.gift}>Give away</button><button id="keep" @click=${actions.keep}>Keep</button><button id="quote" @click=${actions.quote}>Quote</button><button id="simple" @click=${actions.simple}>In short</button></div>
  <p id="note">${s.note}</p>
  <div class="hero" id="figure"></div><p class="fine" id="fine">${say(i + 44, 120)}</p>
  <div class="wide" id="wide"><table><tr>${['Year', 'Boats', 'Mackerel', 'Herring', 'Cod', 'Storms', 'Ice days', 'Songs', 'Ferries', 'Lamps'].map((h) => html`<td>${h}</td>`)}</tr><tr>${[1880, 40, 900, 300, 120, 9, 31, 2, 4, 11].map((h) => html`<td>${h}</td>`)}</tr></table></div>
  <div style="font-size:${s.size}px" id="text">${Array.from({ length: 26 }, (_, k) => html`<p class="para">${say(i * 31 + k, 52)}</p>`)}</div>
  <a class="btn" id="nextone" href=${`/magazine/a/${(i + 1) % ESSAYS.length}`} @click=${to(`/a/${(i + 1) % ESSAYS.length}`)}>Next essay</a>`;
const letter = () => html`<h1>The Sunday letter</h1><p class="teaser">${say(7, 30)}</p>
  <form novalidate @submit=${subscribe}><p><label>Address <input id="mail"></label> <span class="bad">${s.bad || nothing}</span></p><p><label>Name <input id="who"></label> <span class="bad">${s.badName || nothing}</span></p>
  <p><label>For <select id="for"><option>Myself</option><option>A friend</option></select></label></p><button id="subscribe">Send it to me</button> <button type="reset" id="clear" @click=${() => { window.__ran += 1; s.bad = ''; s.badName = ''; draw(); }}>Start over</button></form>
  <div class="btn" id="alerts" @click=${actions.alerts}>${s.alerts ? 'Alerts on' : 'Alerts off'}</div>`;
document.head.append(Object.assign(document.createElement('style'), { textContent: '.hero{height:160px;background:linear-gradient(100deg,#456,#9ab);border-radius:6px;margin:8px 0}.clap{font-size:20px;padding:6px 12px;cursor:pointer;user-select:none;font-style:normal}.tag{padding:8px 14px;border-radius:16px;background:#e8e8e0;cursor:pointer}.tag.on{background:#dfd}.wide{overflow-x:auto;white-space:nowrap}.wide td{padding:8px 30px;border:1px solid #ccc}.fine{font-size:8px;line-height:10px}.bad{color:#922}.by{color:#06c;text-decoration:underline}.top{display:flex;gap:12px}' }));
const app = document.getElementById('app');
function draw() {
  const p = path(); const a = /^\/a\/(\d)/.exec(p);
  render(html`<div class="top"><a id="logo" href="/magazine" @click=${to('/')}>The Quay</a><a id="aboutlink" href="/magazine/about" @click=${to('/about')}>About</a></div>
    ${window.__boot.flavour === 2 ? html`<p data-ambient id="tide"></p>` : nothing}
    ${a ? essay(Number(a[1])) : p === '/letter' ? letter() : p === '/about' ? html`<h1>About</h1><p class="teaser" id="who2">${say(2, 60)}</p>` : front()}`, app);
}
routes(draw);
let tide = 0;
setInterval(() => { const t = document.getElementById('tide'); if (t) t.textContent = `Tide ${(1 + (tide++ % 30) / 10).toFixed(1)} m`; }, 1500);
beacon(25000);
