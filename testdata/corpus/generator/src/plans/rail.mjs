import { press, many, select, prose, at, on, each } from '../steps.mjs';

const NOTED = "document.querySelector('.q-field--error') !== null";
const TAKEN = "document.querySelector('#said').textContent.includes('booked')";
const GOOD = [['#name', 'Ann Boat'], ['#birth', '02.03.1981'], ['#mail', 'ann@example.org']];
const to = (path, sel) => async (a) => { if ((await a.path()) !== path) await a.way(sel); };
const home = to('/rail', '#n-home');
const trips = to('/rail/trips', '#n-trips');
const book = to('/rail/book', '#n-book');
const rules = to('/rail/rules', '#n-rules');
const trip = async (a) => { if (!(await a.path()).startsWith('/rail/trip/')) { await trips(a); await a.way('.open', { nth: a.rnd.int(0, 3) }); } };
/** fresh empties the form before somebody struggles with it. */
const fresh = (a) => a.tidy('#clear');
const begun = async (a) => { await book(a); await fresh(a); };
const fields = (a) => a.benign(() => a.write(GOOD), { id: 'fields' });
const sent = async (a) => { await a.h.wait(9000); await a.ok('#send', undefined, { id: 'sent', after: 1500 }); a.must(await a.js(TAKEN), 'not taken'); };

