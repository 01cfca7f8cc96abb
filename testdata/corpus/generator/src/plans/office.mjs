import { press, many, select, prose, at, on, each } from '../steps.mjs';

const NOTED = "document.querySelector('form .err') !== null";
const TAKEN = "document.querySelector('#another') !== null";
const GOOD = [['#firm', 'Stone Brothers'], ['#phone', '5521 0431'], ['#town', 'Kiel']];
const to = (path, sel) => async (a) => { if ((await a.path()) !== path) await a.way(sel); };
const list = to('/office', '#logo');
const form = to('/office/new', '#m-new');
const rules = to('/office/rules', '#m-rules');
const reports = to('/office/reports', '#m-reports');
const order = async (a) => { if (!(await a.path()).startsWith('/office/order/')) { await list(a); await a.way('.see', { nth: a.rnd.int(0, 4) }); } };
/** fresh empties the form before somebody struggles with it. */
const fresh = async (a) => { await a.h.wait(1500); await a.ok('#cancel', () => a.loading(() => a.h.press()), { id: 'clear' }); await a.h.pause(2600); };
const begun = async (a) => { await form(a); await fresh(a); };
const fields = (a) => a.benign(() => a.write(GOOD), { id: 'fields' });
const sent = async (a) => { await a.h.wait(9000); await a.ok('#save', () => a.loading(() => a.h.press()), { id: 'sent' }); a.must(await a.js(TAKEN), 'not taken'); };

