// An office's admin pages: a table by Grid.js, a dialog by MicroModal, a chart on canvas, a floor plan enlarged by Panzoom.
import { Grid, html } from 'gridjs';
import MicroModal from 'micromodal';
import Panzoom from '@panzoom/panzoom';
import { el, control, form, toast, line, ticking, $ } from '../page/kit.js';
import { path, go, routes } from '../page/router.js';

document.head.append(Object.assign(document.createElement('style'), { textContent: `
.page{display:flex;gap:16px;flex-wrap:wrap}nav{flex:0 0 130px}nav a,nav span{display:block;padding:5px 0}main{flex:1 1 320px;min-width:0}.stats{display:flex;gap:8px;flex-wrap:wrap}.stat{padding:10px 16px;border-radius:8px;background:#eef;box-shadow:0 1px 4px #999;cursor:pointer}
.badge{background:#2a6;color:#fff;border-radius:9px;padding:1px 9px;font-size:13px}.modal{display:none;position:fixed;inset:0;background:#0006;z-index:7000}.modal.is-open{display:block}.modal>div>div{background:#fff;max-width:280px;margin:100px auto;padding:14px}
.gridjs-wrapper{overflow-x:auto}table{border-collapse:collapse}td,th{padding:5px 12px;border:1px solid #ccc;white-space:nowrap}.floor{height:220px;overflow:hidden;border:1px solid #888}.floor div{height:220px;background:repeating-linear-gradient(90deg,#eee 0 40px,#ccd 40px 42px)}
.fine{font-size:8px;line-height:10px;color:#555}.bad{color:#a11;font-size:14px}label{display:block;margin:6px 0}.crop{height:80px;border-radius:8px;background:linear-gradient(60deg,#578,#9bc)}canvas{border:1px solid #999}` }));

const NAMES = ['Ada', 'Ben', 'Cleo', 'Dan', 'Eve', 'Finn', 'Gita', 'Hugo', 'Ines', 'Jon', 'Kim', 'Leo', 'Mia', 'Nils', 'Olga', 'Paul', 'Rosa', 'Sven'];
const LAW = 'Entries are kept for ninety days and may be read by those who look after the building, by nobody else. ';
let main;

function frame(title) {
  $('#app').textContent = '';
  const page = el('<div class="page"><nav></nav><main></main></div>');
  for (const [id, text, to] of [['logo', 'Overview', '/'], ['people', 'People', '/people'], ['audit', 'Audit log', '/audit'], ['network', 'Network', '/network'], ['floors', 'Floor plan', '/floors']]) {
    el(`<a id="${id}" href="#">${text}</a>`, $('nav', page)).addEventListener('click', (e) => { e.preventDefault(); go(to); });
  }
  main = $('main', page);
  el(`<h1>${title}</h1>`, main);
}

function overview() {
  frame('Overview');
  el(`<div class="stats">${['Doors 12', 'People 18', 'Alarms 0', 'Visitors 5'].map((t) => `<div class="stat">${t}</div>`).join('')}</div>`, main);
  el('<p id="state">All doors <span class="badge">locked</span> since six in the evening</p>', main);
  const c = el('<canvas id="chart" width="330" height="160"></canvas>', main);
  const g = c.getContext('2d');
  const draw = (x) => { g.clearRect(0, 0, 330, 160); for (let i = 0; i < 33; i++) g.fillRect(i * 10, 150 - ((i * 37) % 90), 8, (i * 37) % 90); g.fillRect(x, 0, 1, 160); };
  draw(0); c.addEventListener('pointermove', (e) => draw(e.offsetX));
  const bar = el('<div class="bar"></div>', main);
  control('sync', '<button>Sync the doors</button>', () => line('Doors synced'), { at: bar, req: '/api/sync', busy: window.__boot.flavour === 0 ? (on, e) => { e.setAttribute('aria-busy', on); } : undefined });
  control('report', '<button>Weekly report</button>', () => { el('<p class="card">Report of week 40</p>', main); }, { at: bar });
  control('lock', '<button>Lock all</button>', () => toast('All doors are locked'), { at: bar, req: '/api/lock', bad: () => toast('The doors did not answer', true) });
  control('info', '<button>About this page</button>', () => MicroModal.show('about', { disableScroll: false }), { at: bar });
  el('<div class="modal" id="about" aria-hidden="true"><div tabindex="-1"><div role="dialog" aria-modal="true"><p>Version 4, made in May.</p><button id="shut" data-micromodal-close>Close</button></div></div></div>', main);
  $('#shut').addEventListener('click', () => { window.__ran += 1; MicroModal.close('about'); });
  el('<div class="crop" id="building"></div>', main);
  el(`<p id="note">${LAW}</p>`, main);
}

