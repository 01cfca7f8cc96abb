// What Turbo takes for the browser's fetch when it is loaded: it asks whoever stands there when a request is made, so that the recorder,
// which comes later, hears of it too. Imported before Turbo.
// Turbo runs the scripts of a body each time that it shows it again.
document.currentScript.remove();
const plain = window.fetch;
let serve = null;
let now = (to, opt) => (serve ?? plain)(to, opt);
Object.defineProperty(window, 'fetch', { configurable: true, get: () => (serve ? now : (...a) => now(...a)), set: (f) => { now = f; } });

/** answer gives the page its server: fn(plain, to, opt) answers like fetch. */
export const answer = (fn) => { serve = (to, opt) => fn(plain, to, opt); };
