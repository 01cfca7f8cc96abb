import { press, select, prose } from '../steps.mjs';

export default {
  day: 10,
  benign: { digits: async (a) => { await a.h.aim('#k4'); await a.group({ kind: 'benign', id: 'digits' }, '#k4', async () => { await a.h.press(); await a.h.again(a.rnd.int(3, 6), 160, 320); }); }, zeros: async (a) => { await a.h.tap('#k4'); await a.h.pause(400); await a.times('#k0', a.rnd.int(3, 5), 150, 300); }, clear: press('#clear'), convert: press('#convert'), keep: press('#keep'), send: press('#send'), sumup: press('#sumup', {}), note: async (a) => { await a.h.fill('#what', 'Train'); await a.h.pause(300); await a.ok('#note'); },
    select: select('#rules', 3), prose: prose('#rules') },
  faults: [{ sel: '#eq', mode: 'dead' }, { sel: '#k7', mode: 'dead' }, { sel: '#convert', mode: 'slow', req: '/api/rate' }, { sel: '#convert', mode: 'error', req: '/api/rate', quiet: true }, { sel: '#send', mode: 'error', req: '/api/claim' }, { sel: '#upload', mode: 'off' }, { sel: '#keep', mode: 'cover' }, { sel: '#note', mode: 'silent' }, { sel: '#sumup', mode: 'freeze' },
    { sel: '#keep', mode: 'throw' }],
};
