import { press, many, prose } from '../steps.mjs';

export default {
  day: 5,
  benign: { canvas: async (a) => { await a.h.aim('#field'); await a.group({ kind: 'benign', id: 'canvas', ran: true }, '#field', async () => { for (let i = 0; i < a.rnd.int(6, 10); i++) { await a.h.press(60); await a.h.wait(a.rnd.range(150, 320)); } }); }, fire: many('#fire', 7, 12, 110, 260), pause: many('#pause', 2, 4, 500, 900), level: press('#level'),
    hat: press('#hat'), shuffle: many('#shuffle', 3, 5), ranks: press('#ranks'), aim: (a) => a.ok('#charge', () => a.h.press(a.rnd.range(900, 1600))), prose: prose('#score') },
  faults: [{ sel: '#level', mode: 'dead' }, { sel: '#hat', mode: 'error', req: '/api/hat' }, { sel: '#hat', mode: 'error', req: '/api/hat', quiet: true }, { sel: '#ranks', mode: 'slow', req: '/api/ranks' }, { sel: '#charge', mode: 'hold' }, { sel: '#shuffle', mode: 'freeze' }, { sel: '#pause', mode: 'cover' }, { sel: '#fire', mode: 'dead' },
    { sel: '#shuffle', mode: 'throw' }, { sel: '#hat', mode: 'off' }],
};
