import { select as mark, prose as words, many as times, press as once } from '../steps.mjs';

const NOTED = "[...document.querySelectorAll('.bad')].some((e) => e.textContent.trim())";
const TAKEN = "document.querySelector('.toast:not(.bad)') !== null";
const GOOD = [['#mail', 'ann@example.org'], ['#who', 'Ann']];
/** Screens are left slowly, so that only the struggles among them look like it. */
const open = async (a, sel, nth) => { await a.h.wait(7500); await a.follow(sel, nth); await a.h.pause(1200); };
const front = async (a) => { if ((await a.path()) !== '/magazine') await open(a, '#logo'); };
const letter = async (a) => { if ((await a.path()) !== '/magazine/letter') { await front(a); await open(a, '#letter'); } };
const essay = async (a) => { if (!(await a.path()).startsWith('/magazine/a/')) { await front(a); await open(a, '.essay', a.rnd.int(0, 2)); } };
const at = (reach, step) => async (a) => { await reach(a); await step(a); };
const many = (...p) => at(essay, times(...p));
const press = (...p) => at(essay, once(...p));
const on = (reach, list) => list.map((f) => ({ ...f, before: reach }));

/** fresh empties the form before somebody struggles with it. */
const fresh = async (a) => { await a.h.tap('#clear'); await a.h.pause(2600); };

export default {
  // Messages are gone before the next thing is done.
  reset: (a) => a.h.wait(3200),
  take: { benign: 8, faults: 3, struggles: 5 },
  mouseOnly: ['hover', 'lines', 'shake'],
  touchOnly: ['pan', 'wide', 'figure', 'hero', 'squint', 'squinted'],
  benign: {
    claps: many('#clap', 6, 12, 110, 280), mark: many('#mark', 2, 4, 500, 900), bigger: many('#bigger', 3, 6), smaller: at(essay, async (a) => { await a.times('#bigger', 3); await a.h.pause(500); await a.times('#smaller', 4); }), listen: press('#listen'), gift: press('#gift'), keep: press('#keep'), quote: many('#quote', 2, 4, 600, 1100), simple: press('#simple'), wide: at(essay, (a) => a.swipe('#wide', { scrolls: true })),
    reading: at(essay, (a) => a.reading()), lines: at(essay, (a) => a.lines('.para', { nth: 1 })), top: at(essay, (a) => a.toTop()), select: at(essay, mark('.para', 3)), word: at(essay, mark('.para', 2)), prose: at(essay, words('.para')), tags: at(front, async (a) => { for (const t of ['#tag-sea', '#tag-town', '#tag-all']) await a.ok(t, undefined, { after: 500 }); }), scan: at(front, (a) => a.reading()), pan: at(front, (a) => a.pan([500, 600, -400])),
    hover: at(front, (a) => a.hover([['.essay', 0], ['.essay', 1], ['.essay', 2]], { rounds: 3 })), essays: at(front, async (a) => { await a.h.aim('.essay', 0); await a.benign(async () => { await a.lead(() => a.h.press()); for (let i = 0; i < 2; i++) { await a.h.read(6000); await a.follow('#nextone'); } }); }), kept: at(front, (a) => a.visit('.essay', async () => { await a.h.pause(700); await a.h.tap('#mark'); await a.h.pause(700); }, { nth: 1 })), clapped: at(front, (a) => a.visit('.essay', async () => { await a.h.turn(500); await a.h.read(8000); await a.h.tap('#clap'); await a.h.pause(900); }, { nth: 2, how: '#logo' })),
    alerts: at(letter, times('#alerts', 2, 3, 600, 1000)), sent: at(letter, (a) => a.sending(GOOD, '#subscribe', TAKEN)), slip: at(letter, async (a) => { await a.benign(async () => { await a.write([['#mail', 'ann@example'], ['#who', 'Ann']]); await a.h.tap('#subscribe'); await a.h.pause(1100); await a.write([['#mail', 'ann@example.org']]); await a.h.tap('#subscribe'); await a.h.pause(900); }); a.must(await a.js(TAKEN), 'not taken'); }), again: at(front, (a) => a.reload()),
  },
  struggles: {
    hunt: at(front, (a) => a.hunt()), hunting: at(essay, (a) => a.hunt()), peek: at(front, (a) => a.peek('.essay', { nth: a.rnd.int(0, 2) })), peeked: at(front, (a) => a.peek('#aboutlink', { how: '#logo' })), circle: at(front, (a) => a.circle(['#aboutlink', '#logo'], { rounds: 3 })), round: at(front, (a) => a.circle(['#letter', null], { rounds: 3 })),
    mail: at(letter, async (a) => { await fresh(a); await a.amend('#mail', ['ann', 'ann@', 'ann@home', 'ann@home.'], (x) => x.h.tap('#subscribe'), NOTED); }), refused: at(letter, async (a) => { await fresh(a); await a.refused('#subscribe', [(x) => x.write([['#who', 'Ann']]), (x) => x.write([['#mail', 'ann@home']])], NOTED); }), abandon: at(letter, async (a) => { await fresh(a); await a.abandon(GOOD, (x) => x.follow('#logo')); }),
    by: at(front, (a) => a.lure('.by', { id: 'author' })), picture: at(essay, (a) => a.lure('#figure')), hero: at(front, (a) => a.deadSwipe('#hero')), figure: at(essay, (a) => a.deadSwipe('#figure')), squint: at(essay, (a) => a.squint('#fine')), squinted: at(essay, (a) => a.squint('#fine')), shake: at(essay, (a) => a.shaking({ sel: '#listen', mode: 'slow', req: '/api/voice' })),
  },
  faults: [
    ...on(essay, [{ sel: '#clap', mode: 'dead' }, { sel: '#mark', mode: 'dead' }, { sel: '#bigger', mode: 'dead' }, { sel: '#listen', mode: 'slow', req: '/api/voice' }, { sel: '#listen', mode: 'error', req: '/api/voice', quiet: true }, { sel: '#gift', mode: 'error', req: '/api/gift' }, { sel: '#gift', mode: 'off' }, { sel: '#gift', mode: 'silent' }, { sel: '#keep', mode: 'error', req: '/api/keep' }, { sel: '#keep', mode: 'slow', req: '/api/keep' }, { sel: '#quote', mode: 'freeze' }, { sel: '#quote', mode: 'throw' }, { sel: '#simple', mode: 'cover' }, { sel: '#simple', mode: 'dead' }]),
    ...on(front, [{ sel: '#tag-sea', mode: 'dead' }]), ...on(letter, [{ sel: '#alerts', mode: 'dead' }, { sel: '#subscribe', mode: 'off' }]),
  ],
};
