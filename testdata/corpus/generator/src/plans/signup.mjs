import { press, select, prose } from '../steps.mjs';

const FIRST = [['#name', 'Ann Lee'], ['#mail', 'ann@example.org'], ['#pass', 'Winter-2026']];
const HOME = [['#street', 'Mill Lane 4'], ['#zip', '20457'], ['#born', '04.05.1980']];
const said = "document.querySelector('.just-validate-error-label') !== null";
const bad = (id) => `document.getElementById('${id}bad') !== null`;
const on = async (a) => { await a.write(FIRST); await a.follow('#on'); await a.h.pause(900); };
const at = (sel, act) => async (a) => { await a.follow(sel); await a.h.pause(900); await act(a); };
const toPlan = async (a) => { await on(a); await a.write(HOME); await a.follow('#next'); await a.h.pause(900); };

export default {
  take: { benign: 7, struggles: 5 },
  mouseOnly: ['lines', 'prices', 'fields', 'slowly', 'deadly'],
  touchOnly: ['plans', 'pan', 'further', 'art', 'banner', 'small', 'print'],
  async reset(a) { if ((await a.path()) !== '/signup') await a.follow('#logo'); else if (await a.js("[...document.querySelectorAll('input')].some((e) => e.value) || document.querySelector('.just-validate-error-label') !== null")) { await a.follow('#help'); await a.h.read(9000); await a.h.turn(400); await a.follow('#return'); } },
  benign: {
    wizard: async (a) => { await a.h.aim('#name'); await a.benign(async () => { await toPlan(a); await a.h.tap('.take', 1); await a.h.pause(700); await a.follow('#finish'); }); await a.h.read(2000); },
    stepback: async (a) => { await on(a); await a.h.read(1500); await a.h.aim('#before'); await a.benign(async () => { await a.lead(() => a.h.press()); await a.h.wait(a.rnd.range(1400, 2600)); await a.write(FIRST); await a.follow('#on'); }); },
    typo: async (a) => { await a.h.aim('#name'); await a.benign(async () => { await a.write([FIRST[0], ['#mail', 'ann.example'], FIRST[2]]); await a.h.tap('#on'); await a.h.pause(1000); a.must(await a.js(said), 'no complaint'); await a.write([FIRST[1]]); await a.follow('#on'); }); },
    once: async (a) => { await on(a); await a.benign(async () => { await a.write(HOME.slice(0, 2)); await a.h.tap('#next'); await a.h.pause(900); a.must(await a.js(bad('born')), 'no complaint'); await a.write(HOME.slice(2)); await a.follow('#next'); }); },
    sent: async (a) => { await on(a); await a.benign(async () => { await a.write(HOME); await a.follow('#next'); }); },
    plans: async (a) => { await toPlan(a); await a.swipe('#plans', { scrolls: true }); },
    prices: async (a) => { await toPlan(a); await a.hover([0, 1, 2, 3].map((k) => ['.take', k]), { ms: 220, rounds: 2 }); },
    choosing: async (a) => { await toPlan(a); for (const k of [0, 1, 0]) await a.ok('.take', undefined, { nth: k, after: 500 }); },
    fields: (a) => a.hover(['#name', '#mail', '#pass', '#show', '#on'], { ms: 200, rounds: 2 }),
    lines: at('#help', (a) => a.lines('.para', { nth: 1 })),
    help: (a) => a.visit('#help', async () => { await a.h.read(3000); await a.h.turn(500); await a.h.read(4500); }, { how: '#return' }),
    rates: (a) => a.visit('#rates', async () => { await a.h.read(2500); await a.h.turn(600); await a.h.read(5500); await a.h.turn(300); }),
    pan: at('#rates', (a) => a.pan([500, 600, 600])), further: at('#help', (a) => a.pan([700, 700])), reading: at('#help', (a) => a.reading()), top: at('#rates', (a) => a.toTop()),
    show: (a) => a.holding('#show', { n: 2 }),
    invited: press('#invite'), free: press('#free'), select: select('#why', 3), prose: prose('#why'),
  },
  struggles: {
    dots: (a) => a.lure('.dots span', { nth: a.rnd.int(1, 3), id: 'dots' }),
    picture: (a) => a.lure('#art'),
    tag: async (a) => { await toPlan(a); await a.lure('.tag', { nth: a.rnd.int(0, 1) }); },
    art: (a) => a.deadSwipe('#art'),
    banner: (a) => a.deadSwipe('#art', { n: 3 }),
    slowly: (a) => a.shaking({ sel: '#free', mode: 'slow', req: '/api/free' }),
    deadly: (a) => a.shaking({ sel: '#bigger', mode: 'dead' }),
    peek: (a) => a.peek('#rates'),
    peeking: (a) => a.peek('#help', { how: '#return' }),
    circle: (a) => a.circle(['#help', '#return'], { rounds: a.rnd.int(2, 3) }),
    round: (a) => a.circle(['#rates', null], { rounds: 2 }),
    hunt: at('#help', async (a) => { await a.h.read(1500); await a.hunt(); }),
    password: async (a) => { await a.write(FIRST.slice(0, 2)); await a.amend('#pass', ['winter', 'wintertime', 'wintertime26', 'Wintertime26'], (x) => x.h.tap('#on'), said); },
    postcode: async (a) => { await on(a); await a.write([HOME[0], HOME[2]]); await a.amend('#zip', ['2045', 'AB 20457', '20 457', '204570'], (x) => x.h.tap('#next'), bad('zip')); },
    refused: (a) => a.refused('#on', [(x) => x.write([FIRST[0]]), (x) => x.write([['#mail', 'ann@ex'], ['#pass', 'summer']])], said),
    refusing: async (a) => { await on(a); await a.refused('#next', [(x) => x.write([HOME[0], HOME[1]]), (x) => x.write([['#born', '4.5.80']])], bad('born')); },
    abandon: (a) => a.abandon(FIRST.slice(0, a.rnd.int(2, 3)), (x) => x.follow('#rates')),
    small: (a) => a.squint('#small'),
    print: (a) => a.squint('#small', { n: 3 }),
    hold: (a) => a.fault({ sel: '#show', mode: 'hold' }),
  },
  last: [(a) => a.abandon(FIRST.slice(0, 2)), async (a) => { await on(a); await a.abandon(HOME.slice(0, 2)); }],
  faults: [{ sel: '#free', mode: 'error', req: '/api/free', quiet: true }, { sel: '#invite', mode: 'error', req: '/api/invite' }, { sel: '#invite', mode: 'dead' }, { sel: '#bigger', mode: 'freeze' }, { sel: '#bigger', mode: 'throw' }, { sel: '#invite', mode: 'off' }],
};
