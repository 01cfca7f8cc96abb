import { press, many, typing } from '../steps.mjs';

export default {
  day: 4,
  benign: { tabs: async (a) => { for (const t of ['#t1', '#t2', '#t0']) await a.ok(t, undefined, { after: 400 }); }, mail: many('#mail', 2, 3, 500, 900), news: press('#news'), nick: typing('#nick', 'Robin'), save: press('#save'), test: press('#test'), brighter: many('#dim', 5, 8), advanced: many('#advhead', 1, 2, 700, 1200),
    slider: async (a) => { const r = await a.h.rect('#vol'); await a.ok('#vol', () => a.h.drag(r.x + r.w * 0.8, r.y + r.h / 2), { ran: true }); }, more: press('#more') },
  faults: [{ sel: '#save', mode: 'off' }, { sel: '#save', mode: 'error', req: '/api/settings' }, { sel: '#save', mode: 'slow', req: '/api/settings' }, { sel: '#news', mode: 'dead' }, { sel: '#test', mode: 'dead' }, { sel: '#more', mode: 'slow', req: '/api/devices' }, { sel: '#more', mode: 'error', req: '/api/devices', quiet: true },
    { sel: '#rebuild', mode: 'freeze' }, { sel: '#rebuild', mode: 'throw' }, { sel: '#t2', mode: 'cut' }, { sel: '#dim', mode: 'cover' }, { sel: '#dim', mode: 'dead' }],
};
