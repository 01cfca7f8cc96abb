// Pictures to swipe through: two sliders by Keen, a viewer enlarged by Panzoom, a sheet to draw on with Signature Pad.
import KeenSlider from 'keen-slider';
import 'keen-slider/keen-slider.min.css';
import Panzoom from '@panzoom/panzoom';
import SignaturePad from 'signature_pad';
import { el, control, form, guard, toast, $ } from '../page/kit.js';
import { path, go, routes } from '../page/router.js';

document.head.append(Object.assign(document.createElement('style'), { textContent: `
.top{display:flex;gap:14px}.bubble{height:64px}.bubble b{display:block;width:56px;height:56px;border-radius:28px}.ad{height:90px;border-radius:8px;background:linear-gradient(90deg,#fd7,#f95);padding:14px;font-size:20px;box-shadow:0 1px 4px #888}
.slide{height:150px}.face{display:inline-block;width:36px;height:36px;border-radius:18px;background:#7ac;box-shadow:0 0 0 2px #fff,0 0 0 4px #e58}.tag{color:#06c;text-decoration:underline}.view{height:300px;overflow:hidden;background:#222}.view div{height:300px}
.fine{font-size:8px;line-height:10px;color:#555}.bad{color:#a11;font-size:14px}label{display:block;margin:6px 0}canvas{border:1px solid #888;background:#fff;touch-action:none}.open{display:inline-block;padding:8px 0}` }));

const hue = (i, l = 65) => `background:hsl(${i * 53} 50% ${l}%)`;
const CREDIT = 'Picture by the people who were there, shown with their leave, kept for one day and then thrown away. ';
const link = (id, text, to, at, cls = '') => { const a = el(`<a ${id ? `id="${id}"` : ''} class="${cls}" href="#">${text}</a>`, at); a.addEventListener('click', (e) => { e.preventDefault(); go(to); }); return a; };
let more = null; let clock = 0;

function frame(title) {
  $('#app').textContent = ''; more = null; clearInterval(clock);
  const top = el('<div class="top"></div>');
  link('logo', 'Daylight', '/', top); link('sheet', 'Draw', '/draw', top); link('compose', 'New story', '/new', top); link('rules', 'Rules', '/rules', top);
  el(`<h1>${title}</h1>`);
}

function post(i, at) {
  const e = el(`<article class="card"><span class="face"></span> <b>Person ${i}</b><div class="keen-slider photos">${[0, 1, 2, 3].map((k) => `<div class="keen-slider__slide slide" style="${hue(i * 4 + k)}"></div>`).join('')}</div><p class="say">A day by the sea, with wind and long shadows, and nobody far and wide. <span class="tag">#seaside</span></p><div class="bar"><button class="like">♥ <i>${i}</i></button></div></article>`, at);
  link('', `See the story of person ${i}`, `/s/${i}`, $('.bar', e), 'open');
  $('.like', e).addEventListener('click', guard('like', () => { const b = $('.like i', e); b.textContent = +b.textContent + 1; }));
  new KeenSlider($('.photos', e), {});
}

function feed() {
  frame('Today');
  el(`<div class="keen-slider" id="bubbles">${Array.from({ length: 14 }, (_, i) => `<div class="keen-slider__slide bubble"><b style="${hue(i)}"></b></div>`).join('')}</div>`);
  new KeenSlider('#bubbles', { mode: 'free', slides: { perView: 5, spacing: 6 } });
  el('<div class="ad" id="ad">Winter coats, two for one</div>');
  const bar = el('<div class="bar"></div>');
  control('fresh', '<button>Anything new?</button>', () => { el('<p class="card">Person 9 has a new story</p>', bar); }, { at: bar, req: '/api/fresh', get: true });
  control('follow', '<button>Follow all</button>', () => toast('You follow all of them'), { at: bar, req: '/api/follow', bad: () => toast('That did not work', true) });
  control('tidy', '<button>Hide what I saw</button>', () => { el('<p>Hidden</p>', bar); }, { at: bar });
  const list = el('<div id="list"></div>');
  let n = 0; let busy = false;
  const load = () => { for (let k = 0; k < 3; k++) post(n++, list); };
  load();
  more = async () => { if (busy || n > 17 || innerHeight + scrollY < document.body.scrollHeight - 200) return; busy = true; await fetch('/api/more'); if (more) load(); busy = false; };
}
addEventListener('scroll', () => more?.());

