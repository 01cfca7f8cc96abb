// What all pages share: a toolbar of controls, a simulated server, and the switches by which the driver plants a
// fault. Nothing here is specific to one widget.
const root = document.getElementById('app');

/** $ finds one element, el makes one from HTML. */
export const $ = (s, from = document) => from.querySelector(s);
export function el(html, parent = root) {
  const t = document.createElement('template');
  t.innerHTML = html.trim();
  const e = t.content.firstElementChild;
  parent?.append(e);
  return e;
}

/** fault answers the planted fault of a control, or an empty object. */
export const fault = (id) => window.__faults[id] || {};

/** guard wraps a handler: counts that it ran, and behaves as the planted fault says. opt: req (path), busy(on), bad(), late (what is thrown is thrown over the answer). */
export function guard(id, run, opt = {}) {
  return async (e) => {
    const f = fault(id);
    if (f.mode === 'dead') return;
    window.__ran += 1;
    if (f.mode === 'freeze') window.__clock.burn(f.ms);
    if (f.mode === 'silent') return;
    const fail = () => { if (f.mode === 'throw') throw new TypeError(`Cannot read properties of undefined (reading '${id}')`); };
    if (!opt.late) fail();
    if (!opt.req) { run(e); return; }
    opt.busy?.(true);
    const r = await fetch(opt.req, { method: opt.get ? 'GET' : 'POST' });
    opt.busy?.(false);
    fail();
    if (r.ok) run(e); else if (!f.quiet) opt.bad?.();
  };
}

/** ran counts a handler that no fault is planted in. */
export const ran = (run) => (e) => { window.__ran += 1; return run(e); };

/** stand keeps the page from moving, once, where a fault says so: work that is done in one go. */
export function stand(id) {
  const f = fault(id);
  if (f.mode !== 'freeze') return;
  delete window.__faults[id];
  window.__clock.burn(f.ms);
}

/** asked is a box of the browser's own (confirm, alert, print): nothing in the page moves while somebody reads it. */
export const asked = () => { window.__clock.burn(1700 + ((window.__clock.now() * 13) % 3300)); return true; };

/** hash is the handler of a link to "#": it keeps the browser from following it, and without one the link leads to the top of the page. */
export function hash(id, run, opt) {
  const h = guard(id, run, opt);
  return (e) => { if (fault(id).mode !== 'dead') e.preventDefault(); return h(e); };
}

/** control makes a control from HTML and gives it a guarded handler. */
export function control(id, html, run, opt = {}) {
  const e = el(html, opt.at ?? root);
  e.id = id;
  if (!opt.raw) e.addEventListener(opt.on ?? 'click', guard(id, run, { ...opt, busy: opt.busy && ((on) => opt.busy(on, e)) }));
  return e;
}

/** form submits through a guarded handler. */
export function form(id, node, run, opt) {
  const h = guard(id, run, opt);
  node.addEventListener('submit', (e) => { e.preventDefault(); h(e); });
}

/** toast shows a message for three seconds far away from what was pressed. */
export function toast(text, bad) {
  const t = el(`<div class="toast${bad ? ' bad' : ''}" role="${bad ? 'alert' : 'status'}"></div>`, document.body);
  t.textContent = text;
  setTimeout(() => t.remove(), 3000);
}
/** line writes into the page's quiet status line instead. */
export const line = (text) => { ($('#line') ?? el('<p id="line"></p>')).textContent = `${text} (${new Date().toISOString().slice(11, 19)})`; };

/** ticking is the ambient life of a page: something changes every ms, whatever anybody does. */
export function ticking(ms, text) {
  const e = el('<p class="tick" data-ambient></p>');
  let n = 0;
  const draw = () => { e.textContent = text(n++); };
  draw();
  setInterval(draw, ms);
}
/** beacon fails or succeeds every ms in the background. */
export const beacon = (ms) => setInterval(() => { fetch('/telemetry', { method: 'POST' }).then((r) => { if (!r.ok) console.error(`telemetry upload answered ${r.status}`); }); }, ms);