function people() {
  frame('People');
  const box = el('<div id="table"></div>', main);
  new Grid({ columns: ['Name', 'Room', { name: 'More', sort: false }], sort: true, search: { debounceTimeout: 150 }, pagination: { limit: 6 }, data: NAMES.map((n, i) => [n, `R ${(i * 7) % 40}`, html(`<a class="open" href="#" data-id="${i}">Open ${n}</a>`)]) }).render(box);
  box.addEventListener('click', (e) => { const a = e.target.closest('.open'); if (a) { e.preventDefault(); go(`/person/${a.dataset.id}`); } });
}

function person(i) {
  frame(NAMES[i] ?? 'Somebody');
  el(`<p>Room ${(i * 7) % 40}, <span class="badge">on site</span></p>`, main);
  const bar = el('<div class="bar"></div>', main);
  const back = el('<a class="btn" id="back" href="#">All people</a>', bar);
  back.addEventListener('click', (e) => { e.preventDefault(); go('/people'); });
  control('card', '<button>Print a card</button>', () => { el('<p class="card">Card printed</p>', main); }, { at: bar });
  const b = el('<button id="revoke">Revoke access</button>', bar);
  let t = 0; let n = 0;
  const stop = () => { clearInterval(t); t = 0; b.textContent = 'Revoke access'; };
  b.addEventListener('pointerdown', () => { window.__ran += 1; n = 0; b.textContent = 'Revoking… 0 %'; t = setInterval(() => { n += 20; b.textContent = `Revoking… ${n} %`; if (n >= 100) { stop(); toast('Access revoked'); } }, 150); });
  for (const k of ['pointerup', 'pointercancel', 'pointerleave']) b.addEventListener(k, () => { if (t) stop(); });
  b.addEventListener('contextmenu', (e) => e.preventDefault());
  const tabs = el('<div class="bar"></div>', main); const text = el('<p id="pane">Came at eight.</p>', main);
  for (const [k, w] of ['Today', 'Doors', 'Notes'].entries()) control(`tab${k}`, `<button>${w}</button>`, () => { text.textContent = ['Came at eight.', 'North and garage.', 'Nothing noted.'][k]; }, { at: tabs });
}

function audit() { frame('Audit log'); for (let i = 0; i < 16; i++) el(`<p class="para">Day ${i + 1}. ${'North door opened by card, closed after four seconds. '.repeat(16)}</p>`, main); el(`<p class="fine" id="fine">${LAW.repeat(12)}</p>`, main); }

function network() {
  frame('Network');
  const f = el('<form novalidate autocomplete="off"><label>Address <input id="ip"></label><label>Port <input id="port"></label><label>Key <input id="key"></label><button id="apply">Apply</button></form>', main);
  const say = (id, text) => { const e = $(`#${id}bad`) ?? el(`<span class="bad" id="${id}bad"></span>`, $(`#${id}`).parentElement); e.textContent = text; };
  form('apply', f, () => {
    const v = (id) => $(`#${id}`).value; let ok = true;
    for (const [id, re, text] of [['ip', /^(\d{1,3}\.){3}\d{1,3}$/, 'is no address'], ['port', /^\d{2,4}$/, 'is no port'], ['key', /^[A-F0-9]{6,}$/, 'is no key']]) { const good = re.test(v(id)); ok &&= good; if (good) $(`#${id}bad`)?.remove(); else say(id, ` ${v(id) || 'Nothing'} ${text}`); }
    if (ok) { f.reset(); toast('Applied'); }
  }, { req: '/api/network', bad: () => toast('The gateway did not answer', true) });
  el(`<p class="fine" id="print">${LAW.repeat(10)}</p>`, main);
}

function floors() { frame('Floor plan'); const v = el('<div class="floor"><div id="plan">North wing</div></div>', main); Panzoom($('#plan', v), { maxScale: 6, animate: false }); el('<div class="crop" id="legend">Legend</div>', main); el(`<p>${LAW.repeat(3)}</p>`, main); }

routes((p) => {
  const s = /^\/person\/(\d+)$/.exec(p);
  if (s) person(Number(s[1])); else ({ '/people': people, '/audit': audit, '/network': network, '/floors': floors }[p] ?? overview)();
  if (window.__boot.flavour === 2) ticking(1000, (n) => `Last heard ${n} s ago`);
});
