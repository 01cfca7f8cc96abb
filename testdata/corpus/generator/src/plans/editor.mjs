import { press, many, typing, select, prose, wait } from '../steps.mjs';

/** Leaving the text changes how it looks; whoever struggles elsewhere has left it before. */
const away = async (a) => { await a.js('document.activeElement?.blur()'); await a.h.wait(3600); };
const then = (step) => async (a) => { await away(a); await step(a); };

export default {
  take: { benign: 8, faults: 4, struggles: 2 },
  mouseOnly: ['lines', 'hover', 'shake'],
  touchOnly: ['pan'],
  benign: {
    write: typing('.ProseMirror p', ' It floods in March.'), bold: async (a) => { await a.h.tap('.ProseMirror p'); await a.h.pause(500); await a.times('#bold', a.rnd.int(2, 4), 400, 800); }, list: async (a) => { await a.h.tap('.ProseMirror p'); await a.h.pause(500); await a.times('#list', 2, 700, 1100); }, rules: async (a) => { await a.h.tap('.ProseMirror p', 1); await a.h.pause(500); await a.times('#rule', 3, 300, 600); await a.h.pause(600); await a.times('#undo', 1, 400, 700, { id: 'undo' }); },
    select: select('.ProseMirror p', 3), word: select('.ProseMirror p', 2), keep: many('#keep', 1, 2, 900, 1600), publish: press('#publish'), proof: press('#proof'), outline: many('#outline', 1, 2, 800, 1400), bigger: many('#bigger', 4, 7), smaller: async (a) => { await a.times('#bigger', 3); await a.h.pause(500); await a.times('#smaller', 4); }, copyall: press('#copyall', wait), rhyme: many('#rhyme', 3, 5, 500, 900), night: many('#night', 2, 4, 500, 900),
    tags: async (a) => { await a.ok('.choices__inner'); await a.h.pause(600); await a.ok('.choices__list--dropdown .choices__item--choice', undefined, { nth: 1, id: 'tag' }); }, resolve: async (a) => { for (const n of [0, 2]) await a.ok('.done', undefined, { nth: n, after: 400 }); }, remark: async (a) => { for (const n of [0, 1, 2]) await a.ok('.para', undefined, { nth: n, after: 400 }); }, send: async (a) => { await a.h.fill('#remark2', 'Lovely'); await a.h.pause(300); await a.ok('#send'); },
    lines: (a) => a.lines('#help', { n: 2 }), hover: (a) => a.hover(['#bold', '#ital', '#list', '#quote', '#rule', '#undo'], { rounds: 2 }), pan: (a) => a.pan([300, -250, 200]), double: select('#help', 2), prose: prose('#help'),
  },
  struggles: {
    words: then((a) => a.lure('#words')), heading: then((a) => a.lure('h3', { id: 'remarks' })), shake: then((a) => a.shaking({ sel: '#proof', mode: 'slow', req: '/api/proof' })), reload: then((a) => a.reloading({ sel: '#rhyme' })),
  },
  faults: [{ sel: '#bold', mode: 'dead' }, { sel: '#quote', mode: 'dead' }, { sel: '#ital', mode: 'throw' }, { sel: '#keep', mode: 'error', req: '/api/draft' }, { sel: '#keep', mode: 'slow', req: '/api/draft' }, { sel: '#publish', mode: 'error', req: '/api/publish' }, { sel: '#publish', mode: 'off' }, { sel: '#publish', mode: 'slow', req: '/api/publish' }, { sel: '#proof', mode: 'slow', req: '/api/proof' }, { sel: '#proof', mode: 'error', req: '/api/proof', quiet: true },
    { sel: '#outline', mode: 'dead' }, { sel: '#bigger', mode: 'dead' }, { sel: '#rhyme', mode: 'freeze' }, { sel: '#rhyme', mode: 'throw' }, { sel: '#night', mode: 'dead' }, { sel: '#copyall', mode: 'cover' }, { sel: '.done', id: 'resolve', nth: 1, mode: 'dead' }, { sel: '#send', mode: 'silent', before: (a) => a.write([['#remark2', 'Lovely']]) }, { sel: '#list', mode: 'cover' }].map((f) => ({ ...f, before: async (a) => { await f.before?.(a); await away(a); } })),
};