export default {
  whole: true,
  sessions: 10,
  reset: (a) => a.h.wait(3200),
  take: { benign: 8, faults: 4, struggles: 6 },
  mouseOnly: ['hover', 'lines', 'shake', 'shaken'],
  touchOnly: ['pan', 'views', 'poster', 'map', 'squint', 'squinted'],
  benign: {
    swap: at(home, many('#swap', 2, 5, 500, 1000)), people: at(home, many('#plus', 4, 8)), fewer: at(home, async (a) => { await a.times('#plus', 5); await a.h.pause(500); await a.times('#minus', 4); }), bike: at(home, many('#bike', 2, 3, 600, 1000)), near: at(home, press('#near', { after: 1500 })), delays: at(home, many('#delays', 1, 3, 1300, 1900)), news: at(home, press('#news', { after: 1500 })), jokes: at(home, many('#joke', 2, 5, 450, 1000)), faqs: at(home, each([['.faq .q-item', 0], ['.faq .q-item', 1]], { after: 700 })),
    from: at(home, async (a) => { await a.ok('.from'); await a.h.pause(800); await a.ok('.q-menu .q-item', undefined, { nth: a.rnd.int(1, 4), id: 'town' }); }), select: at(home, select('#foot', 3)), prose: at(home, prose('#foot')), again: at(home, (a) => a.reload()), found: at(home, async (a) => { await a.ok('#go', () => a.lead(() => a.h.press())); }),
    direct: at(trips, many('#direct', 2, 3, 700, 1100)), pages: at(trips, each(['#pages button:nth-of-type(2)', '#pages button:nth-of-type(1)'], { after: 700 })), hearts: at(trips, many('.trip .heart', 5, 9, 140, 320)), hover: at(trips, (a) => a.hover([['.open', 0], ['.open', 1], ['.open', 2], ['.open', 3]], { rounds: 2 })), price: at(trips, select('#note', 2)),
    chosen: at(trips, (a) => a.visit('.open', async () => { await a.h.pause(900); await a.h.tap('.seat', 3); await a.h.pause(900); }, { nth: 1, how: '#back' })), studied: at(trips, (a) => a.visit('.open', async () => { await a.h.read(7000); await a.h.turn(500); await a.h.read(5000); }, { nth: 2 })), compare: at(trips, async (a) => { await a.h.aim('.open', 0); await a.benign(async () => { for (let i = 0; i < 3; i++) { await a.follow('.open', i); await a.h.pause(900); await a.h.tap('.seat', i + 1); await a.h.pause(1500); await a.follow('#back'); await a.h.pause(1100); } }, { id: 'comparing' }); }),
    seats: at(trip, each([['.seat', 2], ['.seat', 5], ['.seat', 6]], { after: 400 })), tabs: at(trip, each(['#t-train', '#t-food', '#t-way'])), stops: at(trip, many('#stops', 1, 2, 900, 1400)), held: at(trip, press('#hold', { after: 1500 })), fare: at(trip, many('#fare', 1, 3, 700, 1200)), mapped: at(trip, (a) => a.holding('#peek')), views: at(trip, (a) => a.swipe('#views', { n: 2 })), likes: at(trip, many('#like', 4, 9, 150, 330)), lines: at(trip, (a) => a.lines('.par', { nth: 1, n: 3 })),
    klass: at(book, each([['#klass button', 1], ['#klass button', 2], ['#klass button', 0]])), booked: at(begun, (a) => a.sending(GOOD, '#send', TAKEN)), slip: at(begun, async (a) => { await a.benign(async () => { await a.write([['#name', 'Ann Boat'], ['#birth', '2.3.81'], ['#mail', 'ann@example.org']]); await a.h.tap('#send'); await a.h.pause(1200); await a.write([['#birth', '02.03.1981']]); await a.h.tap('#send'); await a.h.pause(900); }); a.must(await a.js(TAKEN), 'not taken'); }),
    early: at(book, async (a) => { await a.ok('#pay', undefined, { ran: false, id: 'too early', after: 1500 }); await a.ok('#agree', undefined, { id: 'agree' }); await a.h.pause(900); await a.ok('#pay', undefined, { id: 'pay' }); await a.h.pause(900); await a.ok('#agree', undefined, { id: 'agree' }); }), reading: at(rules, (a) => a.reading()), top: at(rules, (a) => a.toTop()), pan: at(rules, (a) => a.pan([600, 700, -300])),
  },
  struggles: {
    peek: at(trips, (a) => a.peek('.open', { nth: a.rnd.int(0, 3) })), peeked: at(trips, (a) => a.peek('.open', { nth: a.rnd.int(0, 3), how: '#back' })), glance: at(home, (a) => a.peek('#n-rules')), wrong: at(home, (a) => a.peek('#n-book', { how: '#n-home' })), circle: at(home, (a) => a.circle(['#n-trips', '#n-rules', '#n-home'], { rounds: 2 })), round: at(trips, (a) => a.circle([['.open', 2], null], { rounds: 3 })),
    birth: at(begun, async (a) => { await a.amend('#birth', ['2.3.81', '2 March', '02.03.81', '02/03/1981'], (x) => x.h.tap('#send'), NOTED); await a.h.wait(9000); await fresh(a); }), refused: at(begun, async (a) => { await a.refused('#send', [(x) => x.write([['#name', 'Ann Boat']]), (x) => x.write([['#mail', 'ann@home']])], NOTED); await a.h.wait(9000); await fresh(a); }), abandon: at(begun, (a) => a.abandon(GOOD.slice(0, 2), (x) => x.follow('#n-home'))), given: at(begun, (a) => a.abandon([...GOOD, ['#phone', '5521'], ['#street', 'Mill Lane 4']], (x) => x.follow('#n-trips'))),
    pay: at(book, (a) => a.greyed('#pay')), pays: at(book, (a) => a.greyed('#pay')), price: at(trips, (a) => a.lure('.price', { nth: 1 })), mapx: at(trip, (a) => a.lure('#mapx')), stamp: at(book, (a) => a.lure('#stamp')), poster: at(home, (a) => a.deadSwipe('#poster')), map: at(trip, (a) => a.deadSwipe('#mapx')),
    hunt: at(rules, (a) => a.hunt()), squint: at(rules, (a) => a.squint('#tiny')), squinted: at(rules, (a) => a.squint('#tiny')), shake: at(home, (a) => a.shaking({ sel: '#near', mode: 'slow', req: '/api/near' })), shaken: at(home, (a) => a.shaking({ sel: '#delays', mode: 'slow', req: '/api/delays' })), reload: at(home, (a) => a.reloading({ sel: '#swap' })),
  },
  faults: [
    ...on(home, [{ sel: '#swap', mode: 'dead' }, { sel: '#bike', mode: 'cut' }, { sel: '.from', id: 'from', mode: 'cut' }, { sel: '#near', mode: 'slow', req: '/api/near' }, { sel: '#near', mode: 'error', req: '/api/near' }, { sel: '#delays', mode: 'error', req: '/api/delays', quiet: true }, { sel: '#news', mode: 'error', req: '/api/news' }, { sel: '#news', mode: 'silent' }, { sel: '#news', mode: 'off' }, { sel: '#news', mode: 'cover' }, { sel: '#joke', mode: 'freeze' }, { sel: '#joke', mode: 'throw' }, { sel: '#plus', mode: 'dead' }]),
    ...on(trips, [{ sel: '.open', id: 'open', nth: 1, mode: 'silent' }, { sel: '#direct', mode: 'dead' }, { sel: '.trip .heart', id: 'like', mode: 'dead' }]),
    ...on(trip, [{ sel: '#hold', mode: 'slow', req: '/api/hold' }, { sel: '#hold', mode: 'error', req: '/api/hold' }, { sel: '#peek', mode: 'hold' }, { sel: '#t-food', mode: 'cut' }, { sel: '.seat', id: 'seat', nth: 4, mode: 'dead' }, { sel: '#fare', mode: 'freeze' }, { sel: '#stops', mode: 'silent' }]),
    ...on(begun, [{ sel: '#send', mode: 'slow', req: '/api/book', before: fields }, { sel: '#send', mode: 'error', req: '/api/book', before: fields, after: sent }, { sel: '#send', mode: 'silent', before: fields, after: sent }]),
  ],
};
