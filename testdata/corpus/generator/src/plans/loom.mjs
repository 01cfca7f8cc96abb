import { select as mark, prose as words } from '../steps.mjs';

const NOTED = "document.querySelector('.err') !== null";
const PAID = "document.querySelector('.toast:not(.bad)') !== null";
const where = (a) => a.path();
/** Screens are left slowly, so that only the struggles among them look like it. */
const open = async (a, sel, nth) => { await a.h.wait(7500); await a.follow(sel, nth); await a.h.pause(1200); };
const home = async (a) => { if ((await where(a)) !== '/loom') await open(a, 'a[href="/loom"]'); };
const pay = async (a) => { if ((await where(a)) !== '/loom/pay') await open(a, 'a[href="/loom/pay"]'); };
const product = async (a) => { if (!(await where(a)).startsWith('/loom/p/')) { await home(a); await open(a, '.good', a.rnd.int(0, 5)); } };
const at = (reach, step) => async (a) => { await reach(a); await step(a); };
const press = (sel, opt) => at(product, (a) => a.ok(sel, undefined, opt));
const many = (sel, lo, hi, from = 200, to = 420) => at(product, (a) => a.times(sel, a.rnd.int(lo, hi), from, to));
const on = (reach, list) => list.map((f) => ({ ...f, before: async (a) => { await reach(a); await f.before?.(a); } }));

/** fresh empties the form before somebody struggles with it. */
const fresh = async (a) => { await a.h.tap('#clear'); await a.h.pause(2600); };

