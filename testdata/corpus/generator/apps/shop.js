// A shop of several screens with Mithril and its router; the product's picture is enlarged by Panzoom.
import m from 'mithril';
import Panzoom from '@panzoom/panzoom';
import { guard, toast, ticking, $ } from '../page/kit.js';

document.head.append(Object.assign(document.createElement('style'), { textContent: `
.top{display:flex;gap:12px;flex-wrap:wrap;align-items:center}.grid{display:grid;grid-template-columns:repeat(auto-fill,minmax(150px,1fr));gap:10px}.pic{height:90px;border-radius:6px;margin-bottom:4px}
.hero{height:130px;border-radius:8px;background:linear-gradient(90deg,#c96,#fc9);padding:18px;font-size:24px;color:#fff;box-shadow:0 1px 4px #888}.sale{background:#b22;color:#fff;border-radius:9px;padding:1px 9px;font-size:13px}
.strip{display:flex;gap:8px;overflow-x:auto}.strip div{flex:0 0 190px;height:120px;border-radius:6px}.view{width:260px;height:190px;overflow:hidden;border:1px solid #bbb}.view div{width:260px;height:190px}
.fine{font-size:8px;line-height:10px;color:#555}.bad{color:#a11;font-size:14px}label{display:block;margin:6px 0}.box{position:fixed;inset:0;background:#0006;z-index:7000}.box>div{background:#fff;margin:90px auto;padding:16px;max-width:300px;border-radius:8px}` }));

const NAMES = ['Lamp', 'Bowl', 'Chair', 'Vase', 'Rug', 'Clock', 'Mirror', 'Shelf', 'Stool', 'Quilt', 'Kettle', 'Basket'];
const hue = (i, l = 70) => `background:hsl(${i * 47} 45% ${l}%)`;
const it = { q: '', cat: '', likes: {}, basket: 0, bad: {}, tip: '', rooms: 0, offers: 0, busy: false, dialog: false, back: false, sizes: 0 };
const link = (to, attrs, text) => m('a', { href: `/shop${to}`, ...attrs, onclick: (e) => { e.preventDefault(); m.route.set(`/shop${to}`); } }, text);

const top = () => m('.top', link('', { id: 'logo' }, 'Hearth & Co'), ...['Kitchen', 'Bedroom', 'Garden', 'Bath', 'Office'].map((c) => m('span.cat', { style: 'cursor:default' }, c)), link('/journal', { id: 'journal' }, 'Journal'), link('/basket', { id: 'basket' }, `Basket (${it.basket})`));
const like = (i) => m('button.heart', { onclick: guard('heart', () => { it.likes[i] = (it.likes[i] || 0) + 1; }) }, `♥ ${it.likes[i] || 0}`);

const card = (i) => m('.card', { key: i }, m('.pic', { style: hue(i) }, i % 3 === 0 ? m('span.sale', 'Sale') : null), link(`/p/${i}`, { class: 'open' }, NAMES[i]), m('div', `${20 + i * 3}.00 `, like(i)));

const List = { view: ({ attrs }) => {
  const page = Number(attrs.n || 1);
  const hits = NAMES.map((n, i) => i).filter((i) => NAMES[i].toLowerCase().includes(it.q.toLowerCase()) && (!it.cat || i % 3 === it.cat - 1));
  const shown = it.q || it.cat ? hits : hits.map((i) => (i + (page - 1) * 4) % NAMES.length).slice(0, 6);
  return m('div', top(), m('h1', page > 1 ? `Things, page ${page}` : 'Things for the house'), m('.hero', { id: 'hero' }, 'Autumn sale'),
    m('.bar', m('input', { id: 'q', placeholder: 'Search', oninput: (e) => { window.__ran += 1; it.q = e.target.value; } }),
      ...['All', 'Wood', 'Wool', 'Clay'].map((c, i) => m('button.chip', { 'aria-pressed': String(it.cat === i), onclick: guard('chip', () => { it.cat = i; }) }, c))),
    m('p', { id: 'count' }, `${shown.length} things`), m('.grid', shown.map(card)),
    m('.bar', link(`/page/${page + 1}`, { id: 'further', class: 'btn' }, 'Next page'),
      m('button', { id: 'offers', 'aria-busy': String(it.busy), onclick: guard('offers', () => { it.offers += 1; m.redraw(); }, { req: '/api/offers', get: true }) }, 'Offers of today'),
      m('button', { id: 'letter', onclick: guard('letter', () => toast('You get our letter now'), { req: '/api/letter', bad: () => toast('That did not work', true) }) }, 'Get our letter'),
      m('button', { id: 'measure', onclick: guard('measure', () => { it.rooms += 1; m.redraw(); }) }, 'Measure my room')),
    it.offers ? m('p.card', `Offer ${it.offers}: the bowl at half its price`) : null, it.rooms ? m('p', { id: 'rooms' }, `Room ${it.rooms} measured`) : null, m('p', { id: 'about' }, 'We make things of wood, wool and clay, and send them in two days.'));
} };

