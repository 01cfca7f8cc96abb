import { press, many, select, prose, wait, at, on, each } from '../steps.mjs';

const NOTED = "document.querySelector('.miss') !== null";
const TAKEN = "document.querySelector('#sent').textContent !== ''";
const GOOD = [['#who', 'Ann Boat'], ['#to', 'DE02700100200000'], ['#sum', '45']];
const to = (path, sel) => async (a) => { if ((await a.path()) !== path) await a.way(sel); };
const home = to('/bank', '#n-accounts');
const pay = to('/bank/pay', '#n-pay');
const cards = to('/bank/cards', '#n-cards');
const terms = to('/bank/terms', '#n-terms');
const booking = async (a) => { if (!(await a.path()).startsWith('/bank/t/')) { await home(a); await a.way('.row', { nth: a.rnd.int(0, 4) }); } };

/** fresh empties the form before somebody struggles with it. */
const fresh = (a) => a.tidy('#clear');
const fields = (a) => a.benign(() => a.write(GOOD), { id: 'fields' });
/** sent: what was meant to be sent is sent when that is possible again. */
const sent = async (a) => { await a.h.wait(9000); await a.ok('#send', undefined, { id: 'sent', after: 1500 }); a.must(await a.js(TAKEN), 'not taken'); };

export default {
  whole: true,
  reset: (a) => a.h.wait(3200),
  take: { benign: 9, faults: 4, struggles: 6 },
  mouseOnly: ['hover', 'lines', 'shake', 'shaken'],
  touchOnly: ['pan', 'ad', 'card', 'squint', 'squinted'],
  benign: {
    eye: at(home, many('#eye', 2, 4, 450, 900)), copy: at(home, press('#copy', { ran: true, after: 2400 })), copies: at(home, many('#copy', 2, 2, 2200, 2900)), balance: at(home, many('#again', 1, 2, 1300, 2000)), statement: at(home, press('#statement', { after: 1500 })), gold: at(home, press('#gold', { after: 1500 })), tips: at(home, many('#tip', 2, 5, 350, 900)),
    chips: at(home, each(['#chip-in', '#chip-out', '#chip-all'])), older: at(home, many('#more', 2, 3, 900, 1500)), find: at(home, (a) => a.ok('#find', async () => { await a.h.press(); await a.h.type('tra'); await a.h.pause(1500); for (let i = 0; i < 3; i++) { await a.h.key('Backspace', 8); await a.h.wait(130); } }, { ran: true })),
    hover: at(home, (a) => a.hover([['.row', 0], ['.row', 1], ['.row', 2], ['.row', 3]], { rounds: 2 })), select: at(home, select('#foot', 3)), word: at(home, select('#foot', 2)), prose: at(home, prose('#foot')), again: at(home, (a) => a.reload()),
    marked: at(home, (a) => a.visit('.row', async () => { await a.h.pause(900); await a.h.tap('.mark', a.rnd.int(0, 2)); await a.h.pause(900); }, { nth: 1 })), studied: at(home, (a) => a.visit('.row', async () => { await a.h.read(9000); await a.h.turn(500); await a.h.read(3000); await a.h.turn(-600); }, { nth: 2, how: '#back' })),
    one: at(home, async (a) => { await a.h.aim('.row', 0); await a.benign(async () => { for (let i = 0; i < 3; i++) { await a.follow('.row', i); await a.h.pause(900); await a.h.tap('.mark', i); await a.h.pause(1600); await a.follow('#back'); await a.h.pause(1100); } }, { id: 'sorting' }); }),
    split: at(booking, many('#split', 4, 8)), fewer: at(booking, async (a) => { await a.times('#split', 5); await a.h.pause(500); await a.times('#fewer', 4); }), lines: at(booking, (a) => a.lines('.par', { nth: 1, n: 3 })), down: at(booking, (a) => a.reading()),
    online: at(cards, many('#online', 2, 3, 600, 1100)), abroad: at(cards, many('#abroad', 1, 2, 800, 1200)), up: at(cards, many('#up', 4, 8)), cap: at(cards, async (a) => { await a.times('#up', 4); await a.h.pause(600); await a.times('#down', 3); }), number: at(cards, (a) => a.holding('#pin')), tabs: at(cards, each(['#tabc', '#tabo', '#tabd'])), folds: at(cards, each(['#q0', '#q1', '#q2'], { after: 600 })), block: at(cards, async (a) => { await a.ok('#block'); await a.h.pause(1500); await a.ok('#keep', undefined, { id: 'keep' }); }), renew: at(cards, press('#renew', { after: 1500 })),
    // One press finds out that a box has to be ticked first.
    loan: at(cards, async (a) => { await a.ok('#loan', undefined, { ran: false, id: 'too early', after: 1500 }); await a.ok('#agree', undefined, { id: 'agree' }); await a.h.pause(900); await a.ok('#loan', undefined, { id: 'loan' }); await a.h.pause(900); await a.ok('#agree', undefined, { id: 'agree' }); }),
    account: at(pay, async (a) => { await a.ok('#from'); await a.h.pause(700); await a.ok('.opt', undefined, { nth: a.rnd.int(1, 2), id: 'option' }); }), paid: at(pay, (a) => a.sending(GOOD, '#send', TAKEN)), slip: at(pay, async (a) => { await a.benign(async () => { await a.write([['#who', 'Ann Boat'], ['#to', 'DE02700'], ['#sum', '45']]); await a.h.tap('#send'); await a.h.pause(1100); await a.write([['#to', 'DE02700100200000']]); await a.h.tap('#send'); await a.h.pause(900); }); a.must(await a.js(TAKEN), 'not taken'); }),
    reading: at(terms, (a) => a.reading()), top: at(terms, (a) => a.toTop()), pan: at(terms, (a) => a.pan([600, 700, -300])), day: at(pay, press('#day', { ran: false, ...wait })),
  },
  struggles: {
    peek: at(home, (a) => a.peek('.row', { nth: a.rnd.int(0, 4) })), peeked: at(home, (a) => a.peek('.row', { nth: a.rnd.int(0, 4), how: '#back' })), glance: at(home, (a) => a.peek('#n-terms')), wrong: at(home, (a) => a.peek('#n-cards', { how: '#n-accounts' })),
    circle: at(home, (a) => a.circle(['#n-terms', '#n-cards', '#n-accounts'], { rounds: 2 })), round: at(home, (a) => a.circle([['.row', 2], null], { rounds: 3 })),
    number: at(pay, async (a) => { await fresh(a); await a.amend('#to', ['DE0270', 'DE027001', 'DE02700100', 'DE027001002000'], (x) => x.h.tap('#send'), NOTED); await a.h.wait(9000); await fresh(a); }), refused: at(pay, async (a) => { await fresh(a); await a.refused('#send', [(x) => x.write([['#who', 'Ann']]), (x) => x.write([['#to', 'DE0270']])], NOTED); await a.h.wait(9000); await fresh(a); }),
    abandon: at(pay, async (a) => { await fresh(a); await a.abandon(GOOD.slice(0, 2), (x) => x.follow('#n-accounts')); }), given: at(pay, async (a) => { await fresh(a); await a.abandon([...GOOD, ['#why', 'Boat']], (x) => x.follow('#n-terms')); }),
    loan: at(cards, (a) => a.greyed('#loan')), loans: at(cards, (a) => a.greyed('#loan')), plastic: at(cards, (a) => a.lure('#plastic')), advert: at(home, (a) => a.lure('#ad')), shop: at(booking, (a) => a.lure('#shop')), ad: at(home, (a) => a.deadSwipe('#ad')), card: at(cards, (a) => a.deadSwipe('#plastic')),
    hunt: at(terms, (a) => a.hunt()), squint: at(terms, (a) => a.squint('#tiny')), squinted: at(terms, (a) => a.squint('#tiny')), shake: at(home, (a) => a.shaking({ sel: '#gold', mode: 'slow', req: '/api/gold' })), shaken: at(home, (a) => a.shaking({ sel: '#again', mode: 'slow', req: '/api/balance' })), reload: at(home, (a) => a.reloading({ sel: '#tip' })),
  },
  faults: [
    ...on(home, [{ sel: '#eye', mode: 'dead' }, { sel: '#copy', mode: 'dead' }, { sel: '#again', mode: 'error', req: '/api/balance' }, { sel: '#again', mode: 'slow', req: '/api/balance' }, { sel: '#statement', mode: 'error', req: '/api/statement' }, { sel: '#statement', mode: 'silent' }, { sel: '#statement', mode: 'cover' }, { sel: '#statement', mode: 'off' }, { sel: '#gold', mode: 'slow', req: '/api/gold' }, { sel: '#gold', mode: 'error', req: '/api/gold', quiet: true },
      { sel: '#tip', mode: 'freeze' }, { sel: '#tip', mode: 'throw' }, { sel: '#chip-in', mode: 'dead' }, { sel: '#more', mode: 'error', req: '/api/rows', quiet: true }, { sel: '.row', id: 'row', nth: 1, mode: 'silent' }]),
    ...on(cards, [{ sel: '#abroad', mode: 'cut' }, { sel: '#lock', mode: 'dead' }, { sel: '#up', mode: 'cut' }, { sel: '#tabc', mode: 'cut' }, { sel: '#pin', mode: 'hold' }, { sel: '#renew', mode: 'error', req: '/api/renew' }, { sel: '#renew', mode: 'off' }, { sel: '#renew', mode: 'cover' }, { sel: '#limits', mode: 'freeze' }, { sel: '#q1', mode: 'cut' }]),
    ...on(pay, [{ sel: '#from', mode: 'cut' }, { sel: '#send', mode: 'silent', before: fields, after: sent }, { sel: '#send', mode: 'slow', req: '/api/transfer', before: fields }, { sel: '#send', mode: 'error', req: '/api/transfer', before: fields, after: sent }]),
  ],
};
