import { press, many, select, prose, at, on, each } from '../steps.mjs';

const C = '[data-testid=course]';
const CLAP = '[data-testid=clap]';
const NOTED = "document.querySelector('[data-testid=wrong]') !== null";
const TAKEN = "document.querySelector('#done').textContent.includes('Welcome')";
const GOOD = [['#name', 'Ann Boat'], ['#born', '02.03.1991'], ['#mail', 'ann@example.org']];
const to = (path, sel) => async (a) => { if ((await a.path()) !== path) await a.way(sel); };
const week = to('/club', '#n-week');
const member = to('/club/member', '#n-member');
const me = to('/club/me', '#n-me');
const rules = to('/club/rules', '#n-rules');
const course = async (a) => { if (!(await a.path()).startsWith('/club/course/')) { await week(a); await a.way(C, { nth: a.rnd.int(0, 4) }); } };
/** fresh empties the form before somebody struggles with it. */
const fresh = (a) => a.tidy('#clear');
const begun = async (a) => { await member(a); await fresh(a); };
const fields = (a) => a.benign(() => a.write(GOOD), { id: 'fields' });
const sent = async (a) => { await a.h.wait(9000); await a.ok('#send', undefined, { id: 'sent', after: 1500 }); a.must(await a.js(TAKEN), 'not taken'); };

