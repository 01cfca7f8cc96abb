// Entry of the shop: frame, routes, ambient page life (countdown, promo, telemetry).
import { h, sprite, api } from './ui.js';
import { home, category, productPage } from './shop.js';
import { cart, checkout, payment, thankYou } from './checkout.js';
import { account, settings, feed, order, visit, mixer } from './extras.js';

export const state = { cart: JSON.parse(sessionStorage.getItem('cart') || '[]'), discount: 0, wish: new Set(), address: {} };

const routes = [
  [/^\/$/, 'Home', home],
  [/^\/c\/([a-z]+)$/, 'Shop', category],
  [/^\/p\/([a-z0-9-]+)$/, 'Product', productPage],
  [/^\/cart$/, 'Cart', cart],
  [/^\/checkout$/, 'Checkout', checkout],
  [/^\/checkout\/payment$/, 'Payment', payment],
  [/^\/thank-you$/, 'Thank you', thankYou],
  [/^\/account$/, 'Account', account],
  [/^\/account\/settings$/, 'Settings', settings],
  [/^\/feed$/, 'Stories', feed],
  [/^\/orders\/(\d+)$/, 'Order status', order],
  [/^\/visit$/, 'Book a visit', visit],
  [/^\/mixer$/, 'Colour mixer', mixer],
];

let leave = [];
/** onLeave registers clean-up for the screen shown now. */
export function onLeave(fn) { leave.push(fn); }

export function go(path, replace) {
  history[replace ? 'replaceState' : 'pushState']({}, '', path);
  show();
}

function show() {
  leave.forEach((f) => f());
  leave = [];
  const path = location.pathname;
  const hit = routes.find(([re]) => re.test(path)) || routes[0];
  document.title = `${hit[1]} · Nook & Lamp`;
  window.__record?.pageview(location.href, document.title);
  const main = document.querySelector('main');
  main.replaceChildren();
  hit[2](main, hit[0].exec(path)?.[1]);
  for (const b of document.querySelectorAll('.top nav button')) {
    const on = b.dataset.path === '/c/lamps' ? path.startsWith('/c/') : b.dataset.path === path;
    if (on) b.setAttribute('aria-current', 'page');
    else if (b.hasAttribute('aria-current')) b.removeAttribute('aria-current');
  }
  window.scrollTo(0, 0);
  badge();
}

export function badge() {
  sessionStorage.setItem('cart', JSON.stringify(state.cart));
  const n = state.cart.reduce((a, l) => a + l.n, 0);
  const el = document.querySelector('.badge');
  if (el.textContent !== String(n)) el.textContent = String(n);
}

function nav(path, label, id) {
  return h('button', { 'data-path': path, 'data-testid': id, onclick: () => { if (location.pathname !== path) go(path); } }, label);
}

function frame() {
  const left = h('b', { 'data-testid': 'countdown' }, '02:00:00');
  document.querySelector('#app').append(sprite(),
    h('div', { class: 'banner' }, 'Autumn sale ends in ', left),
    h('header', { class: 'top' },
      h('button', { class: 'logo', 'data-testid': 'logo', onclick: () => go('/') }, 'Nook & Lamp'),
      h('nav', { 'aria-label': 'Main' }, nav('/c/lamps', 'Shop', 'nav-shop'), nav('/feed', 'Stories', 'nav-feed'), nav('/visit', 'Visit', 'nav-visit')),
      h('button', { class: 'ico', 'data-testid': 'nav-account', 'aria-label': 'Account', onclick: () => go('/account') }, '☺'),
      h('button', { class: 'ico', 'data-testid': 'nav-cart', onclick: () => go('/cart') }, 'Cart', h('span', { class: 'badge' }, '0'))),
    h('main'),
    h('footer', {}, 'Nook & Lamp is an invented shop. Nothing here is for sale.'),
    h('button', { class: 'chat', 'data-testid': 'chat', 'aria-label': 'Chat with us', onclick: chat }, 'Chat'));
  let s = 7200 - (window.__boot?.offset || 0);
  setInterval(() => { s -= 1; left.firstChild.data = [s / 3600, (s / 60) % 60, s % 60].map((x) => String(Math.floor(x)).padStart(2, '0')).join(':'); }, 1000);
  // Telemetry: the collector is down for a part of the visitors, all the time, whatever they do.
  setInterval(async () => {
    const r = await api('POST', '/telemetry', {});
    if (!r.ok) console.error(`telemetry: upload failed with ${r.status}`);
  }, 23000);
}

function chat() {
  // While the chat service has not loaded its launcher stays enlarged, transparent and without effect.
  const b = document.querySelector('.chat');
  if (b.classList.contains('big')) return;
  const open = document.querySelector('.chatbox');
  if (open) { open.remove(); return; }
  document.body.append(h('div', { class: 'chatbox', role: 'dialog', 'aria-label': 'Chat' }, h('h3', {}, 'How can we help?'), h('p', { class: 'mut' }, 'We answer within a minute.')));
}

frame();
window.addEventListener('popstate', show);
show();
