import { press, many, select, prose, wait } from '../steps.mjs';

/** onMap presses the map at shares of its width and height. */
const onMap = (...spots) => async (a) => {
  await a.h.aim('#map');
  const r = await a.h.rect('#map');
  await a.benign(async () => { for (const [x, y] of spots) { if (!a.touch) await a.h.glide(r.x + r.w * x, r.y + r.h * y); else { a.h.x = r.x + r.w * x; a.h.y = r.y + r.h * y; } await a.h.press(); await a.h.pause(700); } }, { at: '#map' });
};

export default {
  // Messages are gone before the next thing is done.
  reset: (a) => a.h.wait(3200),
  take: { benign: 8, faults: 4, struggles: 3 },
  mouseOnly: ['drag', 'circles', 'hover', 'shake', 'track', 'shook'],
  touchOnly: ['pinch', 'pinched', 'larger', 'pan'],
  benign: {
    zoom: many('.ol-zoom-in', 3, 5, 450, 800), out: many('.ol-zoom-out', 2, 4, 450, 800), pick: onMap([0.3, 0.6], [0.7, 0.3], [0.45, 0.75]), drag: async (a) => { await a.h.aim('#map'); const r = await a.h.rect('#map'); await a.benign(() => a.h.drag(r.x + r.w * 0.3, r.y + r.h * 0.7), { at: '#map', ran: true }); },
    pinch: (a) => a.pinching('#map'), pinched: (a) => a.pinching('#map'), larger: (a) => a.pinching('#map'), circles: (a) => a.circles('#map'), track: (a) => a.scribble('#map'), years: many('#plus', 4, 9, 180, 400), earlier: async (a) => { await a.times('#plus', 3); await a.h.pause(500); await a.times('#minus', 5); }, slide: async (a) => { const r = await a.h.rect('#years'); await a.ok('#years .noUi-handle', () => a.h.drag(r.x + r.w * a.rnd.range(0.2, 0.6), a.h.y)); },
    back: press('#back'), layer: many('#layer', 2, 4, 450, 900), flood: press('#flood'), gauge: press('#gauge'), alarm: press('#alarm'), measure: many('#measure', 2, 4, 600, 1000), print: press('#print'), gpx: press('#gpx', wait), xray: (a) => a.holding('#xray'), legend: async (a) => { for (const n of [0, 2, 1]) await a.ok('.leg', undefined, { nth: n, after: 400 }); },
    hover: (a) => a.hover([['.leg', 0], ['.leg', 1], ['.leg', 2]], { rounds: 3 }), pan: (a) => a.pan([350, -250]), select: select('#about', 3), prose: prose('#about'),
  },
  struggles: {
    source: (a) => a.lure('#src'), year: (a) => a.lure('#year'), shake: (a) => a.shaking({ sel: '#flood', mode: 'slow', req: '/api/flood' }), shook: (a) => a.shaking({ sel: '#gauge', mode: 'slow', req: '/api/gauges' }), reload: (a) => a.reloading({ sel: '#measure' }),
  },
  faults: [{ sel: '.ol-zoom-in', id: 'zoom', mode: 'cut' }, { sel: '.ol-zoom-out', id: 'zoomout', mode: 'cover' }, { sel: '#back', mode: 'dead' }, { sel: '#layer', mode: 'dead' }, { sel: '#flood', mode: 'slow', req: '/api/flood' }, { sel: '#flood', mode: 'error', req: '/api/flood', quiet: true }, { sel: '#gauge', mode: 'error', req: '/api/gauges' }, { sel: '#gauge', mode: 'slow', req: '/api/gauges' }, { sel: '#alarm', mode: 'error', req: '/api/alarm' }, { sel: '#alarm', mode: 'off' }, { sel: '#alarm', mode: 'silent' },
    { sel: '#measure', mode: 'freeze' }, { sel: '#measure', mode: 'throw' }, { sel: '#print', mode: 'cover' }, { sel: '#print', mode: 'dead' }, { sel: '#plus', mode: 'dead' }, { sel: '#xray', mode: 'hold' }, { sel: '.leg', id: 'leg1', nth: 1, mode: 'dead' }],
};
