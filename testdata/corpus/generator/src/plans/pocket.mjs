import { press, many, select, prose } from '../steps.mjs';

export default {
  // Messages are gone before the next thing is done.
  reset: (a) => a.h.wait(3200),
  take: { benign: 8, faults: 4, struggles: 4 },
  mouseOnly: ['hover', 'shake'],
  touchOnly: ['swipe', 'swiped', 'pan'],
  benign: {
    segment: async (a) => { for (const t of ['#sb', '#sc', '#sa']) await a.ok(t, undefined, { after: 500 }); }, find: (a) => a.ok('#find', async () => { await a.h.press(); await a.h.type('Ka'); await a.h.pause(1500); for (let i = 0; i < 2; i++) { await a.h.key('Backspace', 8); await a.h.wait(150); } }, { ran: true }), plants: async (a) => { for (const n of [0, 2, 1]) await a.ok('.plant', undefined, { nth: n, after: 500 }); }, pump: many('#pump', 2, 3, 600, 1000), frost: many('#frost', 1, 3, 600, 1000), moist: async (a) => { await a.h.aim('#moist'); const r = await a.h.rect('#moist'); a.h.x = r.x + r.w * 0.4; await a.ok('#moist', () => a.h.drag(r.x + r.w * 0.75, a.h.y)); },
    water: many('#water', 1, 2, 1200, 1800), ask: press('#ask'), sky: press('#sky'), plan: many('#plan', 2, 3, 600, 1100), photo: many('#photo', 1, 3, 600, 1100), cans: many('#can', 6, 10, 130, 300), star: many('#star', 2, 4, 450, 900), beds: many('#plus', 3, 5, 350, 700), mist: (a) => a.holding('#mist'), sow: many('#acca', 1, 2, 900, 1400), pick: many('#accb', 1, 2, 900, 1400),
    hover: (a) => a.hover([['.plant', 0], ['.plant', 1], ['.plant', 2], ['.plant', 3]], { rounds: 2 }), reading: (a) => a.reading(), top: (a) => a.toTop(), pan: (a) => a.pan([400, 500, -600]), select: select('.diary', 3), prose: prose('#about'), again: (a) => a.reload(),
  },
  struggles: {
    beds: (a) => a.lure('#bedmap'), diary: (a) => a.lure('#pane'), swipe: (a) => a.deadSwipe('#bedmap'), swiped: (a) => a.deadSwipe('#bedmap'), hunt: (a) => a.hunt(), hunting: (a) => a.hunt(), shake: (a) => a.shaking({ sel: '#sky', mode: 'slow', req: '/api/sky' }), reload: (a) => a.reloading({ sel: '#plan' }),
  },
  faults: [{ sel: '#pump', mode: 'cut' }, { sel: '#frost', mode: 'cut' }, { sel: '#sb', mode: 'cut' }, { sel: '.plant', id: 'plant1', nth: 1, mode: 'dead' }, { sel: '#water', mode: 'error', req: '/api/water' }, { sel: '#water', mode: 'slow', req: '/api/water' }, { sel: '#water', mode: 'off' }, { sel: '#ask', mode: 'error', req: '/api/ask' }, { sel: '#ask', mode: 'silent' }, { sel: '#sky', mode: 'slow', req: '/api/sky' }, { sel: '#sky', mode: 'error', req: '/api/sky', quiet: true },
    { sel: '#plan', mode: 'freeze' }, { sel: '#plan', mode: 'throw' }, { sel: '#photo', mode: 'dead' }, { sel: '#photo', mode: 'cover' }, { sel: '#can', mode: 'dead' }, { sel: '#star', mode: 'dead' }, { sel: '#plus', mode: 'dead' }, { sel: '#mist', mode: 'hold' }, { sel: '#acca', mode: 'cut' }],
};
