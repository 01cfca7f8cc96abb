import { press, many, typing } from '../steps.mjs';

export default {
  day: 7,
  benign: { zoom: many('.leaflet-control-zoom-in', 3, 5), out: many('.leaflet-control-zoom-out', 2, 4), marker: press('.st5', {}), drag: async (a) => { const r = await a.h.rect('#map'); await a.ok('#map', () => a.h.drag(r.x + r.w * 0.3, r.y + r.h * 0.7)); }, paths: many('#paths', 2, 4, 500, 900), home: async (a) => { await a.h.tap('.leaflet-control-zoom-in'); await a.h.pause(600); await a.ok('#home'); },
    locate: press('#locate'), street: typing('#street', 'High Street'), rent: press('#rent') },
  faults: [{ sel: '.leaflet-control-zoom-out', mode: 'cut' }, { sel: '#locate', mode: 'error', req: '/api/locate' }, { sel: '#route', mode: 'slow', req: '/api/route' }, { sel: '#go', mode: 'silent' }, { sel: '#paths', mode: 'dead' }, { sel: '#rent', mode: 'error', req: '/api/rent', quiet: true }, { sel: '#rent', mode: 'off' }, { sel: '#home', mode: 'cover' },
    { sel: '#home', mode: 'throw' }, { sel: '#paths', mode: 'freeze' }],
};
