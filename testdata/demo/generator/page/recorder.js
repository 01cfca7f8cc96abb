// rrweb with the console plugin and a small network plugin that writes rrweb/network@1 payloads.
import { record } from 'rrweb';
import { getRecordConsolePlugin } from '@rrweb/rrweb-plugin-console-record';

const events = [];
window.__take = () => JSON.stringify(events.splice(0));

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

let stop = null;
const early = [];
window.__record = {
  pageview(href, title) { stop ? record.addCustomEvent('pageview', { href, title }) : early.push(['pageview', { href, title }]); },
  custom(tag, payload) { stop ? record.addCustomEvent(tag, payload) : early.push([tag, payload]); },
};
// The shop starts recording once its first screen stands, as home-grown wirings do.
document.addEventListener('DOMContentLoaded', () => {
  stop = record({
    emit: (e) => { events.push(e); },
    maskAllInputs: true,
    slimDOMOptions: 'all',
    userTriggeredOnInput: true,
    plugins: [getRecordConsolePlugin({ level: ['error', 'warn'], lengthThreshold: 200 }), networkPlugin()],
  });
  early.splice(0).forEach(([t, p]) => record.addCustomEvent(t, p));
});
