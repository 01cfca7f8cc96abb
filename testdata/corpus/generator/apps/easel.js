// A drawing board for several people: a canvas with tools around it, a sheet of cells, people to invite. Konva draws, VanJS does the rest.
import Konva from 'konva';
import van from 'vanjs-core';
import { guard, fault, stand, asked, hash, ran, toast, beacon, ticking } from '../page/kit.js';
import { path, go, routes } from '../page/router.js';
import './easel.css';

const { a, b, button, div, em, figure, h1, h2, h3, header, i, input, label, li, p, section, small, span, table, tbody, td, th, thead, tr, u, ul } = van.tags;
const HINTS = ['Hold the space bar to move the paper.', 'A note can be split in two.', 'Shapes snap to their neighbours.', 'Votes are counted when the timer ends.', 'Whoever has the link may look.', 'A frame prints on one page.', 'Old versions stay for a month.'];
const prose = (seed, n) => Array.from({ length: n }, (_, k) => HINTS[(seed * 3 + k * 5 + ((k * k) % 4)) % 7]).join(' ');
const TOPICS = ['Spring fair', 'New kitchen', 'Sprint 12', 'Garden plan', 'Logo ideas', 'Move in May', 'Book club', 'Route north', 'Seating'];
let n = 0;
const said = van.state('');
const say = (t) => { said.val = `${t} (${++n})`; };
/** run is a handler that carries out one guarded thing; the arguments are those of the place where it hangs. */
const run = (id, what, opt) => (...args) => guard(id, () => what(...args), opt);
const note = () => p({ id: 'said' }, said);
const tool = (id, text, run, more = {}) => button({ id, onclick: run, ...more }, text);

// ---- boards ----
const boards = van.state(TOPICS.map((t, k) => ({ id: k, t, star: false, kind: k % 3 }))); const sort = van.state('t'); const want = van.state(''); const renaming = van.state(-1); const sample = van.state(0); const kinds = van.state({});
const change = (id, f) => { boards.val = boards.val.map((x) => (x.id === id ? { ...x, ...f(x) } : x)); };
const star = run('star', (id) => change(id, (x) => ({ star: !x.star }))); const order = run('order', (k) => { sort.val = k; }); const sift = run('kind', (k) => { kinds.val = { ...kinds.val, [k]: !kinds.val[k] }; });
const create = guard('create', () => { boards.val = [...boards.val.slice(-11), { id: 100 + ++n, t: `Board ${n}`, star: false, kind: n % 3 }]; }, { req: '/api/create', bad: () => say('No board was made') });
const copy = run('copy', () => toast('A copy is made'), { req: '/api/copy', bad: () => toast('It could not be copied', true) }); const bin = (id) => ran((e) => { e.preventDefault(); if (asked()) boards.val = boards.val.filter((x) => x.id !== id); });
const clean = guard('clean', () => { boards.val = [...boards.val].sort((x, y) => (x.t < y.t ? 1 : -1)); sort.val = 'none'; say('Put in order'); });
const shown = () => [...boards.val].filter((x) => x.t.toLowerCase().includes(want.val.toLowerCase()) && !kinds.val[x.kind]).sort((x, y) => (sort.val === 'none' ? 0 : x[sort.val] < y[sort.val] ? -1 : x[sort.val] > y[sort.val] ? 1 : x.id - y.id));
const Home = () => section(h1('Boards'), div({ class: 'bar' }, input({ id: 'q', type: 'search', placeholder: 'Find a board', autocomplete: 'off', oninput: ran((e) => { stand('find'); want.val = e.target.value; }) }), tool('create', 'New board', create), tool('clean', 'Put in order', clean), ...[['t', 'name'], ['kind', 'kind'], ['id', 'age']].map(([k, t]) => span({ id: `o-${k}`, class: () => `pill${sort.val === k ? ' cur' : ''}`, onclick: order(k) }, t)), ...['notes', 'maps', 'plans'].map((t, k) => label(input({ type: 'checkbox', id: `k-${t}`, checked: true, onchange: sift(k) }), ` ${t}`))), note(),
  () => div({ class: 'boards' }, ...shown().map((x) => div({ class: 'board' }, div({ class: 'thumb', style: `background:hsl(${x.id * 47} 45% 75%)` }), h3({ class: 'name', ondblclick: ran(() => { renaming.val = x.id; }) }, renaming.val === x.id ? input({ class: 'ed', size: 10, value: x.t, onblur: ran((e) => { change(x.id, () => ({ t: e.target.value || x.t })); renaming.val = -1; }) }) : x.t), i({ class: 'star', onclick: star(x.id) }, x.star ? '★' : '☆'), button({ class: 'copy', onclick: copy(x.id) }, 'Copy'), a({ class: 'bin', href: '#bin', onclick: bin(x.id) }, 'delete'), em({ class: 'kind' }, ['notes', 'map', 'plan'][x.kind])))),
  h2('Begin with'), figure({ class: 'samples' }, tool('sprev', '‹', guard('sample', () => { sample.val = (sample.val + 6) % 7; })), div({ id: 'sample', class: 'photo' }, () => `${sample.val + 1} of 7: ${HINTS[sample.val]}`), tool('snext', '›', guard('sample', () => { sample.val = (sample.val + 1) % 7; }))));