function story(i) {
  frame(`Person ${i}`);
  const v = el(`<div class="view"><div id="photo" style="${hue(i * 4, 55)}"></div></div>`);
  Panzoom($('#photo', v), { maxScale: 5, animate: false });
  const bar = el('<div class="bar"></div>');
  const mark = el('<p id="mark">Running</p>');
  link('closes', 'Close', '/', bar, 'btn'); link('onward', 'Next story', `/s/${i + 1}`, bar, 'btn');
  control('halt', '<button>Pause</button>', () => {}, { at: bar, raw: true });
  let held = false;
  $('#halt').addEventListener('pointerdown', () => { window.__ran += 1; held = true; mark.textContent = 'Standing still'; });
  for (const t of ['pointerup', 'pointercancel', 'pointerleave']) $('#halt').addEventListener(t, () => { if (held) mark.textContent = 'Running'; held = false; });
  $('#halt').addEventListener('contextmenu', (e) => e.preventDefault());
  control('heart', '<button>♥ <i>0</i></button>', () => { $('#heart i').textContent = +$('#heart i').textContent + 1; }, { at: bar });
  if (window.__boot.flavour === 0) { const t = el('<p data-ambient></p>'); let s = 0; clock = setInterval(() => { t.textContent = `${++s} s`; }, 1000); }
  el(`<p class="fine" id="fine">${CREDIT.repeat(12)}</p>`);
}

function drawing() {
  frame('Draw a greeting');
  const c = el('<canvas id="paper" width="340" height="260"></canvas>');
  const pad = new SignaturePad(c);
  let n = 0;
  el('<p id="strokes">Nothing drawn</p>');
  pad.addEventListener('endStroke', () => { window.__ran += 1; $('#strokes').textContent = `${++n} strokes`; });
  const bar = el('<div class="bar"></div>');
  control('wipe', '<button>Begin again</button>', () => { pad.clear(); n = 0; $('#strokes').textContent = 'Nothing drawn'; }, { at: bar });
}

function compose() {
  frame('A new story');
  const f = el('<form novalidate autocomplete="off"><label>Title <input id="title"></label><label>Place <input id="place"></label><label>Short name <input id="short"></label><button id="share">Share it</button></form>');
  form('share', f, () => {
    f.querySelectorAll('.bad').forEach((e) => e.remove());
    const say = (id, text) => { const b = document.createElement('span'); b.className = 'bad'; b.id = `${id}bad`; b.textContent = ` ${text}`; $(`#${id}`).after(b); };
    if ($('#title').value.length < 5) say('title', 'A little longer, please.');
    if (!$('#place').value) say('place', 'Where was it?');
    if (!/^[a-z]+\d\d$/.test($('#short').value)) say('short', `"${$('#short').value}" is taken or not allowed.`);
    if (!f.querySelector('.bad')) { f.reset(); toast('Shared'); }
  }, { req: '/api/share', bad: () => toast('Sharing did not work', true) });
}

function rules() { frame('Rules'); for (let i = 0; i < 12; i++) el(`<p class="para">${i + 1}. ${'Show what you saw yourself, and nobody who does not want to be seen. '.repeat(19)}</p>`); el(`<p class="fine" id="tiny">${CREDIT.repeat(12)}</p>`); }

routes((p) => {
  const s = /^\/s\/(\d+)$/.exec(p);
  if (s) story(Number(s[1])); else ({ '/draw': drawing, '/new': compose, '/rules': rules }[p] ?? feed)();
});
