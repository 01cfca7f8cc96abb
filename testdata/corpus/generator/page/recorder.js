// The recorder of one build. RRWEB is replaced by the bundler: the version under test.
import * as rrweb from 'RRWEB';
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

document.addEventListener('DOMContentLoaded', () => {
  rrweb.record({
    emit: (e) => { events.push(e); },
    maskAllInputs: true,
    slimDOMOptions: 'all',
    userTriggeredOnInput: true,
    plugins: window.__boot.plugins ? [getRecordConsolePlugin({ level: ['error', 'warn'], lengthThreshold: 200 }), networkPlugin()] : [],
  });
});
