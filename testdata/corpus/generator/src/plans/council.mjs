import { press, many, select, prose, at, on, each } from '../steps.mjs';

const NOTED = "document.querySelector('form .no') !== null";
const TAKEN = "document.querySelector('#thanks').textContent.includes('Taken')";
const STALL = [['#firm', 'Green corner'], ['#wares', 'Apples'], ['#metres', '3']];
const MOVE = [['#who', 'Ann Boat'], ['#post', '24103'], ['#from', '3.10.']];
const to = (path, sel) => async (a) => { if ((await a.path()) !== path) await a.way(sel); };
const hall = to('/council', '#n-hall');
const permit = to('/council/permit', '#n-permit');
const move = to('/council/move', '#n-move');
const law = to('/council/law', '#n-law');
const notice = async (a) => { if (!(await a.path()).startsWith('/council/n/')) { await hall(a); await a.way('.see', { nth: a.rnd.int(0, 3) }); } };
/** fresh empties the form before somebody struggles with it. */
const fresh = (a) => a.tidy('#clear');
const stall = async (a) => { await permit(a); await fresh(a); };
const house = async (a) => { await move(a); await fresh(a); };
const fields = (list) => (a) => a.benign(() => a.write(list), { id: 'fields' });
const sent = async (a) => { await a.h.wait(9000); await a.ok('#send', undefined, { id: 'sent', after: 1500 }); a.must(await a.js(TAKEN), 'not taken'); };
const slip = (all, sel, bad, good) => async (a) => { await a.benign(async () => { await a.write(all.map(([s, t]) => [s, s === sel ? bad : t])); await a.submit('#send'); await a.h.pause(1500); await a.write([[sel, good]]); await a.submit('#send'); await a.h.pause(1000); }); a.must(await a.js(TAKEN), 'not taken'); };

