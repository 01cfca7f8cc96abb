// Home, category list and product page.
import { h, pic, toast, modal, money, api, faulty, burn } from './ui.js';
import { categories, products, product } from './data.js';
import { state, go, badge, onLeave } from './main.js';

function card(p) {
  return h('button', { class: 'card', 'data-testid': 'product-card', onclick: () => go(`/p/${p.id}`) },
    pic(p.kind, p.tint), h('div', {}, h('h3', {}, p.name), h('small', {}, p.note), h('p', { class: 'price' }, money(p.price))));
}

export function home(main) {
  const promo = h('div', { class: 'promo', 'data-testid': 'promo' }, 'Free delivery on every order over €60.');
  main.append(
    h('section', { class: 'hero' },
      h('div', {}, h('h1', {}, 'Warm light for long evenings'), h('p', {}, 'Lamps, rugs and quiet things, made in small workshops and sent in plain boxes.'),
        h('button', { class: 'primary', 'data-testid': 'hero-shop', onclick: () => go('/c/lamps') }, 'Shop lamps')),
      pic('lamp', 0), h('div', { class: 'glow', 'aria-hidden': 'true' })),
    promo,
    h('div', { class: 'bar' }, categories.map(([slug, , label]) => h('button', { 'data-testid': `cat-${slug}`, onclick: () => go(`/c/${slug}`) }, label)),
      h('button', { 'data-testid': 'open-mixer', onclick: () => go('/mixer') }, 'Colour mixer')),
    h('h2', {}, 'This week'),
    h('div', { class: 'grid' }, [products[0], products[10], products[20]].map(card)),
    h('p', { class: 'mut', 'data-testid': 'home-text', style: 'margin-top:26px' }, 'We pack by hand on weekdays. Orders placed before noon leave the same day.'));
  const lines = ['Free delivery on every order over €60.', 'Stories: how a lamp shade is folded.', 'Book a visit to our showroom.'];
  let i = 0;
  const t = setInterval(() => { i = (i + 1) % lines.length; promo.textContent = lines[i]; }, 5000);
  onLeave(() => clearInterval(t));
}

export function category(main, slug) {
  const label = (categories.find((c) => c[0] === slug) || categories[0])[2];
  const all = products.filter((p) => p.category === slug);
  const grid = h('div', { class: 'grid', 'data-testid': 'list' }, all.slice(0, 9).map(card));
  const count = h('p', { class: 'mut', 'data-testid': 'count' }, `${all.length} things`);
  const fill = (list) => { grid.replaceChildren(...list.map(card)); count.textContent = `${list.length} things`; };
  const skeleton = () => grid.replaceChildren(...[1, 2, 3].map(() => h('div', { class: 'skel' })));

  const q = h('input', { type: 'search', name: 'q', 'data-testid': 'search', placeholder: 'Search the shop', 'aria-label': 'Search' });
  const search = async (e) => {
    e.preventDefault();
    skeleton();
    const r = await api('GET', `/api/search?q=${encodeURIComponent(q.value)}`);
    fill(r.body.ids.map(product));
  };
  const colours = {};
  const sortBy = async (key, buttons) => {
    buttons.forEach((b) => { const on = String(b.dataset.key === key); if (b.getAttribute('aria-pressed') !== on) b.setAttribute('aria-pressed', on); });
    const r = await api('GET', `/api/list?c=${slug}&sort=${key}`);
    fill(r.body.ids.map(product));
  };
  const sorts = [['new', 'New'], ['price', 'Price'], ['name', 'Name']].map(([k, l], i) =>
    h('button', { 'data-key': k, 'data-testid': `sort-${k}`, 'aria-pressed': String(i === 0), onclick: () => sortBy(k, sorts) }, l));
  const apply = () => {
    // Version 3.1 sorts every variant on the main thread.
    if (faulty('filter-freeze')) burn(window.__faults.freezeMs);
    const want = Object.keys(colours).filter((c) => colours[c]);
    fill(want.length ? all.filter((p) => want.includes(p.colour)) : all);
  };
  main.append(h('h1', {}, label),
    h('form', { class: 'bar', onsubmit: search }, q, h('button', { 'data-testid': 'search-go', type: 'submit' }, 'Search')),
    h('div', { class: 'bar' }, h('span', { class: 'mut' }, 'Sort'), h('div', { class: 'seg', role: 'group', 'aria-label': 'Sort' }, sorts)),
    h('div', { class: 'split' },
      h('aside', { class: 'side' }, h('h3', {}, 'Colour'), ['natural', 'green', 'red', 'blue'].map((c) =>
        h('label', {}, h('input', { type: 'checkbox', 'data-testid': `colour-${c}`, onchange: (e) => { colours[c] = e.target.checked; } }), c)),
      h('button', { 'data-testid': 'apply-filters', class: 'wide', onclick: apply }, 'Apply filters')),
      h('div', {}, count, grid)),
    h('button', { class: 'totop', 'data-testid': 'to-top', onclick: () => window.scrollTo(0, 0) }, 'Back to top'));
}