// ---- the canvas ----
const picked = van.state(''); const pen = van.state('select'); const ink = van.state('#345'); const thick = van.state(3); const zoom = van.state(100); const strokes = van.state(0); const layers = van.state({ grid: true, notes: true, ink: true }); const votes = van.state({}); const left = van.state(300); const going = van.state(false); const bar = van.state(0); const tray = van.state(''); const remarks = van.state([]); const locked = van.state(false); const past = [];
let stage; let noteLayer; let inkLayer; let shapes = [];
setInterval(() => { if (going.val) left.val -= 1; }, 1000);
function canvas(host) {
  const w = innerWidth < 700 ? 190 : 620; const h = innerWidth < 700 ? 250 : 360;
  stage = new Konva.Stage({ container: host, width: w, height: h }); noteLayer = new Konva.Layer(); inkLayer = new Konva.Layer(); stage.add(noteLayer, inkLayer); shapes = [];
  ['#ffe08a', '#b5e3c9', '#f7b9c4', '#bcd4f5', '#e4c8f0', '#ffd0a6'].forEach((fill, k) => {
    const s = new Konva.Rect({ x: (0.06 + 0.32 * (k % 3)) * w, y: (0.1 + 0.45 * Math.floor(k / 3)) * h, width: 0.26 * w, height: 0.3 * h, fill, stroke: '#667', strokeWidth: 1, name: `Note ${k + 1}`, draggable: true });
    s.on('pointerclick', () => { if (pen.val !== 'select' || fault('hit').mode === 'dead') return; guard('pick', () => { picked.val = s.name(); })(); }); s.on('dragend', () => { window.__ran += 1; picked.val = `${s.name()} at ${Math.round(s.x())}, ${Math.round(s.y())}`; }); s.on('dragstart', () => { if (pen.val !== 'select') s.stopDrag(); });
    noteLayer.add(s); shapes.push(s);
  });
  let line = null;
  stage.on('pointerdown', () => { if (pen.val !== 'pen') return; window.__ran += 1; const at = stage.getPointerPosition(); line = new Konva.Line({ points: [at.x, at.y], stroke: ink.val, strokeWidth: thick.val, lineCap: 'round' }); inkLayer.add(line); past.push(line); });
  stage.on('pointermove', () => { if (!line) return; const at = stage.getPointerPosition(); line.points([...line.points(), at.x, at.y]); });
  stage.on('pointerup', () => { if (line) strokes.val += 1; line = null; if (pen.val === 'stamp') { window.__ran += 1; const at = stage.getPointerPosition(); const dot = new Konva.Circle({ x: at.x, y: at.y, radius: 7, fill: ink.val }); inkLayer.add(dot); past.push(dot); } });
}
/** __spot tells where shape k lies in the viewport. */
window.__spot = (k) => { const r = stage.container().getBoundingClientRect(); const s = shapes[k]; const z = stage.scaleX(); return { x: r.x + (s.x() + s.width() / 2) * z, y: r.y + (s.y() + s.height() / 2) * z }; };
const choose = run('tool', (t) => { pen.val = t; }); const colour = run('ink', (c) => { ink.val = c; }); const scale = run('zoom', (d) => { zoom.val = Math.max(40, Math.min(200, zoom.val + d)); stage.scale({ x: zoom.val / 100, y: zoom.val / 100 }); });
const undo = hash('undo', () => { const s = past.pop(); if (s) { s.destroy(); say('Taken back'); } else say('Nothing to take back'); }); const toggle = run('layer', (k) => { layers.val = { ...layers.val, [k]: !layers.val[k] }; (k === 'ink' ? inkLayer : noteLayer).visible(layers.val[k]); }); const vote = run('vote', (k) => { votes.val = { ...votes.val, [k]: (votes.val[k] ?? 0) + 1 }; });
const arrange = guard('arrange', () => { shapes.forEach((s, k) => s.position({ x: 12 + (k % 3) * (s.width() + 14), y: 12 + Math.floor(k / 3) * (s.height() + 14) })); say('Arranged'); }); const send = guard('export', () => say('The picture is ready'), { req: '/api/export', bad: () => say('No picture today') }); const idea = guard('idea', () => { tray.val = `${HINTS[++n % 7]} (${n})`; }, { req: '/api/idea', get: true, late: true, bad: () => say('No idea comes') });
// A film of the board is made in steps, which it counts; putting them together at the end is done in one go.
const film = guard('film', () => { bar.val = 4; const step = () => { bar.val += 8; if (bar.val < 100) setTimeout(step, 230); else { stand('cut'); bar.val = 0; say('The film is made'); } }; step(); });
const timer = guard('timer', () => { going.val = !going.val; }); const remark = guard('remark', () => { remarks.val = [...remarks.val.slice(-3), `Remark ${++n}: ${HINTS[n % 7]}`]; }); const tell = ran(() => { asked(); say('Read'); }); let lock = 0;
const Board = () => { const host = div({ id: 'stage' }); setTimeout(() => canvas(host)); picked.val = ''; zoom.val = 100; return section(h1('Spring fair'),
  div({ class: 'bar' }, ...[['select', '➤'], ['pen', '✎'], ['stamp', '●']].map(([k, t]) => button({ id: `t-${k}`, 'aria-label': k, class: () => (pen.val === k ? 'cur' : ''), onclick: choose(k) }, t)), ...['#345', '#c43', '#2a7', '#e9a'].map((c, k) => i({ id: `c-${k}`, class: () => `dot${ink.val === c ? ' cur' : ''}`, style: `background:${c}`, onclick: colour(c) })), tool('zin', '+', scale(10)), tool('zout', '−', scale(-10)), a({ id: 'undo', href: '#', onclick: undo }, 'undo'), label('width ', input({ id: 'thick', type: 'range', min: 1, max: 15, value: thick, oninput: ran((e) => { stand('thick'); thick.val = Number(e.target.value); }) }))),
  div({ class: 'work' }, host, div({ class: 'side' }, p({ id: 'what' }, () => picked.val || 'Nothing is selected'), p({ id: 'count' }, () => `${strokes.val} strokes, ${zoom.val} %, width ${thick.val}`), ul({ class: 'layers' }, ...['grid', 'notes', 'ink'].map((k) => li({ id: `l-${k}`, onclick: toggle(k) }, span(() => (layers.val[k] ? '◉' : '◌')), ` ${k}`))), ul({ class: 'votes' }, ...['Tent', 'Music', 'Cake'].map((k, j) => li(u({ class: 'topic' }, k), i({ class: 'vote', onclick: vote(j) }, () => `▲ ${votes.val[j] ?? 0}`)))))),
  div({ class: 'bar' }, tool('arrange', 'Arrange', arrange), tool('export', 'Make a picture', send), tool('film', 'Make a film', film), tool('idea', 'An idea?', idea), tool('remark', 'Remark', remark), tool('tell', 'Who may see this?', tell), tool('timer', () => (going.val ? `Stop ${left.val}` : 'Timer'), timer), button({ id: 'lock', onpointerdown: ran(() => { lock = setTimeout(() => { locked.val = !locked.val; }, 750); }), onpointerup: () => clearTimeout(lock), oncontextmenu: (e) => e.preventDefault() }, 'Keep pressed to lock'), span({ id: 'locked' }, () => (locked.val ? 'locked' : 'open'))), () => (bar.val ? div({ class: 'meter' }, div({ style: `width:${bar.val}%` })) : span()), p({ id: 'tray' }, tray), note(), () => ul({ class: 'remarks' }, ...remarks.val.map((t) => li(t))), div({ id: 'cast', class: 'photo' }, 'Three others look on')); };

