// Runs before the page's own scripts, after the clock: server, planted faults of third-party controls, truth for the labels.
(() => {
  if (window.__hooks) return;
  window.__hooks = true; window.__faults = {}; window.__dead = []; window.__burn = null; window.__ran = 0; window.__dom = 0;
  // Loading a page takes a moment, in which the old page's clock stands and nothing is recorded.
  addEventListener('pagehide', () => { window.__clock.burn(260 + ((window.__clock.now() * 7) % 180)); window.__clock.save(); });
  let n = 0;
  window.__server = {};
  window.fetch = (path, opts) => new Promise((done) => {
    const url = new URL(String(path), location.href);
    const rule = window.__server[url.pathname] || (url.pathname === '/telemetry' && window.__boot.beacon ? { status: 503 } : {});
    const status = rule.status || 200;
    setTimeout(() => done({ ok: status < 400, status, json: async () => ({}) }), (rule.ms || 170) + ((n++ * 37) % 60));
  });
  // Elements inside open shadow roots: "host >>> inner".
  window.__q = (sel, nth = 0) => {
    let from = [document];
    for (const part of sel.split(' >>> ')) {
      const hit = from.flatMap((r) => [...r.querySelectorAll(part)]);
      from = part === sel.split(' >>> ').pop() ? hit : hit.map((e) => e.shadowRoot).filter(Boolean);
    }
    return from[nth] || null;
  };
  document.addEventListener('DOMContentLoaded', () => {
    // A control whose handler is missing: the events end at the root, after the recorder (which listens at the document) has seen them.
    const stop = (e) => {
      const path = e.composedPath();
      const hit = (sel) => { const t = window.__q(sel); return t && path.includes(t); };
      if (window.__dead.some(hit)) { e.stopImmediatePropagation(); if (e.type === 'click') e.preventDefault(); }
      if (e.type === 'click' && window.__burn && hit(window.__burn.sel)) { const ms = window.__burn.ms; window.__burn = null; window.__clock.burn(ms); }
    };
    for (const t of ['click', 'dblclick', 'mousedown', 'mouseup', 'pointerdown', 'pointerup', 'touchstart', 'touchend', 'change']) document.documentElement.addEventListener(t, stop, true);
    // Some widgets write the attribute that is there already.
    const same = (m) => m.type === 'attributes' && m.oldValue === m.target.getAttribute(m.attributeName);
    const count = (l) => { for (const m of l) { if (same(m)) continue; const e = m.target.nodeType === 1 ? m.target : m.target.parentElement; if (!e || !e.closest('[data-ambient]')) window.__dom += 1; } };
    const watch = (r) => new MutationObserver(count).observe(r, { subtree: true, childList: true, attributes: true, attributeOldValue: true, characterData: true });
    watch(document);
    const attach = Element.prototype.attachShadow;
    for (const e of document.querySelectorAll('*')) if (e.shadowRoot) watch(e.shadowRoot);
    Element.prototype.attachShadow = function (o) { const r = attach.call(this, o); watch(r); return r; };
  });
})();