export function productPage(main, id) {
  const p = product(id);
  let shot = 0;
  const n = h('span', { class: 'n' }, '1 / 8');
  let img = pic(p.kind, p.tint);
  const turn = (d) => { shot = (shot + d + 8) % 8; const next = pic(p.kind, (p.tint + shot) % 6); img.replaceWith(next); img = next; n.textContent = `${shot + 1} / 8`; };
  const gal = h('div', { class: 'gal' }, img, n,
    h('button', { class: 'arr l', 'data-testid': 'gallery-prev', 'aria-label': 'Previous picture', onclick: () => turn(-1) }, '‹'),
    h('button', { class: 'arr r', 'data-testid': 'gallery-next', 'aria-label': 'Next picture', onclick: () => turn(1) }, '›'));
  main.append(h('div', { class: 'prod' }, h('div', {}, gal, spin(gal)), h('div', {},
    h('h1', {}, p.name), h('p', { class: 'mut', 'data-testid': 'blurb' }, 'Turned and finished by hand. Every piece differs a little, which is the point of it.'),
    h('p', { class: 'price' }, money(p.price)),
    h('div', { class: 'row' }, addButton(p), wishButton(p)),
    h('button', { 'data-testid': 'size-guide', onclick: () => modal('size', 'Size guide', h('p', {}, 'Height 42 cm, width 24 cm, cable 1.8 m.')) }, 'Size guide'),
    tabs())));
}

function addButton(p) {
  const b = h('button', { class: 'primary', 'data-testid': 'add-to-cart' }, 'Add to cart');
  // Version 3.1 attaches the handler only after hydration, which at times never happens on phones.
  b.addEventListener('click', () => {
    if (faulty('cart-dead')) return;
    const have = state.cart.find((l) => l.id === p.id);
    if (have) have.n += 1; else state.cart.push({ id: p.id, n: 1 });
    badge();
    toast(`${p.name} is in your cart`);
  });
  return b;
}

function wishButton(p) {
  const on = state.wish.has(p.id);
  const b = h('button', { 'data-testid': 'wishlist', 'aria-pressed': String(on) }, on ? '♥ Saved' : '♡ Save');
  b.addEventListener('click', () => {
    if (faulty('wishlist-dead')) return;
    const now = !state.wish.has(p.id);
    if (now) state.wish.add(p.id); else state.wish.delete(p.id);
    b.setAttribute('aria-pressed', String(now));
    b.textContent = now ? '♥ Saved' : '♡ Save';
  });
  return b;
}

// The 360° view stays on only when the button is held for 600 ms.
function spin(gal) {
  let timer = 0;
  let over = null;
  const b = h('button', { 'data-testid': 'spin', style: 'margin-top:12px' }, '360° view');
  const down = () => {
    if (over) { over.remove(); over = null; return; }
    over = h('div', { class: 'spin' }, 'Turning…');
    gal.append(over);
    // Released versions up to 3.1.0 latched on a tap; 3.1.1 wants a held press and does not say so.
    timer = setTimeout(() => { timer = 0; over.textContent = '360° · drag to turn'; }, faulty('hold-spin') ? 600 : 10);
  };
  const up = () => {
    if (timer) { clearTimeout(timer); timer = 0; over?.remove(); over = null; }
  };
  b.addEventListener('pointerdown', down);
  b.addEventListener('pointerup', up);
  b.addEventListener('pointercancel', up);
  return b;
}

function tabs() {
  const text = { details: 'Oak, brass and linen. Bulb E27, not included.', delivery: 'Two to four days, in a plain box. Free over €60.', reviews: 'Rated 4.6 by people who bought it.' };
  const body = h('p', { 'data-testid': 'tab-text' }, text.details);
  const btn = Object.keys(text).map((k, i) => h('button', { role: 'tab', 'data-testid': `tab-${k}`, 'aria-selected': String(i === 0), onclick: (e) => {
    if (e.currentTarget.getAttribute('aria-selected') === 'true') return;
    btn.forEach((x) => { const v = String(x === e.currentTarget); if (x.getAttribute('aria-selected') !== v) x.setAttribute('aria-selected', v); });
    body.textContent = text[k];
  } }, k[0].toUpperCase() + k.slice(1)));
  return [h('div', { class: 'tabs', role: 'tablist' }, btn), body];
}