// ---- a sheet of cells ----
const ROWS = 12; const COLS = 'ABCDEF';
const cells = van.state(Object.fromEntries(Array.from({ length: 30 }, (_, k) => [`${COLS[k % 6]}${1 + Math.floor(k / 6)}`, String((k * 17) % 90)]))); const cur = van.state('A1'); const upTo = van.state(''); const editing = van.state(''); const bold = van.state({}); let from = null; let byMouse = true;
const inside = (k) => { if (!upTo.val) return k === cur.val; const [x, y] = [cur.val, upTo.val]; const c = [x, y].map((t) => COLS.indexOf(t[0])).sort((p1, q) => p1 - q); const r = [x, y].map((t) => Number(t.slice(1))).sort((p1, q) => p1 - q); return COLS.indexOf(k[0]) >= c[0] && COLS.indexOf(k[0]) <= c[1] && Number(k.slice(1)) >= r[0] && Number(k.slice(1)) <= r[1]; };
const choice = () => Object.keys(cells.val).filter(inside);
const put = (k, v) => { cells.val = { ...cells.val, [k]: v }; };
const mark = (k) => guard('cell', () => { cur.val = k; upTo.val = ''; })();
const formula = ran((e) => { stand('formula'); put(cur.val, e.target.value); });
const sum = guard('sum', () => say(`Sum ${choice().reduce((s, k) => s + (Number(cells.val[k]) || 0), 0)}`)); const fill = guard('fill', () => { COLS.split('').forEach((c) => put(`${c}6`, String(++n * 3))); say('Filled'); }); const fat = guard('fat', () => { bold.val = { ...bold.val, [cur.val]: !bold.val[cur.val] }; }); const recalc = guard('recalc', () => { cells.val = Object.fromEntries(Object.entries(cells.val).map(([k, v]) => [k, String((Number(v) * 7 + 1) % 90)])); }); const sync = guard('sync', () => say('Saved in the cloud'), { req: '/api/sync', bad: () => say('The cloud is full') }); const rate = guard('rate', () => put(cur.val, String(7 + (++n % 30))), { req: '/api/rate', get: true, bad: () => say('No rates') }); const sorted = run('sort', (c) => { const v = Array.from({ length: ROWS }, (_, k) => cells.val[`${c}${k + 1}`] ?? ''); v.sort((x, y) => Number(y) - Number(x) || (x < y ? 1 : -1)); if (v.join() === Array.from({ length: ROWS }, (_, k) => cells.val[`${c}${k + 1}`] ?? '').join()) v.reverse(); cells.val = { ...cells.val, ...Object.fromEntries(v.map((x, k) => [`${c}${k + 1}`, x])) }; });
// With the mouse a cell is chosen when it is pressed, so that several can be drawn over; with a finger when it is let go, so that the page can be scrolled.
const Cell = (k) => {
  const look = van.derive(() => `cell${inside(k) ? ' cur' : ''}${bold.val[k] ? ' fat' : ''}`); const text = van.derive(() => cells.val[k] ?? ''); const edited = van.derive(() => editing.val === k);
  return td({ 'data-k': k, class: look, onpointerdown: (e) => { byMouse = e.pointerType !== 'touch'; if (!byMouse) return; from = k; mark(k); }, onclick: (e) => { if (e.pointerType === 'touch') mark(k); }, onpointerenter: (e) => { if (from && e.buttons && k !== from) { window.__ran += 1; upTo.val = k; } }, onpointerup: () => { from = null; }, ondblclick: () => { if (!byMouse) return; window.__ran += 1; editing.val = k; setTimeout(() => document.querySelector('.ed')?.focus()); } }, () => (edited.val ? input({ class: 'ed', size: 4, value: text.val, onblur: ran((e) => { editing.val = ''; put(k, e.target.value); }) }) : span(text.val)));
};
const Sheet = () => section(h1('Costs'), div({ class: 'bar' }, b({ id: 'where' }, () => (upTo.val ? `${cur.val}:${upTo.val}` : cur.val)), input({ id: 'fx', autocomplete: 'off', placeholder: 'Value', value: () => cells.val[cur.val] ?? '', oninput: formula }), tool('sum', 'Σ', sum), tool('fat', 'B', fat), tool('fill', 'Fill', fill), tool('recalc', 'Recalculate', recalc), tool('sync', 'Save', sync), tool('rate', 'Today\'s rate', rate)), note(), table({ class: 'sheet' }, thead(tr(th(), ...COLS.split('').map((c) => th({ id: `h-${c}`, onclick: sorted(c) }, c)))), tbody(...Array.from({ length: ROWS }, (_, k) => tr(th({ class: 'rowno' }, k + 1), ...COLS.split('').map((c) => Cell(`${c}${k + 1}`)))))), div({ class: 'bar' }, ...['Costs', 'Income', 'Plan'].map((t, k) => span({ class: `leaf${k ? '' : ' cur'}` }, t))), div({ id: 'graph', class: 'photo' }, 'A graph of column A'));

