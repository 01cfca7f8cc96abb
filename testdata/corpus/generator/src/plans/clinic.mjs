import { press, many, select, prose, at, on, each } from '../steps.mjs';

const NOTED = "document.querySelector('mat-error') !== null";
const TAKEN = "document.querySelector('#done').textContent.includes('Enrolled')";
const GOOD = [['#name', 'Ann Boat'], ['#card', 'K123456789'], ['#year', '1981']];
const to = (path, sel) => async (a) => { if ((await a.path()) !== path) await a.way(sel); };
const docs = to('/clinic', '#n-docs');
const enrol = to('/clinic/new', '#n-new');
const mine = to('/clinic/mine', '#n-mine');
const advice = to('/clinic/advice', '#n-advice');
const doctor = async (a) => { if (!(await a.path()).startsWith('/clinic/doctor/')) { await docs(a); await a.way('.name', { nth: a.rnd.int(0, 4) }); } };
/** fresh empties the form before somebody struggles with it. */
const fresh = (a) => a.tidy('#clear');
const begun = async (a) => { await enrol(a); await fresh(a); };
const fields = (a) => a.benign(() => a.write(GOOD), { id: 'fields' });
const sent = async (a) => { await a.h.wait(9000); await a.ok('#send', undefined, { id: 'sent', after: 1500 }); a.must(await a.js(TAKEN), 'not taken'); };

