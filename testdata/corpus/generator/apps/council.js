// A town hall whose pages a server writes: Turbo exchanges the body, frames and single pieces, Stimulus does the little that is left.
// A form that is refused comes back with status 422, as a whole page (/move) or within its frame (/permit).
import { answer } from './council.net.js';
import * as Turbo from '@hotwired/turbo';
import { Application, Controller } from '@hotwired/stimulus';
import { guard, fault, toast, beacon, ticking, $ } from '../page/kit.js';

const ROOT = '/council';
const TOPICS = ['Bridge closed', 'Market moved', 'Pool opens', 'Tree felling', 'Night bus', 'New bins', 'School fair', 'Flood gates'];
const NOTICES = Array.from({ length: 18 }, (_, i) => ({ id: i + 1, topic: TOPICS[(i * 3) % 8], ward: ['North', 'Quay', 'Hill'][(i * 5) % 3], day: 1 + ((i * 11) % 28) }));
const LINES = ['The clerk reads each letter twice.', 'Dogs are kept on a lead from April on.', 'Fires in gardens go out at dusk.', 'Who parks on the pavement pays.', 'The ferry is free on the first of May.', 'Seats are given out by lot.'];
const prose = (seed, n) => Array.from({ length: n }, (_, i) => LINES[(seed * 5 + i * 7 + ((i * i) % 3)) % 6]).join(' ');

// What the server keeps: it forgets when the page is loaded again.
let n = 0; let form = {}; let miss = {}; let thanks = ''; const hands = {};
const field = (id, label) => `<div class="f"><label for="${id}">${label}</label><input id="${id}" name="${id}" autocomplete="off" value="${form[id] ?? ''}"${miss[id] ? ' aria-describedby="e-' + id + '"' : ''}>${miss[id] ? `<small class="no" id="e-${id}">${miss[id]}</small>` : ''}</div>`;
const tap = (id, html, tag = 'button') => `<${tag} id="${id}" class="tap" ${tag === 'button' ? 'type="button"' : ''} data-controller="tap" data-tap-id-value="${id}" data-action="click->tap#go">${html}</${tag}>`;
const ask = (id, label) => `<form action="${ROOT}/do/${id}" method="post" data-controller="ask" data-ask-id-value="${id}" data-action="submit->ask#go"><button id="${id}">${label}</button></form>`;
const rows = (q) => { const from = 5 * Number(q.get('p') ?? 0); const list = NOTICES.filter((x) => (!q.get('w') || x.ward === q.get('w')) && x.topic.toLowerCase().includes((q.get('q') ?? '').toLowerCase())); return `<turbo-frame id="rows"><ul class="notices">${list.slice(from, from + 5).map((x) => `<li><a class="see" data-turbo-frame="_top" href="${ROOT}/n/${x.id}">${x.topic}</a> <em class="ward">${x.ward}</em> <span>day ${x.day}</span></li>`).join('') || '<li>Nothing of that kind.</li>'}</ul><p class="pages">${[0, 1, 2].map((p) => `<a id="p${p}" href="${ROOT}?p=${p}">page ${p + 1}</a>`).join(' ')} · ${['North', 'Quay', 'Hill'].map((w) => `<a id="w${w}" href="${ROOT}?w=${w}">${w}</a>`).join(' ')}</p><p>Shown: ${q.get('w') || q.get('q') || `page ${from / 5 + 1}`}</p></turbo-frame>`; };
const SCREENS = {
  home: (q) => `<h1>Town hall</h1><form action="${ROOT}" data-turbo-frame="rows" data-controller="find" data-action="input->find#soon"><input type="search" id="q" name="q" placeholder="Which notice?" autocomplete="off"></form>${rows(q)}
    <div class="bar">${ask('wait', 'How long is the queue?')}${ask('ring', 'Ring me back')}${ask('tide', 'Tide today')}${tap('loud', 'Larger letters')}${tap('paper', 'News of the day')}${tap('post', 'Mail me the news')}${tap('sun', '☀ <b>0</b>', 'span')}<a class="btn" id="plan" href="/files/plan.pdf" download data-turbo="false">Plan of the town</a></div>
    <output id="out">Nothing asked.</output><div class="crest" id="crest">Founded 1341</div><p id="note">The hall is open on weekdays from eight. Whoever comes on a Friday afternoon may find only the clock at work.</p>
    ${['Bins', 'Dogs', 'Weddings'].map((t, i) => `<details class="fold"><summary id="d${i}">${t}</summary><p>${prose(i, 2)}</p></details>`).join('')}`,
  notice: (q, id) => { const x = NOTICES[id - 1] ?? NOTICES[0]; return `<nav class="crumb"><a id="up" href="${ROOT}">Town hall</a> / notice</nav><h1>${x.topic}</h1><p>${x.ward}, day ${x.day}. <mark id="stamp">sealed</mark></p>
    <div class="bar">${ask('hand', `Raise a hand (<b id="hands">${hands[id] ?? 0}</b>)`)}${ask('mail', 'Mail it to me')}${tap('less', '–', 'span')}<b id="copies">1</b>${tap('more', '+', 'span')}${tap('follow', 'Follow')}<button type="button" id="seal" data-controller="hold" data-action="pointerdown->hold#down pointerup->hold#up pointercancel->hold#up contextmenu->hold#none">Press for the seal</button></div><output id="out"></output>
    <div class="tabs">${['what', 'where', 'who'].map((t) => tap(`t-${t}`, t, 'a')).join('')}</div><section id="pane">${prose(id, 2)}</section><div class="photo" id="photo"></div>${[1, 2, 3, 4, 5, 6].map((i) => `<p class="par">${prose(id + i, 7)}</p>`).join('')}`; },
  permit: () => `<h1>Stall at the market</h1><p id="terms-of">A stall is three metres wide.</p><turbo-frame id="stall"><form id="f" action="${ROOT}/permit" method="post" novalidate data-controller="ask" data-ask-id-value="send" data-action="submit->ask#go">${field('firm', 'Name of the stall')}${field('wares', 'What is sold')}${field('metres', 'Metres')}${field('since', 'Since when')}<div class="bar"><button id="send">Ask for a stall</button><a id="clear" href="${ROOT}/permit?empty">Empty</a></div></form><p id="thanks">${thanks}</p></turbo-frame>
    <p><label><input type="checkbox" id="paid" data-controller="tap" data-tap-id-value="paid" data-action="change->tap#go"> The fee is paid</label></p><button id="badge" disabled data-controller="tap" data-tap-id-value="badge" data-action="click->tap#go">Print the badge</button><output id="out"></output><div class="photo" id="sketch"></div>`,
  move: () => `<h1>Moving house</h1>${Object.keys(miss).length ? '<p class="no flash">Some of this cannot be right.</p>' : ''}<form id="f" action="${ROOT}/move" method="post" novalidate data-controller="ask" data-ask-id-value="send" data-action="submit->ask#go">${field('who', 'Who moves')}${field('post', 'Postcode')}${field('from', 'From which day')}<div class="bar"><button id="send">Report it</button><a id="clear" href="${ROOT}/move?empty">Empty</a></div></form><p id="thanks">${thanks}</p>`,
  law: () => `<h1>By-laws</h1><p class="tiny" id="tiny">${prose(3, 22)}</p><div class="strip" id="strip">${TOPICS.map((t) => `<b>${t}: ${t.length} pages</b>`).join('')}</div>${Array.from({ length: 30 }, (_, i) => `<h4>${i + 1}</h4><p class="par">${prose(i, 9)}</p>`).join('')}`,
};
const links = [['', 'Hall', 'n-hall'], ['/permit', 'Stalls', 'n-permit'], ['/move', 'Moving', 'n-move'], ['/law', 'By-laws', 'n-law']].map(([to, t, id]) => `<a id="${id}" href="${ROOT}${to}">${t}</a>`).join('');
const screen = (path) => (path.startsWith('/n/') ? 'notice' : { '/permit': 'permit', '/move': 'move', '/law': 'law' }[path] ?? 'home');
const inner = (u) => { const p = u.pathname.slice(ROOT.length); return `<header>${links}</header><main>${SCREENS[screen(p)](u.searchParams, Number(p.slice(3)))}</main>`; };
const whole = (u) => `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>council</title></head><body><div id="app">${inner(u)}</div></body></html>`;
const stream = (target, html) => `<turbo-stream action="update" target="${target}"><template>${html}</template></turbo-stream>`;

