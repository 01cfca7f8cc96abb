import { press, select, prose } from '../steps.mjs';

const at = (sel, act, nth = 0) => async (a) => { await a.follow(sel, nth); await a.h.pause(900); await act(a); };
const bad = (id) => `document.getElementById('${id}bad') !== null`;
const GOOD = "document.querySelector('.toast:not(.bad)') !== null";
const ORDER = [['#name', 'Ann Lee'], ['#mail', 'ann@example.org'], ['#zip', '20457']];
const nth = (a) => a.rnd.int(0, 5);

export default {
  take: { benign: 8, struggles: 5 },
  mouseOnly: ['menu', 'lines', 'cards', 'slowly', 'deadly'],
  touchOnly: ['hero', 'poster', 'fine', 'imprint', 'strip', 'pan', 'picture', 'closely', 'again'],
  async reset(a) { if ((await a.path()) !== '/shop') await a.follow('#logo'); await a.js("(() => { const q = document.querySelector('#q'); if (q.value) { q.value = ''; q.dispatchEvent(new Event('input')); } })()"); },
  benign: {
    menu: (a) => a.hover([0, 1, 2, 3, 4].map((k) => ['.cat', k]), { ms: 160, rounds: 2 }),
    cards: (a) => a.hover([0, 1, 2, 3, 4, 5].map((k) => ['.open', k]), { ms: 260, rounds: 2 }),
    lines: at('#journal', (a) => a.lines('.para', { nth: 3 })),
    detail: (a) => a.visit('.open', async () => { await a.h.read(3500); await a.h.turn(300); await a.h.read(5200); }, { nth: nth(a), how: '#all' }),
    buying: (a) => a.visit('.open', async () => { await a.h.pause(1200); await a.h.tap('#buy'); await a.h.pause(1500); }, { nth: nth(a) }),
    tabs: at('.open', async (a) => { await a.h.aim('.tab', 1); await a.benign(async () => { await a.lead(() => a.h.press()); await a.h.wait(a.rnd.range(1800, 3200)); await a.follow('.tab', 2); await a.h.wait(1500); }); }, 2),
    guide: at('.open', async (a) => { await a.h.aim('#guide'); await a.benign(async () => { await a.h.press(); await a.h.wait(a.rnd.range(1200, 2600)); await a.h.tap('#shut'); }); }, 1),
    pages: async (a) => { await a.h.aim('#further'); await a.benign(async () => { await a.lead(() => a.h.press()); for (let i = 0; i < 3; i++) { await a.h.wait(a.rnd.range(1500, 3000)); await a.follow('#further'); } }); },
    strip: at('.open', (a) => a.swipe('#strip', { scrolls: true }), 3),
    again: at('.open', (a) => a.swipe('#strip', { scrolls: true, n: 5 }), 0),
    picture: at('.open', (a) => a.pinching('#picture', { groups: 2 }), 4), closely: at('.open', (a) => a.pinching('#picture', { n: 3, groups: 2 }), 2),
    turn: at('.open', (a) => a.holding('#turn', { n: 2 }), 5),
    pan: at('#journal', (a) => a.pan([700, 600, 800, 500])),
    reading: at('#journal', (a) => a.reading()), top: at('#journal', (a) => a.toTop()),
    search: async (a) => { await a.h.aim('#q'); await a.benign(async () => { await a.h.press(); for (const q of ['bow', 'la', 'mirror', 'st']) { await a.js("document.querySelector('#q').select()"); await a.h.type(q); await a.h.pause(1300); } }, { at: '#q' }); },
    filters: async (a) => { await a.h.aim('.chip', 1); await a.benign(async () => { for (const k of [1, 2, 3, 1, 2, 0]) { await a.h.tap('.chip', k); await a.h.pause(900); } }, { at: '.chip', nth: 1 }); },
    sent: at('#basket', (a) => a.sending(ORDER, '#order', GOOD)),
    once: at('#basket', async (a) => { await a.benign(async () => { await a.write(ORDER.slice(0, 2)); await a.h.tap('#order'); await a.h.pause(900); await a.write(ORDER.slice(2)); await a.h.tap('#order'); await a.h.pause(700); }); a.must(await a.js(GOOD), 'not taken'); }),
    coupon: at('#basket', async (a) => { await a.benign(async () => { await a.write([['#coupon', 'AUTUM']]); await a.h.tap('#apply'); await a.h.pause(1100); await a.write([['#coupon', 'AUTUMN']]); await a.h.tap('#apply'); await a.h.pause(700); }); }),
    afresh: (a) => a.reload(), hearts: (a) => a.times('.heart', a.rnd.int(4, 8), 150, 320, { nth: 2 }), offers: press('#offers'), select: select('#about', 3), prose: prose('#about'),
  },
  struggles: {
    pictures: (a) => a.lure('.pic', { nth: nth(a) }),
    sale: (a) => a.lure('.sale'),
    cats: (a) => a.lure('.cat', { nth: nth(a) % 5 }),
    hero: (a) => a.deadSwipe('#hero'),
    poster: at('#journal', (a) => a.deadSwipe('#poster')),
    slowly: (a) => a.shaking({ sel: '#offers', mode: 'slow', req: '/api/offers' }),
    deadly: (a) => a.shaking({ sel: '#measure', mode: 'dead' }),
    peek: (a) => a.peek('.open', { nth: nth(a) }),
    peeking: (a) => a.peek('.open', { nth: nth(a), how: '#all' }),
    circle: (a) => a.circle([['.open', 1], '#all'], { rounds: a.rnd.int(2, 3) }),
    round: (a) => a.circle(['#basket', '#logo'], { rounds: 2, id: 'basket' }),
    reload: (a) => a.reloading({ sel: '#measure' }),
    hunt: at('#journal', async (a) => { await a.h.read(2000); await a.hunt(); }),
    coupon: at('#basket', (a) => a.amend('#coupon', ['SUMMER', 'SUMMER10', 'HELLO', 'SALE'], (x) => x.h.tap('#apply'), "document.querySelector('#tip').textContent.includes('not known')")),
    refused: at('#basket', (a) => a.refused('#order', [(x) => x.write([['#name', 'Ann Lee']]), (x) => x.write([['#mail', 'ann@example.org'], ['#zip', '2045']])], bad('zip'))),
    abandon: at('#basket', (a) => a.abandon(ORDER, (x) => x.follow('#logo'))),
    fine: at('#basket', (a) => a.squint('#fine')),
    imprint: at('#journal', (a) => a.squint('#imprint')),
    turn: at('.open', (a) => a.fault({ sel: '#turn', mode: 'hold' }), 5),
  },
  last: [at('#basket', (a) => a.abandon(ORDER.slice(0, 2))), at('.open', (a) => a.ok('h1', undefined, { ran: false, after: 3000 }), 1)],
  faults: [{ sel: '#offers', mode: 'error', req: '/api/offers', quiet: true }, { sel: '#letter', mode: 'error', req: '/api/letter' }, { sel: '#letter', mode: 'off' }, { sel: '#measure', mode: 'freeze' }, { sel: '#measure', mode: 'throw' }, { sel: '.chip', id: 'chip', mode: 'dead', nth: 2 }],
};
