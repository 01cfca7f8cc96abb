import { press, many, typing, select, prose } from '../steps.mjs';

export default {
  day: 8,
  benign: { typing: typing('.ql-editor', ' We agreed.'), bold: async (a) => { await a.h.tap('.ql-editor p'); await a.h.pause(400); await a.times('.ql-bold', a.rnd.int(2, 4), 400, 800); }, select: select('.ql-editor p', 3), double: select('.ql-editor p', 2), save: press('#save'), share: async (a) => { await a.ok('#share'); await a.h.pause(700); await a.ok('#shut', undefined, { id: 'close' }); },
    count: press('#count'), bigger: many('#bigger', 4, 7), publish: press('#publish'), prose: prose('#hint') },
  faults: [{ sel: '.ql-italic', mode: 'cut' }, { sel: '#save', mode: 'error', req: '/api/note' }, { sel: '#publish', mode: 'off' }, { sel: '#publish', mode: 'dead' }, { sel: '#count', mode: 'freeze' }, { sel: '#share', mode: 'cover' }, { sel: '#sum', mode: 'slow', req: '/api/sum' }, { sel: '#sum', mode: 'error', req: '/api/sum', quiet: true },
    { sel: '#bigger', mode: 'dead' }, { sel: '#share', mode: 'throw' }],
};
