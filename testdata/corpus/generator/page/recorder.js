// The recorder of one build. RRWEB is replaced by the bundler: the version under test.
import * as rrweb from 'RRWEB';
import { getRecordConsolePlugin } from '@rrweb/rrweb-plugin-console-record';

// What an earlier page of the session recorded and nobody fetched yet comes first.
const KEEP = '__recorded';
let early = [];
try { early = JSON.parse(sessionStorage.getItem(KEEP)) || []; sessionStorage.removeItem(KEEP); } catch { /* about:blank */ }
const events = [];
const all = () => JSON.stringify([...early.splice(0), ...events.splice(0)]);
window.__take = all;
addEventListener('pagehide', () => sessionStorage.setItem(KEEP, all()));

/** screenEvent spells a change of the route as the makers of recorders do; rrweb itself writes nothing of it. */
function screenEvent(kit, href, from) {
  switch (kit) {
    case 'posthog': return ['$pageview', { href }];
    case 'highlight': return ['Navigate', href];
    case 'sentry': return ['breadcrumb', { timestamp: Date.now() / 1000, type: 'default', category: 'navigation', data: { from: new URL(from).pathname, to: new URL(href).pathname } }];
    default: return ['pageview-meta', { href, title: document.title }];
  }
}

// Route changes are told only once recording has begun: before that the first Meta event holds the address.
let stop = null; let shown = location.href;
const tell = () => {
  if (stop && location.href !== shown) rrweb.record.addCustomEvent(...screenEvent(window.__boot.screens, location.href, shown));
  shown = location.href;
};
for (const k of ['pushState', 'replaceState']) {
  const inner = history[k];
  history[k] = function (...a) { inner.apply(this, a); tell(); };
}
addEventListener('popstate', () => tell());

/** networkPlugin reports each fetch when it ends: name, method, status and times relative to the page load. */
function networkPlugin() {
  return {
    name: 'rrweb/network@1',
    options: {},
    observer(cb, win) {
      const inner = win.fetch;
      win.fetch = async (path, opts) => {
        const startTime = performance.now();
        const r = await inner(path, opts);
        const endTime = performance.now();
        cb({ requests: [{ name: new URL(String(path), location.href).href, method: opts?.method || 'GET', initiatorType: 'fetch', entryType: 'resource', status: r.status, startTime: Math.round(startTime), endTime: Math.round(endTime), duration: Math.round(endTime - startTime) }] });
        return r;
      };
      return () => { win.fetch = inner; };
    },
  };
}

document.addEventListener('DOMContentLoaded', () => {
  shown = location.href;
  stop = rrweb.record({
    emit: (e) => { events.push(e); },
    maskAllInputs: true,
    slimDOMOptions: 'all',
    userTriggeredOnInput: true,
    plugins: window.__boot.plugins ? [getRecordConsolePlugin({ level: ['error', 'warn'], lengthThreshold: 200 }), networkPlugin()] : [],
  });
});
