import { press, many, select, prose, wait } from '../steps.mjs';

/** look opens a photograph and enlarges it with two fingers. */
const look = async (a) => { await a.h.tap('.thumb', 1); await a.h.pause(1200); await a.pinching('.pswp__item[aria-hidden=false]'); await a.h.pause(900); await a.ok('.pswp__button--close', undefined, { id: 'close' }); };

export default {
  // Messages are gone before the next thing is done.
  reset: (a) => a.h.wait(3200),
  take: { benign: 8, faults: 4, struggles: 4 },
  mouseOnly: ['hover', 'shake'],
  touchOnly: ['swipe', 'swiped', 'strip', 'pinch', 'pinched', 'pan'],
  benign: {
    next: many('#zr', 5, 10, 180, 500), back: async (a) => { await a.times('#zr', 4, 250, 500); await a.h.pause(700); await a.times('#zl', 3, 300, 600, { id: 'earlier' }); }, hearts: many('#heart', 6, 11, 120, 300), wow: many('#wow', 3, 6, 200, 420), reply: press('#reply'), save: press('#save'), collage: many('#freezeit', 1, 2, 900, 1500), voice: (a) => a.holding('#voice'),
    photos: async (a) => { await a.ok('.thumb', undefined, { nth: a.rnd.int(0, 3) }); await a.h.pause(900); await a.times('.pswp__button--arrow--next', a.rnd.int(3, 5), 400, 800, { id: 'arrow' }); await a.h.pause(700); await a.ok('.pswp__button--close', undefined, { id: 'close' }); },
    pinch: look, pinched: look, arrows: (a) => a.times('.splide__arrow--next', a.rnd.int(3, 6), 300, 600, { ran: true }), strip: async (a) => { await a.h.aim('#strip .splide__track'); await a.benign(() => a.swipes('#strip .splide__track', 2), { at: '#strip .splide__track', ran: true }); }, follow: many('#follow', 1, 2, 1200, 1800), older: press('#older'), hide: press('#hide'), who: many('#who', 1, 2, 800, 1400), close: many('#close', 2, 4, 450, 900), download: press('#dl', wait),
    hover: (a) => a.hover([['.thumb', 0], ['.thumb', 2], ['.thumb', 4]], { rounds: 3 }), reading: (a) => a.reading(), top: (a) => a.toTop(), pan: (a) => a.pan([500, 400]), select: select('.post p', 3), prose: prose('#about'),
  },
  struggles: {
    friend: (a) => a.lure('.post b', { nth: 1, id: 'friend' }), caption: (a) => a.lure('#said'), swipe: (a) => a.deadSwipe('#story'), swiped: (a) => a.deadSwipe('#story'), hunt: (a) => a.hunt(), hunting: (a) => a.hunt(), shake: (a) => a.shaking({ sel: '#older', mode: 'slow', req: '/api/older' }),
  },
  faults: [{ sel: '#zr', mode: 'dead' }, { sel: '#heart', mode: 'dead' }, { sel: '#wow', mode: 'dead' }, { sel: '.thumb', id: 'thumb', nth: 2, mode: 'dead' }, { sel: '.splide__arrow--prev', id: 'prev', mode: 'cut' }, { sel: '#save', mode: 'error', req: '/api/save' }, { sel: '#save', mode: 'slow', req: '/api/save' }, { sel: '#follow', mode: 'error', req: '/api/follow' }, { sel: '#older', mode: 'slow', req: '/api/older' }, { sel: '#older', mode: 'error', req: '/api/older', quiet: true },
    { sel: '#freezeit', mode: 'freeze' }, { sel: '#freezeit', mode: 'throw' }, { sel: '#reply', mode: 'silent' }, { sel: '#reply', mode: 'off' }, { sel: '#hide', mode: 'cover' }, { sel: '#who', mode: 'dead' }, { sel: '#close', mode: 'dead' }, { sel: '#voice', mode: 'hold' }, { sel: '#close', mode: 'cover' }, { sel: '#follow', mode: 'off' }],
};
