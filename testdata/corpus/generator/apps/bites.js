// Food brought to the door, made for thumbs: Framework7 with its router, sheets, steppers and rows that slide away.
import Framework7 from 'framework7/lite';
import Stepper from 'framework7/components/stepper';
import Toggle from 'framework7/components/toggle';
import Accordion from 'framework7/components/accordion';
import Sheet from 'framework7/components/sheet';
import Actions from 'framework7/components/actions';
import Tabs from 'framework7/components/tabs';
import Swipeout from 'framework7/components/swipeout';
import Range from 'framework7/components/range';
import 'framework7/css';
import 'framework7/components/stepper/css';
import 'framework7/components/toggle/css';
import 'framework7/components/accordion/css';
import 'framework7/components/sheet/css';
import 'framework7/components/actions/css';
import 'framework7/components/swipeout/css';
import 'framework7/components/range/css';
import 'framework7/components/input/css';
import { guard, toast, beacon } from '../page/kit.js';

const DISHES = ['Ramen', 'Falafel', 'Dumplings', 'Curry', 'Pizza', 'Poke', 'Tacos', 'Pho'].map((name, i) => ({ id: i + 1, name, price: 8 + ((i * 5) % 9), mins: 20 + ((i * 13) % 30) }));
const WORDS = ['Made when you ask for it.', 'The rice is from last harvest.', 'Nuts are kept in another room.', 'The rider waits two minutes at the door.', 'Hot food is brought in a wooden box.'];
const talk = (s, n) => Array.from({ length: n }, (_, i) => WORDS[(s * 3 + i * 4) % 5]).join(' ');
document.head.append(Object.assign(document.createElement('style'), { textContent: '#app{padding:0;max-width:none;height:100%}html,body{height:100%}.page-content{padding:10px 14px 60px}.dish{display:flex;justify-content:space-between;padding:11px 4px;border-bottom:1px solid #ddd}.dish .open{flex:1;cursor:pointer}.heart{padding:4px 12px;cursor:pointer}.pix{height:96px;border-radius:12px;margin:8px 0;background:linear-gradient(100deg,#f5b,#fb6)}.tags span{display:inline-block;padding:6px 13px;margin:4px;border-radius:14px;background:#eee;cursor:pointer}.tags span.on{background:#fb6}.tiny{font-size:8px;line-height:10px}.links a{margin-right:14px}h1{font-size:22px;margin:6px 0}.miss{color:#b00;font-size:13px}.deal{white-space:nowrap;overflow-x:auto}.deal b{display:inline-block;width:150px;height:60px;margin-right:8px;background:#dff;border-radius:8px;padding:8px}.list{margin:6px 0!important}.row2{display:flex;gap:10px;align-items:center;flex-wrap:wrap;margin:8px 0}.row2 .button{width:auto}' }));