export default {
  whole: true,
  sessions: 10,
  reset: (a) => a.h.wait(3200),
  take: { benign: 9, faults: 5, struggles: 7 },
  mouseOnly: ['hover', 'lines', 'shake', 'shaken', 'hovering'],
  touchOnly: ['pan', 'strip', 'photo', 'sketch', 'squint', 'squinted'],
  last: [async (a) => { await stall(a); await a.abandon(STALL.slice(0, 2)); }, async (a) => { await a.ok('h1', undefined, { ran: false, after: 3000 }); }],
  benign: {
    wait: at(hall, many('#wait', 1, 3, 1300, 2100)), ring: at(hall, press('#ring', { after: 1500 })), tide: at(hall, many('#tide', 2, 4, 900, 1600)), paper: at(hall, many('#paper', 1, 3, 1200, 1900)), news: at(hall, press('#post', { after: 1500 })), loud: at(hall, many('#loud', 2, 2, 1200, 1800)), sun: at(hall, many('#sun', 4, 9, 130, 320)), plan: at(hall, press('#plan', { ran: true, after: 2600 })), pages: at(hall, each(['#p1', '#p2', '#p0'], { after: 900 })), wards: at(hall, each(['#wQuay', '#wHill'], { after: 1100 })), folds: at(hall, each(['#d0', '#d1', '#d2'], { after: 600 })), fold: at(hall, many('#d1', 2, 2, 900, 1400)),
    find: at(hall, (a) => a.ok('#q', async () => { await a.h.press(); await a.h.type('bri'); await a.h.pause(1900); for (let i = 0; i < 3; i++) { await a.h.key('Backspace', 8); await a.h.wait(140); } await a.h.pause(1200); }, { ran: true })), select: at(hall, select('#note', 3)), word: at(hall, select('#note', 2)), prose: at(hall, prose('#note')), hover: at(hall, (a) => a.hover([['.see', 0], ['.see', 1], ['.see', 2], ['.see', 3]], { rounds: 2 })), hovering: at(hall, (a) => a.hover([['#n-hall'], ['#n-permit'], ['#n-move'], ['#n-law']], { rounds: 1, ms: 320 })), again: at(hall, (a) => a.reload()),
    followed: at(hall, (a) => a.visit('.see', async () => { await a.h.pause(900); await a.h.tap('#follow'); await a.h.pause(1300); }, { nth: 1, how: '#up' })), studied: at(hall, (a) => a.visit('.see', async () => { await a.h.read(7000); await a.h.turn(500); await a.h.read(5000); }, { nth: 2 })), raising: at(hall, async (a) => { await a.h.aim('.see', 0); await a.benign(async () => { for (let i = 0; i < 3; i++) { await a.follow('.see', i); await a.h.pause(1000); await a.h.tap('#hand'); await a.h.pause(1500); await a.follow('#up'); await a.h.pause(1100); } }, { id: 'raising' }); }),
    copies: at(notice, many('#more', 4, 8)), fewer: at(notice, async (a) => { await a.times('#more', 5); await a.h.pause(500); await a.times('#less', 3); }), follow: at(notice, many('#follow', 1, 3, 900, 1500)), tabs: at(notice, each(['#t-where', '#t-who', '#t-what'])), hand: at(notice, many('#hand', 1, 3, 900, 1600)), mail: at(notice, press('#mail', { after: 1500 })), seal: at(notice, (a) => a.holding('#seal')), lines: at(notice, (a) => a.lines('.par', { nth: 1, n: 3 })),
    badge: at(permit, async (a) => { await a.ok('#badge', undefined, { ran: false, id: 'too early', after: 1500 }); await a.ok('#paid', undefined, { id: 'paid' }); await a.h.pause(900); await a.ok('#badge', undefined, { id: 'badge' }); await a.h.pause(900); await a.ok('#paid', undefined, { id: 'paid' }); }),
    asked: at(stall, (a) => a.sending(STALL, '#send', TAKEN)), told: at(house, (a) => a.sending(MOVE, '#send', TAKEN)), slip: at(stall, slip(STALL, '#metres', '30', '3')), slipped: at(house, slip(MOVE, '#post', '2410', '24103')),
    reading: at(law, (a) => a.reading()), top: at(law, (a) => a.toTop()), pan: at(law, (a) => a.pan([600, 700, -300])), strip: at(law, (a) => a.swipe('#strip', { scrolls: true })),
  },
  struggles: {
    peek: at(hall, (a) => a.peek('.see', { nth: a.rnd.int(0, 3) })), glance: at(hall, (a) => a.peek('#n-law', { how: '#n-hall' })), wrong: at(hall, (a) => a.peek('#n-permit')), circle: at(hall, (a) => a.circle(['#n-law', '#n-move', '#n-hall'], { rounds: 2 })), round: at(hall, (a) => a.circle([['.see', 3], '#up'], { rounds: 3 })),
    metres: at(stall, async (a) => { await a.amend('#metres', ['30', 'three', '12', '0'], (x) => x.submit('#send'), NOTED); await a.h.wait(9000); await fresh(a); }), post: at(house, async (a) => { await a.amend('#post', ['2410', 'D-24103', '24 10'], (x) => x.submit('#send'), NOTED); await a.h.wait(9000); await fresh(a); }),
    refused: at(stall, async (a) => { await a.refused('#send', [(x) => x.write([['#firm', 'Green corner']]), (x) => x.write([['#metres', '40']])], NOTED); await a.h.wait(9000); await fresh(a); }), sentback: at(house, async (a) => { await a.refused('#send', [(x) => x.write([['#who', 'Ann Boat']])], NOTED); await a.h.wait(9000); await fresh(a); }),
    abandon: at(house, (a) => a.abandon(MOVE.slice(0, 2), (x) => x.follow('#n-hall'))), given: at(stall, (a) => a.abandon(STALL, (x) => x.follow('#n-law'))), badge: at(permit, (a) => a.greyed('#badge')), crest: at(hall, (a) => a.lure('#crest')), stamp: at(notice, (a) => a.lure('#stamp')), ward: at(hall, (a) => a.lure('.ward', { nth: 2 })),
    photo: at(notice, (a) => a.deadSwipe('#photo')), sketch: at(permit, (a) => a.deadSwipe('#sketch')), hunt: at(law, (a) => a.hunt()), squint: at(law, (a) => a.squint('#tiny')), squinted: at(law, (a) => a.squint('#tiny')), shake: at(hall, (a) => a.shaking({ sel: '#paper', mode: 'slow', req: '/api/paper' })), shaken: at(hall, (a) => a.shaking({ sel: '#post', mode: 'slow', req: '/api/post' })), reload: at(hall, (a) => a.reloading({ sel: '#ring', id: 'ring' })),
  },
  faults: [
    ...on(hall, [{ sel: '#loud', mode: 'dead' }, { sel: '#sun', mode: 'dead', mood: 'hammer' }, { sel: '#p1', mode: 'cut' }, { sel: '#wHill', mode: 'cut', mood: 'hammer' }, { sel: '#ring', mode: 'silent' }, { sel: '#ring', mode: 'dead', mood: 'hammer' }, { sel: '#d1', mode: 'cut' }, { sel: '#ring', mode: 'cover' }, { sel: '#tide', mode: 'off' }, { sel: '#wait', mode: 'slow', req: '/council/do/wait' }, { sel: '#tide', mode: 'error', req: '/council/do/tide' }, { sel: '#wait', mode: 'error', req: '/council/do/wait', quiet: true }, { sel: '#loud', mode: 'freeze' }, { sel: '#post', mode: 'error', req: '/api/post' }, { sel: '.see', id: 'see', nth: 0, mode: 'cut' }]),
    ...on(notice, [{ sel: '#seal', mode: 'hold' }, { sel: '#seal', mode: 'hold' }, { sel: '#more', mode: 'silent', mood: 'hammer' }, { sel: '#follow', mode: 'dead' }, { sel: '#t-who', mode: 'dead' }, { sel: '#t-where', mode: 'silent' }, { sel: '#hand', mode: 'slow', req: '/council/do/hand' }, { sel: '#mail', mode: 'error', req: '/council/do/mail' }, { sel: '#follow', mode: 'freeze' }]),
    ...on(stall, [{ sel: '#send', mode: 'silent', before: fields(STALL), after: sent }, { sel: '#send', mode: 'dead', before: fields(STALL), after: sent }]),
  ],
};