// ---- inviting ----
const LOOK = { mails: [(v) => v.split(',').every((m) => /^\S+@\S+\.\w{2,}$/.test(m.trim())), 'Addresses with commas between them'], until: [(v) => /^20\d\d-(0[1-9]|1[0-2])-([0-2]\d|3[01])$/.test(v), 'A day like 2027-05-30'], pin: [(v) => /^\d{4}$/.test(v) && !/(\d)\1/.test(v), 'Four digits, none twice in a row'] };
const TITLE = { mails: 'Whom', until: 'Until', pin: 'PIN' };
const form = { mails: van.state(''), until: van.state(''), pin: van.state('') }; const wrong = van.state({}); const asking = van.state(''); const role = van.state('look'); const open = van.state(false); const people = van.state(['Ada', 'Bo', 'Cy']);
const invite = guard('invite', () => { asking.val = ''; wrong.val = Object.fromEntries(Object.keys(LOOK).filter((k) => !LOOK[k][0](form[k].val.trim())).map((k) => [k, LOOK[k][1]])); if (!Object.keys(wrong.val).length) { asking.val = `Invited (${++n})`; people.val = [...people.val.slice(-4), `Guest ${n}`]; Object.values(form).forEach((s) => { s.val = ''; }); } }, { req: '/api/invite', bad: () => { asking.val = `Nobody was invited (${++n})`; } });
const empty = ran(() => { Object.values(form).forEach((s) => { s.val = ''; }); wrong.val = {}; asking.val = ''; }); const may = run('role', (r) => { role.val = r; }); const publish = guard('publish', () => say('Everybody may look')); const link = guard('link', () => toast('The link is copied'), { req: '/api/link', bad: () => toast('There is no link', true) }); const drop = (t) => ran(() => { if (asked()) people.val = people.val.filter((x) => x !== t); }); const remind = guard('remind', () => say('They are reminded'), { req: '/api/remind', bad: () => say('They cannot be reached') }); const poke = run('poke', (t) => { people.val = people.val.map((x) => (x.replace(/ ✋*$/, '') === t.replace(/ ✋*$/, '') ? `${x.replace(/ ✋*$/, '')} ${'✋'.repeat((x.match(/✋/g)?.length ?? 0) % 5 + 1)}` : x)); });
const logo = van.state(''); const pictured = ran((e) => { const f = e.target.files[0]; logo.val = !f ? '' : f.name.startsWith('good') ? `${f.name} is shown (${++n})` : `${f.name} is no SVG, choose another (${++n})`; e.target.value = ''; });
const Share = () => section(h1('Invite'), p({ id: 'about' }, prose(2, 3)), van.tags.form({ id: 'f', novalidate: true, onsubmit: (e) => { e.preventDefault(); invite(e); } }, () => div({ class: () => `tip${Object.keys(wrong.val).length ? ' bad' : ''}` }, Object.values(wrong.val)[0] ?? 'All three are needed'), ...Object.keys(LOOK).map((k) => div({ class: () => `f${wrong.val[k] ? ' wrong' : ''}` }, label({ for: k }, TITLE[k]), input({ id: k, autocomplete: 'off', value: form[k], oninput: (e) => { form[k].val = e.target.value; } }))), div({ class: 'bar' }, button({ id: 'invite' }, 'Invite'), a({ id: 'empty', role: 'button', tabindex: 0, class: 'btn', onclick: empty }, 'Empty'))), p({ id: 'asking' }, asking),
  div({ class: 'bar' }, ...['look', 'write', 'own'].map((r) => span({ id: `r-${r}`, class: () => `pill${role.val === r ? ' cur' : ''}`, onclick: may(r) }, r)), label(input({ type: 'checkbox', id: 'open', onchange: ran((e) => { open.val = e.target.checked; }) }), ' It may be public'), button({ id: 'publish', disabled: () => !open.val, onclick: publish }, 'Publish'), tool('link', 'Copy the link', link), tool('remind', 'Remind them', remind)), note(), () => ul({ class: 'people' }, ...people.val.map((t) => li(span({ class: 'who' }, t), ' ', i({ class: 'poke', onclick: poke(t) }, 'wave'), ' ', a({ class: 'drop', onclick: drop(t) }, 'remove'), small({ class: 'badge' }, 'guest')))), p('A logo ', input({ id: 'logo', type: 'file', onchange: pictured }), ' ', span({ id: 'logosaid' }, logo)), div({ id: 'card', class: 'photo' }, 'So it looks when shared'));