const LINKS = '<div class="links"><a class="n-home link" data-to="/">Kitchens</a><a class="n-bag link" data-to="/bag/">Bag</a><a class="n-door link" data-to="/door/">Your door</a><a class="n-word link" data-to="/word/">Small print</a></div>';
const page = (name, body) => `<div class="page no-navbar" data-name="${name}"><div class="page-content">${name === 'dish' ? '' : LINKS}${body}</div></div>`;
const PAGES = {
  '/': () => page('home', `<h1>What will it be?</h1><div class="pix" id="promo">Two for one on rainy days</div><div class="tags"><span class="tag" data-k="all">all</span><span class="tag" data-k="quick">quick</span><span class="tag" data-k="cheap">cheap</span></div><div id="dishes"></div><div class="deal" id="deals">${DISHES.map((d) => `<b>${d.name} at noon</b>`).join('')}</div>
    <div class="row2"><a class="button button-fill" id="rider">Where is my rider?</a><a class="button" id="lucky">Surprise me</a><a class="button" id="again">As last time</a><a class="button" id="mail">Tell me of deals</a></div><p id="out">Nothing on its way.</p><p id="foot">Kitchens close at ten. What was ordered before that is brought until eleven, by bicycle or on foot.</p>`),
  '/dish/:id/': (id) => { const d = DISHES[id - 1]; return page('dish', `<a class="back2 link" data-back="1">‹ Kitchens</a><h1>${d.name}, ${d.price} €</h1><div class="pix" id="photo"></div><div class="row2"><div class="stepper stepper-fill" id="step"><div class="stepper-button-minus" id="less"></div><div class="stepper-input-wrap"><input type="text" value="1" min="1" max="40" step="1" readonly></div><div class="stepper-button-plus" id="more"></div></div><div class="heart" id="love">♥ <b>0</b></div><a class="button button-fill" id="put">Into the bag</a><a class="button" id="smell">Press to hear it sizzle</a></div><p id="out"></p>
    <div class="tags">${['mild', 'hot', 'fiery'].map((h) => `<span class="heat" data-k="${h}">${h}</span>`).join('')}</div><div class="list accordion-list"><ul>${['What is in it', 'Who cooks'].map((t, i) => `<li class="accordion-item"><a class="item-link item-content" id="acc${i}"><div class="item-inner"><div class="item-title">${t}</div></div></a><div class="accordion-item-content"><p>${talk(i, 2)}</p></div></li>`).join('')}</ul></div><p id="say">${talk(id, 4)}</p>`); },
  '/bag/': () => page('bag', `<h1>Your bag</h1><div class="list"><ul>${DISHES.slice(0, 3).map((d) => `<li class="swipeout"><div class="swipeout-content item-content"><div class="item-inner"><div class="item-title">${d.name}</div></div></div><div class="swipeout-actions-right"><a class="swipeout-close">Keep</a></div></li>`).join('')}</ul></div><p>Tip <span id="tip">2</span> €</p><div class="range-slider" id="tipper"></div><div class="row2"><label class="toggle" id="fork"><input type="checkbox"><span class="toggle-icon"></span></label> Cutlery <label class="toggle" id="ring"><input type="checkbox" checked><span class="toggle-icon"></span></label> Ring the bell</div>
    <div class="row2"><a class="button button-fill" id="order">Order</a><a class="button" id="how">Way of paying</a><a class="button" id="voucher">Use a voucher</a><label><input type="checkbox" id="sure"> I am at home</label><button class="button" id="now" disabled>Bring it now</button></div><p id="out"></p><div class="pix" id="rain">The sky today</div>`),
  '/door/': () => page('door', `<h1>Your door</h1><form id="f" novalidate>${[['who', 'Name on the bell'], ['street', 'Street and number'], ['floor', 'Floor'], ['tel', 'Telephone']].map(([k, t]) => `<p><label>${t}<br><input id="${k}"></label><br><span class="miss" id="m-${k}"></span></p>`).join('')}<div class="row2"><button class="button button-fill" id="save">Keep it</button><a class="button" id="clear">Empty it</a></div></form><p id="out"></p>`),
  '/word/': () => page('word', `<h1>Small print</h1><p class="tiny" id="tiny">${talk(2, 26)}</p>${Array.from({ length: 14 }, (_, i) => `<p class="par">${i + 1}. ${talk(i, 9)}</p>`).join('')}`),
};
Framework7.use([Stepper, Toggle, Accordion, Sheet, Actions, Tabs, Swipeout, Range]);
const box = document.getElementById('app');
box.innerHTML = '<div class="view view-main"></div>';
const routes = Object.entries(PAGES).map(([p, html]) => ({ path: p, async({ to, resolve }) { resolve({ content: html(Number(to.params.id)) }); } }));
const app = new Framework7({ el: '#app', theme: window.__boot.flavour === 0 ? 'ios' : 'md', routes, touch: { activeState: false, touchRipple: false, touchHighlight: false }, view: { animate: false, browserHistory: true, browserHistorySeparator: '', browserHistoryRoot: '/bites', browserHistoryOnLoad: true, browserHistoryInitialMatch: true, iosSwipeBack: false, mdSwipeBack: false } });
let kind = 'all'; let n = 0; const likes = {};
app.on('pageInit', (pg) => {
  const $ = (s) => pg.el.querySelector(s);
  const out = (t) => { n += 1; $('#out').textContent = `${t} (${n})`; };
  const act = (id, run, opt) => $(`#${id}`)?.addEventListener('click', guard(id, run, opt));
  pg.el.addEventListener('click', (e) => { const a = e.target.closest('[data-to],[data-back]'); if (a) { window.__ran += 1; if (a.dataset.back) app.views.main.router.back(); else app.views.main.router.navigate(a.dataset.to); } });
  const dishes = () => { $('#dishes').innerHTML = DISHES.filter((d) => kind === 'all' || (kind === 'quick' ? d.mins < 35 : d.price < 12)).slice(0, 5).map((d) => `<div class="dish"><div class="open" data-id="${d.id}">${d.name}</div><span class="price">${d.price} €</span><span class="heart" data-id="${d.id}">♡ ${likes[d.id] ?? 0}</span></div>`).join(''); for (const t of pg.el.querySelectorAll('.tag')) t.classList.toggle('on', t.dataset.k === kind); };
  if (pg.name === 'home') {
    dishes();
    const open = guard('open', (e) => app.views.main.router.navigate(`/dish/${e.target.dataset.id}/`));
    const like = guard('like', (e) => { const i = e.target.dataset.id; likes[i] = (likes[i] ?? 0) + 1; e.target.textContent = `♡ ${likes[i]}`; });
    $('#dishes').addEventListener('click', (e) => { if (e.target.matches('.open')) open(e); if (e.target.matches('.heart')) like(e); });
    for (const t of pg.el.querySelectorAll('.tag')) t.addEventListener('click', guard(`tag-${t.dataset.k}`, () => { kind = t.dataset.k; dishes(); }));
  }
  for (const t of pg.el.querySelectorAll('.heat')) t.addEventListener('click', guard('heat', () => { for (const x of pg.el.querySelectorAll('.heat')) x.classList.toggle('on', x === t); }));
  act('rider', () => out('The rider is at the bridge'), { req: '/api/rider', get: true, bad: () => out('The rider cannot be seen') });
  act('lucky', () => out(`Try ${DISHES[n % 8].name}`)); act('again', () => out('Ramen, as on Friday'), { req: '/api/again', bad: () => toast('That kitchen is shut', true) }); act('mail', () => toast('You will hear of deals'), { req: '/api/deals', bad: () => toast('That did not work', true) });
  act('love', () => { $('#love b').textContent = Number($('#love b').textContent) + 1; }); act('put', () => toast('It is in your bag'), { req: '/api/bag', bad: () => out('The bag is stuck') });
  act('order', () => out('Your order is taken'), { req: '/api/order', bad: () => out('The order was not taken') }); act('voucher', () => out('This voucher is worth 2 €'), { req: '/api/voucher', bad: () => toast('No such voucher', true) }); act('now', () => out('It is being brought'));
  act('how', () => setTimeout(() => app.actions.create({ buttons: [[{ text: 'Card', onClick: () => { window.__ran += 1; out('By card'); } }, { text: 'Cash', onClick: () => { window.__ran += 1; out('In cash'); } }]] }).open(false), 60));
  $('#sure')?.addEventListener('change', (e) => { window.__ran += 1; $('#now').disabled = !e.target.checked; });
  for (const id of ['fork', 'ring']) $(`#${id} input`)?.addEventListener('change', guard(id, () => out(`${id} is ${$(`#${id} input`).checked ? 'on' : 'off'}`)));
  if ($('#step')) app.stepper.create({ el: $('#step'), on: { change: () => { window.__ran += 1; } } });
  if ($('#tipper')) app.range.create({ el: $('#tipper'), min: 0, max: 9, value: 2, step: 1, on: { changed: (r) => { window.__ran += 1; $('#tip').textContent = r.value; } } });
  const smell = $('#smell');
  smell?.addEventListener('pointerdown', () => { window.__ran += 1; $('#out').textContent = 'Tssss …'; });
  for (const ev of ['pointerup', 'pointercancel']) smell?.addEventListener(ev, () => { $('#out').textContent = ''; });
  smell?.addEventListener('contextmenu', (e) => e.preventDefault());
  act('clear', () => { $('#f').reset(); for (const m of pg.el.querySelectorAll('.miss')) m.textContent = ''; $('#out').textContent = ''; });
  const save = guard('save', () => {
    const v = (k) => $(`#${k}`).value; const bad = { who: v('who').length < 2 && 'Whose bell?', street: !/[a-z] \d+/i.test(v('street')) && 'Street and number, please', tel: !/^\d[\d ]{5,}$/.test(v('tel')) && 'Six digits at least', floor: '' };
    for (const k of Object.keys(bad)) $(`#m-${k}`).textContent = bad[k] || '';
    if (!Object.values(bad).some(Boolean)) { $('#f').reset(); out('Your door is known'); }
  }, { req: '/api/door', bad: () => toast('It could not be kept', true) });
  $('#f')?.addEventListener('submit', (e) => { e.preventDefault(); save(e); });
});
app.views.create('.view-main', { url: '/' });
if (window.__boot.flavour === 1) beacon(33000);