export default {
  whole: true,
  sessions: 10,
  reset: (a) => a.h.wait(3200),
  take: { benign: 9, faults: 5, struggles: 7 },
  mouseOnly: ['hover', 'lines', 'shake', 'shaken', 'hovering'],
  touchOnly: ['pan', 'slides', 'poster', 'photo', 'graph', 'squint', 'squinted'],
  benign: {
    days: at(week, each(['#d-Mon', '#d-Tue', '#d-Tue'], { after: 600 })), claps: at(week, many(CLAP, 5, 10, 120, 310)), more: at(week, many('#more', 1, 2, 1200, 1900)), free: at(week, many('#free', 1, 3, 1400, 2100)), news: at(week, press('#news', { after: 1500 })), score: at(week, many('#score', 1, 3, 1000, 1700)), cheer: at(week, many('#cheer', 3, 7, 200, 450)), folds: at(week, each(['#q0', '#q1', '#q2'], { after: 600 })), fold: at(week, many('#q1', 2, 2, 800, 1400)), slides: at(week, (a) => a.swipe('#slides', { scrolls: true })),
    find: at(week, (a) => a.ok('#find', async () => { await a.h.press(); await a.h.type('ro'); await a.h.pause(1500); for (let i = 0; i < 2; i++) { await a.h.key('Backspace', 8); await a.h.wait(130); } await a.h.pause(900); }, { ran: true })), hover: at(week, (a) => a.hover([[C, 0], [C, 1], [C, 2], [C, 3]], { rounds: 2 })), hovering: at(week, (a) => a.hover([['#n-week'], ['#n-member'], ['#n-me'], ['#n-rules']], { ms: 330 })), select: at(week, select('#foot', 3)), word: at(week, select('#foot', 2)), prose: at(week, prose('#foot')), again: at(week, (a) => a.reload()),
    noted: at(week, (a) => a.visit(C, async () => { await a.h.pause(900); await a.h.tap('#note'); await a.h.pause(1200); }, { nth: 1, how: '#back' })), studied: at(week, (a) => a.visit(C, async () => { await a.h.read(8000); await a.h.turn(450); await a.h.read(4000); }, { nth: 2 })), clapping: at(week, async (a) => { await a.h.aim(C, 0); await a.benign(async () => { for (let i = 0; i < 3; i++) { await a.follow(C, i); await a.h.pause(900); await a.h.tap('#clapc'); await a.h.pause(1500); await a.follow('#back'); await a.h.pause(1100); } }, { id: 'clapping' }); }),
    join: at(course, press('#join', { after: 1500 })), remind: at(course, press('#remind', { after: 1500 })), seats: at(course, many('#seat', 4, 8)), fewer: at(course, async (a) => { await a.times('#seat', 5); await a.h.pause(500); await a.times('#fewer', 3); }), note: at(course, many('#note', 2, 3, 700, 1200)), tabs: at(course, each(['#t-where', '#t-who', '#t-what'])), code: at(course, (a) => a.holding('#code')), clapc: at(course, many('#clapc', 4, 9, 130, 320)), lines: at(course, (a) => a.lines('[data-testid=par]', { nth: 1, n: 3 })),
    push: at(me, many('[data-testid=push]', 2, 3, 700, 1100)), mail: at(me, many('[data-testid=mail]', 1, 2, 900, 1300)), pay: at(me, press('#pay', { after: 1500 })), medal: at(me, many('#medal', 1, 3, 800, 1300)), stay: at(me, async (a) => { await a.ok('#leave'); await a.h.pause(1400); await a.ok('#stay', undefined, { id: 'stay' }); }), key: at(me, async (a) => { await a.ok('#key', undefined, { ran: false, id: 'too early', after: 1500 }); await a.ok('[data-testid=read]', undefined, { id: 'read' }); await a.h.pause(900); await a.ok('#key', undefined, { id: 'key' }); await a.h.pause(900); await a.ok('[data-testid=read]', undefined, { id: 'read' }); }),
    joined: at(begun, (a) => a.sending(GOOD, '#send', TAKEN)), slip: at(begun, async (a) => { await a.benign(async () => { await a.write([['#name', 'Ann Boat'], ['#born', '2.3.91'], ['#mail', 'ann@example.org']]); await a.h.tap('#send'); await a.h.pause(1400); await a.write([['#born', '02.03.1991']]); await a.h.tap('#send'); await a.h.pause(900); }); a.must(await a.js(TAKEN), 'not taken'); }),
    reading: at(rules, (a) => a.reading()), top: at(rules, (a) => a.toTop()), pan: at(rules, (a) => a.pan([600, 700, -300])),
  },
  struggles: {
    peek: at(week, (a) => a.peek(C, { nth: a.rnd.int(0, 4) })), peeked: at(week, (a) => a.peek(C, { nth: a.rnd.int(0, 4), how: '#back' })), wrong: at(week, (a) => a.peek('#n-me', { how: '#n-week' })), circle: at(week, (a) => a.circle(['#n-rules', '#n-me', '#n-week'], { rounds: 2 })), round: at(week, (a) => a.circle([[C, 3], '#back'], { rounds: 3 })),
    born: at(begun, async (a) => { await a.amend('#born', ['2.3.91', '2 March 1991', '02/03/1991', '1991'], (x) => x.h.tap('#send'), NOTED); await a.h.wait(9000); await fresh(a); }), refused: at(begun, async (a) => { await a.refused('#send', [(x) => x.write([['#name', 'Ann Boat']]), (x) => x.write([['#mail', 'ann@home']])], NOTED); await a.h.wait(9000); await fresh(a); }),
    abandon: at(begun, (a) => a.abandon(GOOD.slice(0, 2), (x) => x.follow('#n-week'))), given: at(begun, (a) => a.abandon([...GOOD, ['#why', 'Friends']], (x) => x.follow('#n-rules'))), key: at(me, (a) => a.greyed('#key')), keys: at(me, (a) => a.greyed('#key')), level: at(week, (a) => a.lure('[data-testid=level]', { nth: 2 })), badge: at(course, (a) => a.lure('#badge')), card: at(member, (a) => a.lure('#card')),
    poster: at(week, (a) => a.deadSwipe('#poster')), photo: at(course, (a) => a.deadSwipe('#photo')), graph: at(me, (a) => a.deadSwipe('#graph')), hunt: at(rules, (a) => a.hunt()), squint: at(rules, (a) => a.squint('#tiny')), squinted: at(rules, (a) => a.squint('#tiny')), shake: at(week, (a) => a.shaking({ sel: '#score', mode: 'slow', req: '/api/score' })), shaken: at(me, (a) => a.shaking({ sel: '#pay', mode: 'slow', req: '/api/pay' })), reload: at(week, (a) => a.reloading({ sel: CLAP, id: 'clap', nth: 1 })),
  },
  faults: [
    ...on(week, [{ sel: '#cheer', mode: 'dead', mood: 'hammer' }, { sel: CLAP, id: 'clap', nth: 1, mode: 'dead', mood: 'hammer' }, { sel: C, id: 'open', nth: 1, mode: 'silent' }, { sel: '#d-Wed', mode: 'dead' }, { sel: '#q1', mode: 'cut' }, { sel: '#news', mode: 'silent' }, { sel: '#news', mode: 'cover' }, { sel: '#news', mode: 'error', req: '/api/news' }, { sel: '#score', mode: 'error', req: '/api/score', quiet: true }, { sel: '#free', mode: 'slow', req: '/api/hall' }, { sel: '#cheer', mode: 'freeze' }, { sel: '#cheer', mode: 'throw' }]),
    ...on(course, [{ sel: '#code', mode: 'hold' }, { sel: '#code', mode: 'hold' }, { sel: '#seat', mode: 'silent', mood: 'hammer' }, { sel: '#t-who', mode: 'cut' }, { sel: '#note', mode: 'dead', mood: 'hammer' }, { sel: '#join', mode: 'slow', req: '/api/join' }, { sel: '#remind', mode: 'dead' }, { sel: '#note', mode: 'freeze' }]),
    ...on(me, [{ sel: '#pay', mode: 'error', req: '/api/pay' }, { sel: '#medal', mode: 'silent' }, { sel: '#leave', mode: 'cut' }]),
    ...on(begun, [{ sel: '#send', mode: 'silent', before: fields, after: sent }, { sel: '#send', mode: 'dead', before: fields, after: sent }]),
  ],
};