// ---- help ----
const unfolded = van.state({}); const useful = van.state({}); const unfold = run('fold', (k) => { unfolded.val = { ...unfolded.val, [k]: !unfolded.val[k] }; }); const thank = run('useful', (k) => { useful.val = { ...useful.val, [k]: (useful.val[k] ?? 0) + 1 }; });
const Help = () => section(h1('Help'), p({ class: 'tiny', id: 'tiny' }, prose(4, 22)), div({ class: 'bar' }, tool('print', 'Print', ran(() => { asked(); })), tool('news', 'What is new?', guard('news', () => say('Version 8 is here'), { req: '/api/news', get: true, bad: () => say('Nothing can be said') }))), note(), div({ id: 'strip', class: 'strip' }, ...TOPICS.map((t) => b(t))), div({ id: 'tour', class: 'photo' }, '▶ A tour in four minutes'), ...Array.from({ length: 26 }, (_, k) => div(h3({ class: 'q', onclick: unfold(k) }, HINTS[k % 7]), () => (unfolded.val[k] ? p({ class: 'more' }, prose(k, 3)) : span()), p({ class: 'par' }, prose(k, 9)), span({ class: 'useful', onclick: thank(k) }, () => `useful to ${useful.val[k] ?? 0}`))));

const PAGES = [['/', 'home', 'Boards', Home], ['/board', 'board', 'Canvas', Board], ['/sheet', 'sheet', 'Sheet', Sheet], ['/share', 'share', 'Invite', Share], ['/help', 'help', 'Help', Help]];
const main = div();
const links = PAGES.map(([to, id, t]) => a({ id: `n-${id}`, href: `/easel${to}`, onclick: (e) => { e.preventDefault(); window.__ran += 1; go(to); } }, t));
van.add(document.getElementById('app'), header(b({ id: 'brand' }, '◩ easel'), ...links), main);
// A link to "#" whose handler is missing is a change of the address too, but of no screen.
let shownAt = null;
routes((to) => {
  if (to === shownAt) return;
  if (shownAt !== null) stand(`go${to}`);
  shownAt = to;
  said.val = '';
  links.forEach((x, k) => x.classList.toggle('here', PAGES[k][0] === to));
  main.replaceChildren((PAGES.find(([x]) => x === to) ?? PAGES[0])[3]());
});
if (window.__boot.flavour === 1) beacon(20000);
if (window.__boot.flavour === 2) ticking(1700, (k) => `${2 + (k % 3)} others draw`);
