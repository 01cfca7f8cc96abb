// Counter-based random numbers: a value depends only on its key, never on how many were drawn before.
// The same user can thus be replayed with one fault switched off and meet the same luck everywhere else.

function mix(h) {
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** hash32 mixes a list of integers and strings into 32 bits. */
export function hash32(...parts) {
  let h = 0x9e3779b9;
  for (const p of parts) {
    if (typeof p === 'number') { h = mix(h ^ Math.imul(p | 0, 0x27d4eb2f)); h = (h + 0x165667b1) | 0; } else {
      for (let i = 0; i < p.length; i++) h = Math.imul(h ^ p.charCodeAt(i), 0x01000193);
      h = mix(h);
    }
  }
  return mix(h);
}

/** uniform in [0, 1). */
export const uniform = (...key) => hash32(...key) / 4294967296;

/** standard normal by Box-Muller over two keyed uniforms. */
export function normal(...key) {
  const u = Math.max(uniform(...key, 1), 1e-12);
  return Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * uniform(...key, 2));
}

export const logistic = (x) => 1 / (1 + Math.exp(-x));

/** Sequence: a small stateful generator for hand movements, seeded by key. */
export function sequence(...key) {
  let s = hash32(...key);
  const next = () => { s = (s + 0x6d2b79f5) | 0; let t = Math.imul(s ^ (s >>> 15), 1 | s); t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t; return ((t ^ (t >>> 14)) >>> 0) / 4294967296; };
  return {
    next,
    range: (a, b) => a + (b - a) * next(),
    int: (a, b) => Math.floor(a + (b - a + 1) * next()),
    chance: (p) => next() < p,
    pick: (list) => list[Math.floor(next() * list.length)],
  };
}