export default {
  whole: true,
  loads: true,
  reset: (a) => a.h.wait(3200),
  take: { benign: 9, faults: 4, struggles: 6 },
  mouseOnly: ['hover', 'lines', 'shake', 'shaken'],
  touchOnly: ['pan', 'wide', 'photo', 'scan', 'squint', 'squinted'],
  benign: {
    firm: at(list, press('#byfirm')), sorting: at(list, each(['#bysum', '#byfirm'], { after: 900 })), pages: at(list, each(['#pg2', '#pg3', '#pg1'], { after: 900 })), stock: at(list, many('#stock', 1, 3, 1100, 1900)), remind: at(list, press('#remind')), audit: at(list, many('#audit', 1, 2, 1500, 2200)), hours: at(list, many('#hours', 2, 5, 500, 1000)), csv: at(list, press('#csv', { ran: true, after: 2600 })), bell: at(list, press('#beep')),
    find: at(list, (a) => a.ok('#q', async () => { await a.h.press(); await a.h.type('ti'); await a.h.pause(1800); for (let i = 0; i < 2; i++) { await a.h.key('Backspace', 8); await a.h.wait(140); } await a.h.pause(1000); }, { ran: true })), select: at(list, select('#legend', 3)), prose: at(list, prose('#legend')), hover: at(list, (a) => a.hover([['.see', 0], ['.see', 1], ['.see', 2], ['.see', 3]], { rounds: 3 })), again: at(list, (a) => a.reload()),
    watched: at(list, (a) => a.visit('.see', async () => { await a.h.pause(900); await a.h.tap('#watch'); await a.h.pause(1300); }, { nth: 1, how: '#up' })), studied: at(list, (a) => a.visit('.see', async () => { await a.h.read(6000); await a.h.turn(500); await a.h.read(5000); }, { nth: 2 })), tabbed: at(list, (a) => a.visit('.see', async () => { await a.h.pause(800); await a.h.tap('#t-bills'); await a.h.pause(1500); }, { nth: 0 })),
    row: at(list, async (a) => { await a.h.aim('.see', 0); await a.benign(async () => { for (let i = 0; i < 3; i++) { await a.follow('.see', i); await a.h.pause(900); await a.h.tap('#note'); await a.h.pause(1500); await a.follow('#up'); await a.h.pause(1100); } }, { id: 'working' }); }),
    boxes: at(order, many('#plus', 4, 9)), fewer: at(order, async (a) => { await a.times('#plus', 5); await a.h.pause(500); await a.times('#minus', 3); }), watch: at(order, many('#watch', 2, 4, 900, 1500)), copy: at(order, press('#cc', { ran: true, after: 2400 })), tabs: at(order, each(['#t-way', '#t-bills', '#t-goods'])), signed: at(order, many('#sum', 2, 2, 900, 1500)), assign: at(order, many('#assign', 1, 3, 1100, 1700)), lines: at(order, (a) => a.lines('.par', { nth: 0, n: 3 })),
    saved: at(begun, (a) => a.sending(GOOD, '#save', TAKEN)), slip: at(begun, async (a) => { await a.benign(async () => { await a.write([['#firm', 'Stone Brothers'], ['#phone', '55'], ['#town', 'Kiel']]); await a.submit('#save'); await a.h.pause(1400); await a.write([['#phone', '5521 0431']]); await a.submit('#save'); await a.h.pause(900); }); a.must(await a.js(TAKEN), 'not taken'); }), papers: at(form, many('#ok', 1, 2, 900, 1300)), early: at(form, press('#import', { ran: false, after: 2000 })),
    reading: at(rules, (a) => a.reading()), top: at(rules, (a) => a.toTop()), pan: at(rules, (a) => a.pan([600, 700, -300])), wide: at(rules, (a) => a.swipe('#wide', { scrolls: true })), months: at(reports, select('#words', 2)),
  },
  struggles: {
    peek: at(list, (a) => a.peek('.see', { nth: a.rnd.int(0, 4) })), peeked: at(list, (a) => a.peek('.see', { nth: a.rnd.int(0, 4), how: '#up' })), glance: at(list, (a) => a.peek('#m-reports')), wrong: at(list, (a) => a.peek('#m-rules', { how: '#logo' })), circle: at(list, (a) => a.circle(['#m-reports', '#m-rules', '#logo'], { rounds: 2 })), round: at(list, (a) => a.circle([['.see', 3], '#up'], { rounds: 3 })),
    phone: at(begun, async (a) => { await a.amend('#phone', ['55', '55-21', '+49 55', '55 21 x'], (x) => x.submit('#save'), NOTED); await a.h.wait(9000); await fresh(a); }), refused: at(begun, async (a) => { await a.refused('#save', [(x) => x.write([['#firm', 'Stone Brothers']]), (x) => x.write([['#phone', '55']])], NOTED); await a.h.wait(9000); await fresh(a); }),
    abandon: at(begun, (a) => a.abandon(GOOD.slice(0, 2), (x) => x.follow('#logo'))), given: at(begun, (a) => a.abandon([...GOOD, ['#tax', '88 10']], (x) => x.follow('#m-rules'))), import: at(form, (a) => a.greyed('#import')), imports: at(form, (a) => a.greyed('#import')),
    state: at(order, (a) => a.lure('#state')), tag: at(list, (a) => a.lure('.tag', { nth: 2 })), chart: at(reports, (a) => a.lure('#chart1')), column: at(list, (a) => a.lure('#bystate')), photo: at(list, (a) => a.deadSwipe('#photo')), scan: at(order, (a) => a.deadSwipe('#scan')),
    hunt: at(rules, (a) => a.hunt()), hunting: at(rules, (a) => a.hunt()), squint: at(rules, (a) => a.squint('#tiny')), squinted: at(rules, (a) => a.squint('#tiny')), shake: at(list, (a) => a.shaking({ sel: '#stock', mode: 'slow', req: '/api/stock' })), shaken: at(list, (a) => a.shaking({ sel: '#audit', mode: 'slow', req: '/api/audit' })), reload: at(list, (a) => a.reloading({ sel: '#beep', id: 'beep' })),
  },
  faults: [
    ...on(list, [{ sel: '#byfirm', mode: 'cut' }, { sel: '#pg3', mode: 'cut' }, { sel: '#hours', mode: 'cut' }, { sel: '#stock', mode: 'slow', req: '/api/stock' }, { sel: '#stock', mode: 'error', req: '/api/stock' }, { sel: '#remind', mode: 'error', req: '/api/remind' }, { sel: '#remind', mode: 'off' }, { sel: '#remind', mode: 'cover' }, { sel: '#audit', mode: 'error', req: '/api/audit', quiet: true }, { sel: '#audit', mode: 'slow', req: '/api/audit' }, { sel: '#beep', mode: 'dead' }, { sel: '#beep', mode: 'throw' }, { sel: '#beep', mode: 'freeze' }, { sel: '#pg2', mode: 'cover' }]),
    ...on(order, [{ sel: '#watch', mode: 'cut' }, { sel: '#plus', mode: 'dead' }, { sel: '#plus', mode: 'silent' }, { sel: '#t-way', mode: 'cut' }, { sel: '#assign', mode: 'slow', req: '/api/assign' }, { sel: '#note', mode: 'error', req: '/api/note' }, { sel: '#note', mode: 'burn' }, { sel: '#sum', mode: 'cut' }]),
    ...on(begun, [{ sel: '#save', mode: 'silent', before: fields, after: sent }, { sel: '#save', mode: 'dead', before: fields, after: sent }]),
  ],
};
