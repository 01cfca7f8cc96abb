// Cart, address, payment, thank-you.
import { h, pic, money, api, faulty } from './ui.js';
import { product } from './data.js';
import { state, go, badge, onLeave } from './main.js';

const total = () => state.cart.reduce((a, l) => a + l.n * product(l.id).price, 0) * (1 - state.discount);

export function cart(main) {
  const sum = h('b', { 'data-testid': 'total' }, money(total()));
  const refresh = () => { sum.textContent = money(total()); badge(); };
  if (!state.cart.length) {
    main.append(h('h1', {}, 'Cart'), h('p', {}, 'Your cart is empty.'), h('button', { onclick: () => go('/c/lamps'), 'data-testid': 'empty-shop' }, 'Find something'));
    return;
  }
  const list = h('div', {}, state.cart.map((l) => line(l, refresh)));
  const note = h('p', { class: 'mut', 'data-testid': 'coupon-note' });
  const code = h('input', { type: 'text', name: 'coupon', 'data-testid': 'coupon', placeholder: 'Coupon', 'aria-label': 'Coupon' });
  const apply = async () => {
    const r = await api('POST', '/api/coupon', { code: code.value });
    // The error branch forgets the shopper.
    if (!r.ok) { console.error(`coupon: server answered ${r.status}`); return; }
    state.discount = 0.1;
    note.textContent = 'Coupon accepted: 10 % off.';
    refresh();
  };
  main.append(h('h1', {}, 'Cart'), h('button', { 'data-testid': 'checkout-top', style: 'float:right', onclick: () => go('/checkout') }, 'To checkout'),
    list,
    h('div', { class: 'bar form', style: 'margin-top:18px;flex-wrap:nowrap' }, code, h('button', { 'data-testid': 'coupon-apply', onclick: apply }, 'Apply')), note,
    h('div', { class: 'sum form' }, 'Total', sum),
    h('div', { class: 'paybar stick form' }, h('button', { class: 'primary wide', 'data-testid': 'checkout', onclick: () => go('/checkout') }, 'Checkout')));
  const chat = document.querySelector('.chat');
  if (faulty('checkout-covered')) chat.classList.add('big');
  onLeave(() => { if (chat.classList.contains('big')) chat.classList.remove('big'); });
}

function line(l, refresh) {
  const p = product(l.id);
  const out = h('output', {}, String(l.n));
  const set = (d) => { l.n = Math.max(1, l.n + d); out.textContent = String(l.n); refresh(); };
  return h('div', { class: 'line' }, pic(p.kind, p.tint), h('div', { style: 'flex:1' }, h('h3', {}, p.name), h('span', { class: 'mut' }, money(p.price))),
    h('div', { class: 'step', role: 'group', 'aria-label': 'Quantity' }, h('button', { 'data-testid': 'qty-minus', 'aria-label': 'Less', onclick: () => set(-1) }, '−'), out,
      h('button', { 'data-testid': 'qty-plus', 'aria-label': 'More', onclick: () => set(1) }, '+')));
}

function field(name, label, type) {
  const input = h('input', { type: type || 'text', name, 'data-testid': name, autocomplete: 'off' });
  const err = h('p', { class: 'err', role: 'alert' });
  return { input, err, el: h('label', { class: 'f' }, h('span', {}, label), input, err) };
}

export function checkout(main) {
  const f = { name: field('name', 'Name'), email: field('email', 'E-mail', 'email'), street: field('street', 'Street'), city: field('city', 'City'), postcode: field('postcode', 'Postcode') };
  const submit = (e) => {
    e.preventDefault();
    for (const x of Object.values(f)) if (x.err.textContent) x.err.textContent = '';
    for (const [k, x] of Object.entries(f)) {
      if (!x.input.value) { x.err.textContent = `Please fill in: ${k}`; return; }
    }
    // Version 3.1 rejects a blank inside the postcode and tells nobody.
    if (faulty('postcode-silent') && /\s/.test(f.postcode.input.value.trim())) return;
    go('/checkout/payment');
  };
  main.append(h('h1', {}, 'Delivery'), h('p', { class: 'mut' }, 'Where shall we send it?'),
    h('form', { class: 'form', novalidate: true, onsubmit: submit }, Object.values(f).map((x) => x.el),
      h('button', { class: 'primary wide', 'data-testid': 'to-payment', type: 'submit' }, 'Continue to payment')));
}

export function payment(main) {
  const holder = field('holder', 'Name on the card');
  const card = field('card', 'Card number', 'tel');
  const pay = h('button', { class: 'primary wide', 'data-testid': 'pay', type: 'button', disabled: true }, `Pay ${money(total())}`);
  const terms = h('input', { type: 'checkbox', 'data-testid': 'terms', onchange: (e) => { pay.disabled = !e.target.checked; } });
  pay.addEventListener('click', async () => {
    const label = pay.textContent;
    pay.textContent = 'One moment…';
    const r = await api('POST', '/api/pay', {});
    if (!r.ok) { console.error(`payment: server answered ${r.status}`); pay.textContent = label; return; }
    window.__record?.custom('order_placed', { items: state.cart.length, total: Math.round(total()) });
    go('/thank-you');
  });
  main.append(h('h1', {}, 'Payment'), h('div', { class: 'form' }, holder.el, card.el,
    h('label', { class: 'chk' }, terms, 'I accept the terms of sale'), h('div', { style: 'height:12px' }), pay,
    h('p', { class: 'mut', style: 'margin-top:14px', 'data-testid': 'pay-text' }, 'You can send anything back within 30 days.')));
}

export function thankYou(main) {
  state.cart.length = 0;
  badge();
  main.append(h('h1', {}, 'Thank you'), h('p', {}, 'Your order is on its way to our packing table.'),
    h('button', { 'data-testid': 'see-order', onclick: () => go('/orders/1042') }, 'See your order'));
}
