// Account, settings, stories feed, order status, showroom visit, colour mixer.
import { h, pic, toast, api, faulty } from './ui.js';
import { go, onLeave } from './main.js';

export function account(main) {
  const panes = {
    orders: () => [h('div', { class: 'line' }, h('span', { style: 'flex:1' }, 'Order 1042 · packed'), h('button', { 'data-testid': 'order-status', onclick: () => go('/orders/1042') }, 'Status')),
      h('div', { class: 'line' }, h('span', { style: 'flex:1' }, 'Order 0977 · delivered'), h('a', { href: '/files/invoice-0977.txt', download: 'invoice-0977.txt', 'data-testid': 'invoice' }, 'Invoice'))],
    saved: () => [h('p', {}, 'Things you saved appear here.')],
    points: () => [h('p', {}, 'You have 120 points.')],
  };
  const body = h('div', {}, panes.orders());
  const btn = Object.keys(panes).map((k, i) => h('button', { role: 'tab', 'aria-selected': String(i === 0), 'data-testid': `acc-${k}`, onclick: (e) => {
    if (e.currentTarget.getAttribute('aria-selected') === 'true') return;
    btn.forEach((x) => { const v = String(x === e.currentTarget); if (x.getAttribute('aria-selected') !== v) x.setAttribute('aria-selected', v); });
    body.replaceChildren(...panes[k]());
  } }, k[0].toUpperCase() + k.slice(1)));
  main.append(h('h1', {}, 'Your account'), h('div', { class: 'tabs', role: 'tablist' }, btn), body,
    h('button', { 'data-testid': 'open-settings', style: 'margin-top:20px', onclick: () => go('/account/settings') }, 'Settings'));
}

export function settings(main) {
  const name = h('input', { type: 'text', name: 'display', 'data-testid': 'display-name', autocomplete: 'off' });
  const news = h('input', { type: 'checkbox', 'data-testid': 'news' });
  const save = h('button', { class: 'primary', 'data-testid': 'save-settings', disabled: true, onclick: () => { toast('Saved'); save.disabled = true; } }, 'Save changes');
  // Version 3.1 waits for a phone check that never comes for accounts without a phone number.
  const check = () => { if (!faulty('settings-disabled') && save.disabled) save.disabled = false; };
  name.addEventListener('input', check);
  news.addEventListener('change', check);
  main.append(h('h1', {}, 'Settings'), h('div', { class: 'form' }, h('label', { class: 'f' }, h('span', {}, 'Display name'), name),
    h('label', { class: 'chk' }, news, 'Send me the monthly letter'), h('div', { style: 'height:14px' }), save));
}

const stories = ['How a lamp shade is folded', 'Dyeing wool with walnut', 'A chair in eleven parts', 'Why we glaze twice'];

function post(i) {
  let likes = 12 + i * 7;
  const like = h('button', { 'data-testid': 'like', onclick: () => { likes += 1; like.textContent = `♥ ${likes}`; } }, `♥ ${likes}`);
  const img = pic(['lamp', 'rug', 'chair', 'vase'][i % 4], (i * 2) % 6);
  img.setAttribute('data-testid', 'story-pic');
  let peek = null;
  const box = h('div', { 'data-testid': 'story-peek', style: 'touch-action:none;user-select:none' }, img);
  const off = () => { peek?.remove(); peek = null; };
  box.addEventListener('pointerdown', () => { off(); peek = h('p', { class: 'promo' }, 'From the workshop, spring 2026.'); box.append(peek); });
  box.addEventListener('pointerup', off);
  box.addEventListener('pointercancel', off);
  return h('article', { class: 'post' }, box, h('h3', {}, stories[i % 4]), h('p', { class: 'mut' }, 'Hold the picture to peek. Four minutes to read, best with tea.'), like);
}

export function feed(main) {
  let first = 0;
  const list = h('div', {}, [0, 1, 2].map(post));
  const refresh = async () => { await api('GET', '/api/feed'); first += 1; list.replaceChildren(...[first, first + 1, first + 2].map((i) => post(i % 4))); };
  main.append(h('h1', {}, 'Stories'), h('div', { class: 'bar' }, h('button', { 'data-testid': 'feed-refresh', onclick: refresh }, 'Refresh')), list,
    h('button', { class: 'totop', 'data-testid': 'to-top', onclick: () => window.scrollTo(0, 0) }, 'Back to top'));
}

export function order(main, id) {
  const status = h('b', {}, 'Packed');
  const seen = h('span', { class: 'mut', 'data-testid': 'checked-at' }, 'just now');
  main.append(h('h1', {}, `Order ${id}`), h('p', {}, 'Status: ', status), h('p', {}, 'Last checked: ', seen),
    h('button', { 'data-testid': 'copy-number', onclick: () => { try { navigator.clipboard?.writeText(id).catch(() => {}); } catch { /* no clipboard here */ } } }, 'Copy number'));
  const t = setInterval(async () => {
    const r = await api('GET', `/api/orders/${id}`);
    seen.textContent = new Date().toISOString().slice(11, 19);
    if (status.textContent !== r.body.status) status.textContent = r.body.status;
  }, 3000);
  onLeave(() => clearInterval(t));
}

const months = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];

export function visit(main) {
  let at = 10;
  let day = 0;
  const title = h('h3', {}, '');
  const grid = h('div', { class: 'cal' });
  const send = h('button', { class: 'primary', 'data-testid': 'book', disabled: true, onclick: () => toast('See you soon') }, 'Book visit');
  const draw = () => {
    title.textContent = `${months[at % 12]} ${2026 + Math.floor(at / 12)}`;
    grid.replaceChildren(...Array.from({ length: 28 }, (_, i) => h('button', { 'data-testid': 'day', onclick: (e) => {
      grid.querySelector('[aria-pressed]')?.removeAttribute('aria-pressed');
      e.currentTarget.setAttribute('aria-pressed', 'true'); day = i + 1; if (send.disabled) send.disabled = false;
    } }, String(i + 1))));
  };
  draw();
  main.append(h('h1', {}, 'Book a visit'), h('p', { class: 'mut' }, 'Our showroom is open by appointment.'),
    h('div', { class: 'calhead' }, h('button', { 'data-testid': 'month-prev', 'aria-label': 'Previous month', onclick: () => { at -= 1; draw(); } }, '‹'), title,
      h('button', { 'data-testid': 'month-next', 'aria-label': 'Next month', onclick: () => { at += 1; draw(); } }, '›')), grid, h('div', { style: 'height:18px' }), send);
}

export function mixer(main) {
  const c = h('canvas', { width: 640, height: 320, 'data-testid': 'canvas' });
  const g = c.getContext('2d');
  let i = 0;
  c.addEventListener('pointerdown', (e) => {
    const r = c.getBoundingClientRect();
    g.fillStyle = ['#b98345', '#3e7f6d', '#b9583f', '#5765a3'][i++ % 4];
    g.beginPath();
    g.arc((e.clientX - r.left) * 640 / r.width, (e.clientY - r.top) * 320 / r.height, 26, 0, 7);
    g.fill();
  });
  main.append(h('h1', {}, 'Colour mixer'), h('p', { class: 'mut' }, 'Tap to drop colours and see what goes together.'), c);
}