export default {
  // Messages are gone before the next thing is done.
  reset: (a) => a.h.wait(3200),
  take: { benign: 8, faults: 4, struggles: 5 },
  mouseOnly: ['hover', 'shake', 'lines'],
  touchOnly: ['swipe', 'swiped', 'slid', 'squint', 'squinted', 'pan'],
  benign: {
    arrows: many('.next', 3, 6, 300, 600), back: many('.prev', 2, 4, 300, 600), swiped: at(product, (a) => a.swipe('.view')), sizes: at(product, async (a) => { for (const n of [0, 2, 3]) await a.ok('.pill', undefined, { nth: n, after: 500 }); }), qty: many('#qty', 4, 8), fewer: at(product, async (a) => { await a.times('#qty', 4); await a.h.pause(500); await a.times('#fewer', 3); }),
    put: press('#put', { after: 1500 }), notify: press('#notify', { after: 1500 }), near: press('#near', { after: 1500 }), likes: many('#like', 5, 9, 130, 320), fit: many('#fit', 2, 3, 700, 1200), weave: at(product, (a) => a.holding('#zoomin')), folds: at(product, async (a) => { for (const n of [0, 1, 2]) await a.ok('.fold', undefined, { nth: n, after: 500 }); }), story: at(product, mark('#story', 3)), prose: at(product, words('#story')), lines: at(product, (a) => a.lines('#story', { n: 2 })),
    price: at(home, async (a) => { const r = await a.h.rect('#top'); await a.ok('#top .noUi-handle', () => a.h.drag(r.x + r.w * a.rnd.range(0.6, 0.9), a.h.y)); }), order: at(home, async (a) => { for (const s of ['#byprice', '#byname']) await a.ok(s, undefined, { after: 500 }); }), load: at(home, (a) => a.times('#load', 2, 1200, 1800)), hover: at(home, (a) => a.hover([['.good', 0], ['.good', 1], ['.good', 2], ['.good', 3]], { rounds: 2 })), pan: at(home, (a) => a.pan([300, -200])),
    bought: at(home, async (a) => { await a.visit('.good', async () => { await a.h.pause(800); await a.h.tap('#put'); await a.h.pause(1200); }, { nth: a.rnd.int(0, 5) }); }), studied: at(home, (a) => a.visit('.good', async () => { await a.h.read(9000); await a.h.tap('.next'); await a.h.pause(1500); }, { nth: a.rnd.int(0, 5), how: 'a[href="/loom"]' })), sized: at(home, (a) => a.visit('.good', async () => { await a.h.pause(700); await a.h.tap('.pill', 2); await a.h.pause(600); await a.h.tap('#qty'); await a.h.pause(600); }, { nth: a.rnd.int(0, 5) })),
    compare: at(home, async (a) => { await a.h.aim('.good', 0); await a.benign(async () => { for (let i = 0; i < 3; i++) { await a.follow('.good', i); await a.h.pause(900); await a.h.tap('#like'); await a.h.pause(1400); await a.follow('a[href="/loom"]'); await a.h.pause(900); } }); }),
    paid: at(pay, (a) => a.sending([['#zip', '04275'], ['#city', 'Kiel']], '#pay', PAID)), slip: at(pay, async (a) => { await a.benign(async () => { await a.write([['#zip', '427'], ['#city', 'Kiel']]); await a.h.tap('#pay'); await a.h.pause(1100); await a.write([['#zip', '04275']]); await a.h.tap('#pay'); await a.h.pause(900); }); a.must(await a.js(PAID), 'not taken'); }), again: at(home, (a) => a.reload()),
  },
  struggles: {
    peek: at(home, (a) => a.peek('.good', { nth: a.rnd.int(0, 5) })), peeked: at(home, (a) => a.peek('.good', { nth: a.rnd.int(0, 5), how: 'a[href="/loom"]' })), circle: at(home, (a) => a.circle(['a[href="/loom/sale"]', 'a[href="/loom/bag"]', 'a[href="/loom"]'], { rounds: 2 })), round: at(home, (a) => a.circle([['.good', 1], null], { rounds: 3 })),
    zip: at(pay, async (a) => { await fresh(a); await a.amend('#zip', ['427', '4275', 'D-427', '427 5'], (x) => x.h.tap('#pay'), NOTED); }), refused: at(pay, async (a) => { await fresh(a); await a.refused('#pay', [(x) => x.write([['#city', 'Kiel']]), (x) => x.write([['#zip', '427']])], NOTED); }), abandon: at(pay, async (a) => { await fresh(a); await a.abandon([['#zip', '04275'], ['#city', 'Kiel']], (x) => x.follow('a[href="/loom"]')); }),
    picture: at(product, (a) => a.lure('#pic')), price: at(product, (a) => a.lure('.price')), swipe: at(product, (a) => a.deadSwipe('#pic')), squint: at(product, (a) => a.squint('#fine')), squinted: at(product, (a) => a.squint('#fine')), slid: at(product, (a) => a.deadSwipe('#pic')), shake: at(product, (a) => a.shaking({ sel: '#near', mode: 'slow', req: '/api/near' })), reload: at(product, (a) => a.reloading({ sel: '#fit' })),
  },
  faults: [
    ...on(product, [{ sel: '.next', id: 'next', mode: 'dead' }, { sel: '.pill', id: 'sizeL', nth: 2, mode: 'dead' }, { sel: '#qty', mode: 'dead' }, { sel: '#put', mode: 'error', req: '/api/bag' }, { sel: '#put', mode: 'slow', req: '/api/bag' }, { sel: '#put', mode: 'off' }, { sel: '#put', mode: 'silent' }, { sel: '#notify', mode: 'error', req: '/api/notify' }, { sel: '#near', mode: 'slow', req: '/api/near' }, { sel: '#near', mode: 'error', req: '/api/near', quiet: true }, { sel: '#like', mode: 'dead' },
      { sel: '#fit', mode: 'freeze' }, { sel: '#fit', mode: 'throw' }, { sel: '.fold', id: 'foldCare', nth: 0, mode: 'dead' }, { sel: '#zoomin', mode: 'hold' }, { sel: '#notify', mode: 'cover' }]),
    ...on(home, [{ sel: '#byprice', mode: 'dead' }, { sel: '#load', mode: 'error', req: '/api/more', quiet: true }, { sel: '#load', mode: 'cover' }]), ...on(pay, [{ sel: '#pay', mode: 'error', req: '/api/pay' }]),
  ],
};