// What the buttons ask the server for.
const DO = { wait: () => ['out', `${4 + (++n % 5)} people wait (${n})`], ring: () => ['out', `You will be rung, no. ${++n}`], tide: () => ['out', `High at ${1 + (++n % 11)}`], hand: (id) => ['hands', (hands[id] = (hands[id] ?? 0) + 1)], mail: () => ['out', `Mailed (${++n})`] };
const WRONG = {
  permit: (p) => ({ ...(p.firm.length < 3 && { firm: 'What is it called?' }), ...(p.wares.length < 3 && { wares: 'Say what is sold.' }), ...(!/^[1-9]$/.test(p.metres) && { metres: 'One to nine metres.' }) }),
  move: (p) => ({ ...(p.who.length < 3 && { who: 'A name, please.' }), ...(!/^\d{5}$/.test(p.post) && { post: 'A postcode has five digits.' }), ...(!/^\d\d?\.\d\d?\.$/.test(p.from) && { from: 'Like 3.10.' }) }),
};
answer(async (plain, to, opt = {}) => {
  const u = new URL(String(to), location.href);
  const r = await plain(u.pathname, opt);
  if (!u.pathname.startsWith(ROOT)) return r;
  const say = (body, { status = 200, type = 'text/html', url = u.href, redirected = false } = {}) => { const x = { ok: status < 400, status, statusText: '', url: String(url), redirected, headers: new Headers({ 'Content-Type': type }), text: async () => body, clone: () => x }; return x; };
  const path = u.pathname.slice(ROOT.length); const pieces = 'text/vnd.turbo-stream.html';
  if (path.startsWith('/do/')) {
    const id = path.slice(4);
    if (!r.ok) return say(fault(id).quiet ? '' : stream('out', `That could not be done (${++n})`), { status: r.status, type: pieces });
    window.__ran += 1;
    return say(stream(...DO[id](Number(location.pathname.split('/n/')[1]))), { type: pieces });
  }
  if ((opt.method ?? 'GET').toUpperCase() === 'POST') {
    window.__ran += 1;
    if (!r.ok) return say(stream('thanks', `The office is shut (${++n}).`), { status: r.status, type: pieces });
    form = Object.fromEntries(opt.body); thanks = ''; miss = WRONG[path.slice(1)](form);
    if (Object.keys(miss).length) return say(whole(u), { status: 422 });
    thanks = `Taken down as no. ${++n}.`; form = {};
    return say(whole(u), { redirected: true });
  }
  if (u.search === '?empty') { form = {}; miss = {}; thanks = ''; }
  return say(whole(u));
});

