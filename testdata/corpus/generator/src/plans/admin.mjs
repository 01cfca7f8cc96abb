import { press, select, prose } from '../steps.mjs';

const at = (sel, act, nth = 0) => async (a) => { await a.follow(sel, nth); await a.h.pause(900); await act(a); };
const bad = (id) => `document.getElementById('${id}bad') !== null`;
const GOOD = "document.querySelector('.toast:not(.bad)') !== null";
const NET = [['#ip', '10.0.4.12'], ['#port', '8080'], ['#key', 'A0F3C9']];
const nth = (a) => a.rnd.int(0, 5);
const SEARCH = '.gridjs-search-input';

export default {
  take: { benign: 8, struggles: 5 },
  mouseOnly: ['menu', 'chart', 'lines', 'rows', 'slowly', 'deadly'],
  touchOnly: ['plan', 'pan', 'scale', 'table', 'building', 'legend', 'fine', 'print'],
  async reset(a) { if ((await a.path()) !== '/admin') await a.follow('#logo'); },
  benign: {
    menu: (a) => a.hover(['#logo', '#people', '#audit', '#network', '#floors'], { ms: 150, rounds: 3 }),
    chart: (a) => a.circles('#chart', { turns: 5 }),
    lines: at('#audit', (a) => a.lines('.para', { nth: 1 })),
    rows: at('#people', (a) => a.hover([0, 1, 2, 3, 4, 5].map((k) => ['.open', k]), { ms: 150, rounds: 2 })),
    plan: at('#floors', (a) => a.pinching('#plan', { groups: 2 })), scale: at('#floors', (a) => a.pinching('#plan', { n: 3, groups: 2 })),
    search: at('#people', async (a) => { await a.h.aim(SEARCH); await a.benign(async () => { await a.h.press(); for (const q of ['an', 'o', 'in', 'e']) { await a.js(`document.querySelector('${SEARCH}').select()`); await a.h.type(q); await a.h.pause(1300); } }, { at: SEARCH }); }),
    pages: at('#people', async (a) => { await a.h.aim('.gridjs-pages button:last-child'); await a.benign(async () => { await a.h.press(); await a.h.wait(1300); await a.h.press(); await a.h.wait(900); }, { at: '.gridjs-pages button:last-child' }); }),
    sorts: at('#people', (a) => a.times('th.gridjs-th-sort', 3, 600, 1100)),
    person: at('#people', (a) => a.visit('.open', async () => { await a.h.read(2500); await a.h.tap('#tab1'); await a.h.read(3000); }, { nth: nth(a), how: '#back' })),
    reads: at('#people', (a) => a.visit('.open', async () => { await a.h.read(9500); await a.h.tap('#card'); await a.h.pause(1200); }, { nth: nth(a) })),
    tabs: at('#people', async (a) => { await a.follow('.open', 1); await a.h.pause(800); for (const t of ['#tab1', '#tab2']) { await a.ok(t, undefined, { after: 700 }); } }),
    tour: async (a) => { await a.h.aim('#people'); await a.benign(async () => { await a.lead(() => a.h.press()); for (const s of ['#audit', '#network', '#floors']) { await a.h.wait(a.rnd.range(1600, 3000)); await a.follow(s); } }); },
    about: async (a) => { await a.h.aim('#info'); await a.benign(async () => { await a.h.press(); await a.h.wait(a.rnd.range(1300, 2600)); await a.h.tap('#shut'); }); },
    revoke: at('#people', async (a) => { await a.follow('.open', 2); await a.h.pause(700); await a.holding('#revoke', { lo: 1100, hi: 1600 }); }),
    pan: at('#audit', (a) => a.pan([700, 600, 800])), reading: at('#audit', (a) => a.reading()), top: at('#audit', (a) => a.toTop()),
    sent: at('#network', (a) => a.sending(NET, '#apply', GOOD)),
    typo: at('#network', async (a) => { await a.benign(async () => { await a.write([['#ip', '10.0.4'], ...NET.slice(1)]); await a.h.tap('#apply'); await a.h.pause(1000); a.must(await a.js(bad('ip')), 'no complaint'); await a.write(NET.slice(0, 1)); await a.h.tap('#apply'); await a.h.pause(900); }); a.must(await a.js(GOOD), 'not taken'); }),
    afresh: (a) => a.reload(), lock: press('#lock'), report: press('#report'), select: select('#note', 3), prose: prose('#note'),
  },
  struggles: {
    stats: (a) => a.lure('.stat', { nth: nth(a) % 4 }), badge: (a) => a.lure('.badge'), crop: (a) => a.lure('#building'),
    building: (a) => a.deadSwipe('#building'), legend: at('#floors', (a) => a.deadSwipe('#legend')),
    slowly: (a) => a.shaking({ sel: '#sync', mode: 'slow', req: '/api/sync' }), deadly: (a) => a.shaking({ sel: '#report', mode: 'dead' }),
    peek: at('#people', (a) => a.peek('.open', { nth: nth(a) })), peeking: (a) => a.peek('#floors'),
    circle: at('#people', (a) => a.circle([['.open', 0], '#back'], { rounds: a.rnd.int(2, 3) })), go: (a) => a.circle(['#audit', '#logo'], { rounds: 2 }),
    reload: (a) => a.reloading({ sel: '#report' }),
    hunt: at('#audit', async (a) => { await a.h.read(1500); await a.hunt(); }),
    address: at('#network', (a) => a.amend('#ip', ['10.0.4', '10,0,4,12', '10.0.4.', '10 0 4 12'], (x) => x.h.tap('#apply'), bad('ip'))),
    refused: at('#network', (a) => a.refused('#apply', [(x) => x.write([NET[0]]), (x) => x.write([NET[1], ['#key', 'xyz']])], bad('key'))),
    abandon: at('#network', (a) => a.abandon(NET.slice(0, a.rnd.int(2, 3)), (x) => x.follow('#people'))),
    fine: at('#audit', (a) => a.squint('#fine')), print: at('#network', (a) => a.squint('#print')),
    hold: at('#people', async (a) => { await a.follow('.open', 3); await a.h.pause(700); await a.fault({ sel: '#revoke', mode: 'hold' }); }),
  },
  last: [at('#network', (a) => a.abandon(NET.slice(0, 2)))],
  faults: [{ sel: '#sync', mode: 'error', req: '/api/sync', quiet: true }, { sel: '#lock', mode: 'error', req: '/api/lock' }, { sel: '#lock', mode: 'off' }, { sel: '#report', mode: 'freeze' }, { sel: '#report', mode: 'throw' }, { sel: '#lock', mode: 'dead' }],
};
