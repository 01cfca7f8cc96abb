// Virtual time. Runs before everything else in the page: Date, performance.now, timers and animation frames
// follow a clock that only the driver moves. burn() moves it without letting timers run: a blocked main thread.
(() => {
  if (window.__clock || !window.__boot) return;
  let saved = null;
  try { saved = JSON.parse(sessionStorage.getItem('__t')); } catch { /* about:blank */ }
  const RealDate = Date;
  const origin = saved ? saved.now : window.__boot.start;
  let now = origin;
  let seq = 0;
  const timers = new Map();
  const chan = new MessageChannel();
  const waiting = [];
  chan.port1.onmessage = () => waiting.shift()();
  const drain = () => new Promise((r) => { waiting.push(r); chan.port2.postMessage(0); });

  class FakeDate extends RealDate {
    constructor(...a) { if (a.length) super(...a); else super(now); }
    static now() { return Math.floor(now); }
  }
  window.Date = FakeDate;
  performance.now = () => now - origin;
  Object.defineProperty(performance, 'timeOrigin', { value: origin });

  const set = (fn, ms, args, every) => {
    const id = ++seq;
    timers.set(id, { id, at: now + Math.max(ms || 0, 1), fn, args, every: every ? Math.max(ms || 0, 1) : 0 });
    return id;
  };
  const clear = (id) => { timers.delete(id); };
  window.setTimeout = (fn, ms, ...a) => set(fn, ms, a, false);
  window.setInterval = (fn, ms, ...a) => set(fn, ms, a, true);
  window.clearTimeout = clear;
  window.clearInterval = clear;
  const realFrame = window.requestAnimationFrame.bind(window);
  window.requestAnimationFrame = (fn) => set(() => fn(now - origin), 16, [], false);
  window.cancelAnimationFrame = clear;

  // Seeded Math.random, for whatever wants one.
  let s = window.__boot.rand >>> 0;
  Math.random = () => { s = (s + 0x6d2b79f5) | 0; let t = Math.imul(s ^ (s >>> 15), 1 | s); t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t; return ((t ^ (t >>> 14)) >>> 0) / 4294967296; };

  async function advance(ms) {
    const end = now + ms;
    for (;;) {
      let next = null;
      for (const t of timers.values()) if (t.at <= end && (!next || t.at < next.at || (t.at === next.at && t.id < next.id))) next = t;
      if (!next) break;
      now = Math.max(now, next.at);
      if (next.every) next.at = now + next.every; else timers.delete(next.id);
      try { next.fn(...next.args); } catch (e) { console.error(String(e)); }
      await drain();
    }
    now = Math.max(now, end);
    return now;
  }
  window.__clock = {
    now: () => now,
    advance,
    burn: (ms) => { now += ms; },
    settle: async () => { await drain(); return now; },
    frames: () => new Promise((r) => realFrame(() => realFrame(() => chan && waiting.push(r) && chan.port2.postMessage(0)))),
    save: () => sessionStorage.setItem('__t', JSON.stringify({ now })),
  };
})();