const stimulus = Application.start();
let copies = 1; let suns = 0;
const said = (t) => () => { $('#out').textContent = `${t} (${++n})`; };
const OPT = { paper: { req: '/api/paper', get: true, bad: said('The paper is not out yet') }, post: { req: '/api/post', bad: () => toast('No mail can be sent', true) } };
const ACTS = {
  paper: said('The bridge is open again'), post: () => toast('The news will be mailed'),
  loud: () => document.documentElement.classList.toggle('loud'), sun: () => { suns += 1; $('#sun b').textContent = suns; }, paid: () => { $('#badge').disabled = !$('#paid').checked; }, badge: () => { $('#out').textContent = `Badge ${++n} is printed`; },
  more: () => { copies += 1; $('#copies').textContent = copies; }, less: () => { copies = Math.max(1, copies - 1); $('#copies').textContent = copies; }, follow: (e) => { e.textContent = e.textContent === 'Follow' ? 'Followed' : 'Follow'; },
};
for (const t of ['what', 'where', 'who']) ACTS[`t-${t}`] = () => { $('#pane').textContent = `${t}: ${prose(t.length, 2)}`; };
stimulus.register('tap', class extends Controller { static values = { id: String }; go(e) { guard(this.idValue, () => ACTS[this.idValue](this.element), OPT[this.idValue])(e); } });
stimulus.register('hold', class extends Controller { down() { window.__ran += 1; $('#out').textContent = 'A ship and two keys'; } up() { $('#out').textContent = ''; } none(e) { e.preventDefault(); } });
// A form whose fault is planted goes nowhere: dead without a handler, silent with one that gives up.
stimulus.register('ask', class extends Controller { static values = { id: String }; go(e) { const f = fault(this.idValue); if (f.mode === 'freeze') window.__clock.burn(f.ms); if (f.mode === 'dead' || f.mode === 'silent' || f.mode === 'throw') { e.preventDefault(); if (f.mode !== 'dead') window.__ran += 1; if (f.mode === 'throw') throw new TypeError(`Cannot read properties of undefined (reading '${this.idValue}')`); } } });
stimulus.register('find', class extends Controller { soon() { window.__ran += 1; clearTimeout(this.due); this.due = setTimeout(() => this.element.requestSubmit(), 250); } });
// Stimulus catches what its controllers throw; an uncaught error is what a site without a handler for it has.
stimulus.handleError = (e) => { setTimeout(() => { console.error(String(e)); }); };
document.addEventListener('turbo:click', () => { window.__ran += 1; });

document.head.insertAdjacentHTML('beforeend', '<style>header{background:#12355b;padding:12px}header a{color:#fff;margin-right:16px}.notices{list-style:none;padding:0}.notices li{padding:9px 4px;border-bottom:1px solid #ccd}.ward{background:#e8eef6;padding:2px 8px;border-radius:9px;font-style:normal}.pages a{padding:6px}.tap{display:inline-block;padding:8px 14px;border:1px solid #678;cursor:pointer;background:#fff}.crest{height:110px;margin:10px 0;padding:14px;background:#fdf3d8;border:2px solid #caa54a}.photo{height:120px;margin:10px 0;background:linear-gradient(#9bc,#cde)}.no{color:#a10;display:block}.flash{background:#fee;padding:8px}.f{margin:9px 0}.f label{display:block}.tiny{font-size:8px;line-height:10px}.strip{overflow-x:auto;white-space:nowrap;border:1px solid #abc;padding:12px}.strip b{margin-right:44px}.loud main{font-size:19px}output{display:block;min-height:24px;margin:8px 0}mark{padding:3px 9px;cursor:default}h1{margin:8px 0}</style>');
$('#app').innerHTML = inner(new URL(location.href));
if (window.__boot.flavour === 1) beacon(27000);
if (window.__boot.flavour === 2) ticking(6000, (i) => `Low water in ${40 - (i % 30)} minutes`);
