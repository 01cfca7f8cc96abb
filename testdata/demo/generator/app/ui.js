// Small helpers: element builder, routing, toast and modal.

/** h builds an element: h('button', {onclick, 'data-testid': 'x'}, 'text', child). */
export function h(tag, attrs, ...kids) {
  const el = document.createElement(tag);
  for (const [k, v] of Object.entries(attrs || {})) {
    if (v === null || v === undefined || v === false) continue;
    if (k.startsWith('on')) el.addEventListener(k.slice(2), v);
    else if (k === 'value' || k === 'checked' || k === 'disabled') el[k] = v;
    else el.setAttribute(k, v === true ? '' : v);
  }
  add(el, kids);
  return el;
}

function add(el, kids) {
  for (const k of kids.flat()) {
    if (k === null || k === undefined || k === false) continue;
    el.append(k);
  }
}

const SVG = 'http://www.w3.org/2000/svg';

/** pic draws one of the shop's line drawings (symbol of the sprite) in a tinted box. */
export function pic(kind, tint) {
  const s = document.createElementNS(SVG, 'svg');
  s.setAttribute('class', `ph c${tint}`);
  const u = document.createElementNS(SVG, 'use');
  u.setAttribute('href', `#${kind}`);
  s.append(u);
  return s;
}

/** sprite holds every drawing once; products only refer to it. */
export function sprite() {
  const holder = document.createElement('div');
  holder.innerHTML = '<svg style="display:none">' +
    '<symbol id="lamp" viewBox="0 0 100 100"><path d="M36 20h28l12 32H24z" fill="currentColor"/><path d="M50 52v28M34 82h32" stroke="#22302e" stroke-width="4" fill="none"/></symbol>' +
    '<symbol id="rug" viewBox="0 0 100 100"><path d="M14 32h72v40H14z" fill="currentColor"/><path d="M22 40h56v24H22zM34 52h32" stroke="#fff" stroke-width="3" fill="none"/></symbol>' +
    '<symbol id="chair" viewBox="0 0 100 100"><path d="M32 18h36v34H32zM28 54h44v10H28z" fill="currentColor"/><path d="M33 64l-5 22M67 64l5 22" stroke="#22302e" stroke-width="4"/></symbol>' +
    '<symbol id="vase" viewBox="0 0 100 100"><path d="M42 22h16l-3 12c16 10 16 34 5 50H40c-11-16-11-40 5-50z" fill="currentColor"/></symbol></svg>';
  return holder.firstChild;
}

export function toast(text) {
  document.querySelector('.toast')?.remove();
  const t = h('div', { class: 'toast', role: 'status' }, text);
  document.body.append(t);
  setTimeout(() => t.remove(), 2600);
}

/** modal opens a dialog; a press on its backdrop closes it. */
export function modal(name, title, ...body) {
  const back = h('div', { class: 'modal', 'data-testid': `${name}-backdrop`, onclick: (e) => { if (e.target === back) back.remove(); } },
    h('div', { role: 'dialog', 'aria-label': title }, h('h2', {}, title), body,
      h('button', { 'data-testid': `${name}-close`, onclick: () => back.remove() }, 'Close')));
  document.body.append(back);
}

export const money = (n) => `€${n.toFixed(2)}`;

/** api asks the shop's server and returns {ok, status, body}. */
export async function api(method, path, body) {
  const r = await fetch(path, { method, body: body ? JSON.stringify(body) : undefined });
  return { ok: r.ok, status: r.status, body: await r.json() };
}

/** faulty says whether the planted fault `id` is switched on at this moment. */
export function faulty(id) {
  return Boolean(window.__faults && window.__faults[id]);
}

/** burn blocks the main thread for ms milliseconds. */
export function burn(ms) {
  if (window.__clock) { window.__clock.burn(ms); return; }
  const end = performance.now() + ms;
  while (performance.now() < end) { /* busy on purpose: this is the planted freeze */ }
}
