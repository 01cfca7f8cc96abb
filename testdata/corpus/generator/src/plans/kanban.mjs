import { press, many, typing, select, prose, dragTo } from '../steps.mjs';

export default {
  day: 1,
  mouseOnly: ['drag', 'drag2'],
  benign: { drag: dragTo('#todo .task', '#doing'), drag2: dragTo('#doing .task', '#todo'), filter: many('#filter', 2, 4, 500, 900), stepper: many('#wider', 5, 9), save: press('#save'), add: async (a) => { await a.h.fill('#task', 'Buy stamps'); await a.h.pause(300); await a.ok('#add'); },
    select: select('#about', 3), double: select('.task span', 2), typing: typing('#task', 'Water plants'), prose: prose('#about') },
  faults: [{ sel: '#archive', mode: 'dead' }, { sel: '#save', mode: 'error', req: '/api/board' }, { sel: '#save', mode: 'slow', req: '/api/board' }, { sel: '#sync', mode: 'error', req: '/api/sync', quiet: true }, { sel: '#sync', mode: 'slow', req: '/api/sync' }, { sel: '#report', mode: 'freeze' },
    { sel: '#add', mode: 'silent' }, { sel: '#add', mode: 'off' }, { sel: '#wider', mode: 'dead' }, { sel: '#filter', mode: 'cover' }, { sel: '#report', mode: 'throw' }],
};