export default {
  whole: true,
  sessions: 10,
  // What had the focus shows it: that would change with the next press wherever it lies.
  reset: async (a) => { await a.h.wait(1600); await a.js('document.activeElement?.blur()'); await a.h.wait(1600); },
  take: { benign: 9, faults: 5, struggles: 7 },
  mouseOnly: ['hover', 'lines', 'shake', 'shaken', 'hovering'],
  touchOnly: ['pan', 'shelf', 'hero', 'chart', 'squint', 'squinted'],
  last: [async (a) => { await begun(a); await a.abandon(GOOD.slice(0, 2)); }, async (a) => { await a.ok('h1', undefined, { ran: false, after: 3000 }); }],
  benign: {
    chips: at(docs, each(['#cEyes', '#cHeart', '#cHeart'], { after: 700 })), pages: at(docs, async (a) => { await a.times('.mat-mdc-paginator-navigation-next', 3, 450, 900); await a.h.pause(700); await a.times('.mat-mdc-paginator-navigation-previous', 3, 450, 900); }), likes: at(docs, many('.up', 5, 9, 130, 320)), queue: at(docs, many('#queue', 1, 3, 1300, 1900)), call: at(docs, press('#call', { after: 1500 })), tips: at(docs, many('#tip', 2, 5, 400, 900)), list: at(docs, press('#list', { ran: true, after: 2600 })),
    find: at(docs, (a) => a.ok('#find', async () => { await a.h.press(); await a.h.type('co'); await a.h.pause(1500); for (let i = 0; i < 2; i++) { await a.h.key('Backspace', 8); await a.h.wait(130); } await a.h.pause(900); }, { ran: true })), hover: at(docs, (a) => a.hover([['.name', 0], ['.name', 1], ['.name', 2], ['.name', 3]], { rounds: 2 })), hovering: at(docs, (a) => a.hover([['#n-docs'], ['#n-new'], ['#n-mine'], ['#n-advice']], { ms: 330 })), select: at(docs, select('#foot', 3)), word: at(docs, select('#foot', 2)), prose: at(docs, prose('#foot')), again: at(docs, (a) => a.reload()),
    asked: at(docs, (a) => a.visit('.name', async () => { await a.h.pause(900); await a.h.tap('#kids'); await a.h.pause(1200); }, { nth: 1, how: '#back' })), studied: at(docs, (a) => a.visit('.name', async () => { await a.h.read(8000); await a.h.turn(450); await a.h.read(4000); }, { nth: 2 })), liking: at(docs, async (a) => { await a.h.aim('.name', 0); await a.benign(async () => { for (let i = 0; i < 3; i++) { await a.follow('.name', i); await a.h.pause(900); await a.h.tap('#thumb'); await a.h.pause(1500); await a.follow('#back'); await a.h.pause(1100); } }, { id: 'liking' }); }),
    book: at(doctor, press('#book', { after: 1500 })), letter: at(doctor, press('#letter', { after: 1500 })), spans: at(doctor, each(['#s-week button', '#s-month button', '#s-day button'], { after: 600 })), kids: at(doctor, many('#kids', 4, 8)), fewer: at(doctor, async (a) => { await a.times('#kids', 5); await a.h.pause(500); await a.times('#fewer', 3); }), thumbs: at(doctor, many('#thumb', 4, 9, 140, 320)), tabs: at(doctor, each([['.mdc-tab', 1], ['.mdc-tab', 2], ['.mdc-tab', 0]])), pulse: at(doctor, (a) => a.holding('#pulse')), lines: at(doctor, (a) => a.lines('.par', { nth: 1, n: 3 })),
    remind: at(mine, many('#remind button', 2, 3, 600, 1100)), share: at(mine, many('#share button', 1, 2, 800, 1200)), joke: at(mine, many('#joke', 2, 5, 500, 1000)), fetch: at(mine, press('#fetch', { after: 1500 })), more: at(mine, async (a) => { await a.ok('#more'); await a.h.pause(800); await a.ok('.mi', undefined, { nth: a.rnd.int(0, 1), id: 'item' }); }), folds: at(mine, each([['.fold', 0], ['.fold', 1], ['.fold', 2]], { after: 700 })), fold: at(mine, many('.fold', 2, 2, 900, 1400)), copy: at(mine, async (a) => { await a.ok('#copy', undefined, { ran: false, id: 'too early', after: 1500 }); await a.ok('#sure input', undefined, { id: 'sure' }); await a.h.pause(900); await a.ok('#copy', undefined, { id: 'copy' }); await a.h.pause(900); await a.ok('#sure input', undefined, { id: 'sure' }); }),
    enrolled: at(begun, (a) => a.sending(GOOD, '#send', TAKEN)), slip: at(begun, async (a) => { await a.benign(async () => { await a.write([['#name', 'Ann Boat'], ['#card', 'K1234'], ['#year', '1981']]); await a.h.tap('#send'); await a.h.pause(1400); await a.write([['#card', 'K123456789']]); await a.h.tap('#send'); await a.h.pause(900); }); a.must(await a.js(TAKEN), 'not taken'); }), fund: at(enrol, async (a) => { await a.ok('#fund'); await a.h.pause(800); await a.ok('mat-option', undefined, { nth: a.rnd.int(0, 2), id: 'option' }); }),
    lab: at(advice, many('#lab', 1, 3, 1200, 1900)), night: at(advice, press('#night', { after: 1500 })), reading: at(advice, (a) => a.reading()), top: at(advice, (a) => a.toTop()), pan: at(advice, (a) => a.pan([600, 700, -300])), shelf: at(advice, (a) => a.swipe('#shelf', { scrolls: true })),
  },
  struggles: {
    peek: at(docs, (a) => a.peek('.name', { nth: a.rnd.int(0, 4) })), peeked: at(docs, (a) => a.peek('.name', { nth: a.rnd.int(0, 4), how: '#back' })), glance: at(docs, (a) => a.peek('#n-advice')), circle: at(docs, (a) => a.circle(['#n-mine', '#n-advice', '#n-docs'], { rounds: 2 })), round: at(docs, (a) => a.circle([['.name', 3], null], { rounds: 3 })),
    card: at(begun, async (a) => { await a.amend('#card', ['12345', 'K12345', 'K 123 456 789'], (x) => x.h.tap('#from'), NOTED); await a.h.wait(9000); await fresh(a); }), refused: at(begun, async (a) => { await a.refused('#send', [(x) => x.write([['#name', 'Ann Boat']]), (x) => x.write([['#card', 'K12']])], NOTED); await a.h.wait(9000); await fresh(a); }),
    abandon: at(begun, (a) => a.abandon(GOOD.slice(0, 2), (x) => x.follow('#n-docs'))), given: at(begun, (a) => a.abandon([...GOOD, ['#from', 'Dr Cole']], (x) => x.follow('#n-mine'))), copy: at(mine, (a) => a.greyed('#copy')), hero: at(docs, (a) => a.deadSwipe('#hero')), chart: at(mine, (a) => a.deadSwipe('#chart')), house: at(enrol, (a) => a.lure('#house')), stars: at(docs, (a) => a.lure('.stars', { nth: 2 })), pill: at(doctor, (a) => a.lure('#pill')), photo: at(doctor, (a) => a.lure('#photo')),
    hunt: at(advice, (a) => a.hunt()), squint: at(advice, (a) => a.squint('#tiny')), squinted: at(advice, (a) => a.squint('#tiny')), shake: at(advice, (a) => a.shaking({ sel: '#lab', mode: 'slow', req: '/api/lab' })), shaken: at(advice, (a) => a.shaking({ sel: '#night', mode: 'slow', req: '/api/night' })), reload: at(docs, (a) => a.reloading({ sel: '.up', id: 'like', nth: 1 })),
  },
  faults: [
    ...on(docs, [{ sel: '#tip', mode: 'dead', mood: 'hammer' }, { sel: '.up', id: 'like', nth: 1, mode: 'dead', mood: 'hammer' }, { sel: '.name', id: 'open', nth: 1, mode: 'silent' }, { sel: '.mat-mdc-paginator-navigation-next', id: 'next', mode: 'cut', mood: 'hammer' }, { sel: '#call', mode: 'silent' }, { sel: '#call', mode: 'off' }, { sel: '#call', mode: 'cover' }, { sel: '#call', mode: 'error', req: '/api/call' }, { sel: '#queue', mode: 'error', req: '/api/queue', quiet: true }, { sel: '#queue', mode: 'slow', req: '/api/queue' }, { sel: '#tip', mode: 'freeze' }]),
    ...on(doctor, [{ sel: '#pulse', mode: 'hold' }, { sel: '#pulse', mode: 'hold' }, { sel: '#kids', mode: 'dead', mood: 'hammer' }, { sel: '#letter', mode: 'dead' }, { sel: '#book', mode: 'slow', req: '/api/book' }, { sel: '#thumb', mode: 'silent' }, { sel: '#letter', mode: 'throw' }]),
    ...on(mine, [{ sel: '#share button', id: 'share', mode: 'cut' }, { sel: '.fold', id: 'fold', mode: 'cut' }, { sel: '#more', mode: 'cut' }, { sel: '#wipe', mode: 'dead' }, { sel: '#joke', mode: 'freeze' }]),
    ...on(begun, [{ sel: '#send', mode: 'silent', before: fields, after: sent }, { sel: '#send', mode: 'error', req: '/api/enrol', before: fields, after: sent }]),
  ],
};