const TABS = [['', 'About'], ['/reviews', 'Reviews'], ['/delivery', 'Delivery']];
const TEXT = { '': 'Made by hand in a small workshop. ', '/reviews': 'Somebody wrote: it stands well and looks fine. ', '/delivery': 'Sent in two days, by rail where there is one. ' };
const Item = (tab) => ({ view: ({ attrs: { id } }) => m('div', top(), m('h1', NAMES[id]), m('.view', m('div', { id: 'picture', style: hue(id, 60), oncreate: ({ dom }) => { const p = Panzoom(dom, { maxScale: 4, animate: false }); dom.parentElement.addEventListener('wheel', p.zoomWithWheel); } }, it.back ? 'The back' : 'The front')),
  m('.bar', m('button', { id: 'turn', onpointerdown: () => { window.__ran += 1; it.back = true; }, onpointerup: () => { it.back = false; }, onpointercancel: () => { it.back = false; }, onpointerleave: () => { it.back = false; }, oncontextmenu: (e) => e.preventDefault() }, 'Show the back'),
    m('button', { id: 'buy', onclick: guard('buy', () => { it.basket += 1; toast('In your basket'); m.redraw(); }, { req: '/api/basket', bad: () => toast('Could not be added', true) }) }, 'Add to basket'),
    m('button', { id: 'guide', onclick: guard('guide', () => { it.dialog = true; }) }, 'Size guide'), like(id)),
  m('.strip', { id: 'strip' }, [1, 2, 3, 4, 5, 6].map((k) => m('div', { style: hue(id * 3 + k) }))),
  m('.bar', TABS.map(([t, name]) => link(`/p/${id}${t}`, { class: 'btn tab', 'aria-current': t === tab ? 'page' : undefined }, name))), m('p', { id: 'text' }, TEXT[tab].repeat(6)), link('', { id: 'all' }, 'Back to all things'),
  it.dialog ? m('.box', m('div', { role: 'dialog' }, m('p', 'Small 20 cm, large 34 cm.'), m('button', { id: 'shut', onclick: () => { window.__ran += 1; it.dialog = false; } }, 'Close'))) : null) });

const field = (id, name) => m('label', `${name} `, m('input', { id }), it.bad[id] ? m('span.bad', { id: `${id}bad` }, ` ${it.bad[id]}`) : null);
const check = () => {
  const v = (id) => $(`#${id}`).value;
  it.bad = { ...(v('name').length > 2 ? {} : { name: 'Please tell us your name.' }), ...(/^\S+@\S+\.[a-z]+$/.test(v('mail')) ? {} : { mail: 'Please check the address.' }), ...(/^\d{5}$/.test(v('zip')) ? {} : { zip: 'Five digits, please.' }) };
  if (!Object.keys(it.bad).length) { it.basket = 0; for (const id of ['name', 'mail', 'zip']) $(`#${id}`).value = ''; toast('Thank you for your order'); }
  m.redraw();
};
const Basket = { view: () => m('div', top(), m('h1', 'Your basket'), m('p', `${it.basket} things in it`), m('.bar', m('input', { id: 'coupon', placeholder: 'Coupon' }), m('button', { id: 'apply', onclick: guard('apply', () => { it.tip = $('#coupon').value === 'AUTUMN' ? 'Ten per cent off' : `${$('#coupon').value} is not known`; m.redraw(); }, { req: '/api/coupon' }) }, 'Use')),
  it.tip ? m('p', { id: 'tip' }, it.tip) : null,
  m('form', { novalidate: true, onsubmit: (e) => { e.preventDefault(); guard('order', check, { req: '/api/order', bad: () => toast('The order did not go through', true) })(e); } }, field('name', 'Name'), field('mail', 'Mail'), field('zip', 'Postcode'), m('button', { id: 'order' }, 'Order')), m('p.fine', { id: 'fine' }, 'Prices are in pounds and include what the law asks for. Things may be sent back in thirty days if they were not used. '.repeat(7))) };

const Journal = { view: () => m('div', top(), m('h1', 'The journal'), m('.hero', { id: 'poster' }, 'How a bowl is made'), Array.from({ length: 14 }, (_, i) => m('p', { class: 'para' }, `${i + 1}. ${['The clay is dug in spring and rests for a year. ', 'It is turned by foot and by hand, and dried in the wind. ', 'Then it is burnt for two days with wood of the birch. '][i % 3].repeat(18)}`)), m('p.fine', { id: 'imprint' }, 'All pictures are ours. Nothing of this may be printed without being asked for. '.repeat(9))) };

m.route.prefix = '';
m.route($('#app'), '/shop', { '/shop': List, '/shop/page/:n': List, '/shop/basket': Basket, '/shop/journal': Journal, ...Object.fromEntries(TABS.map(([t]) => [`/shop/p/:id${t}`, Item(t)])) });
if (window.__boot.flavour === 2) ticking(1000, (n) => `Somebody bought a rug ${n} s ago`);
