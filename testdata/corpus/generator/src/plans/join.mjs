import { press, many, typing, select, prose, wait } from '../steps.mjs';

const NOTED = "document.querySelector('form em') !== null";
const WELCOME = "document.querySelector('.toast:not(.bad)') !== null";
const good = [['#mail', 'ann@example.org'], ['#name', 'ann'], ['#pass', 'blue-boat-17']];
/** form goes to the form, where all but the screens' own struggles happen. */
const form = async (a) => { if ((await a.path()) !== '/join') { await a.h.wait(7500); await a.follow('#formlink'); await a.h.pause(900); } };

/** fresh empties the form before somebody struggles with it. */
const fresh = async (a) => { await a.h.tap('#clear'); await a.h.pause(2600); };

export default {
  take: { benign: 8, faults: 4, struggles: 4 },
  mouseOnly: ['menu', 'reading', 'shake'],
  touchOnly: ['badge2', 'squint', 'squinted', 'pan'],
  reset: async (a) => { await form(a); await a.h.wait(3200); },
  benign: {
    seats: many('#moreseats', 4, 8), fewer: async (a) => { await a.times('#moreseats', 4); await a.h.pause(600); await a.times('#less', 3); }, eye: many('#eye', 2, 4, 500, 1000), news: many('#news', 1, 3, 500, 900), terms: many('#terms', 1, 2, 700, 1100),
    plan: async (a) => { for (const p of ['team', 'large']) await a.ok(`#plan-${p}`, undefined, { after: 500 }); }, land: async (a) => { await a.ok('.rs__control'); await a.h.pause(500); await a.ok('.rs__option', undefined, { nth: a.rnd.int(1, 4), id: 'option' }); },
    tongue: async (a) => { await a.ok('#tongue'); await a.h.pause(700); await a.ok('.item', undefined, { nth: a.rnd.int(1, 2), id: 'item' }); }, tour: async (a) => { await a.ok('#tour'); await a.h.pause(1200); await a.ok('#got', undefined, { id: 'got' }); }, invite: press('#invite', wait), name: typing('#name', 'robin'),
    tabs: async (a) => { for (const t of ['#tabb', '#tabc', '#taba']) await a.ok(t, undefined, { after: 500 }); }, faq: many('#faq1', 1, 2, 800, 1300), strong: many('#strong', 3, 5, 400, 800), coupon: press('#coupon'), preview: (a) => a.holding('#peek'),
    joined: (a) => a.sending(good, '#join', WELCOME), typo: async (a) => { await a.benign(async () => { await a.write([['#mail', 'annexample.org'], ['#name', 'ann'], ['#pass', 'blue-boat-17']]); await a.h.tap('#join'); await a.h.pause(1200); await a.write([['#mail', 'ann@example.org']]); await a.h.tap('#join'); await a.h.pause(900); }); a.must(await a.js(WELCOME), 'not taken'); },
    help: (a) => a.visit('#help', async () => { await a.h.read(9000); await a.h.tap('#wave'); await a.h.pause(1500); }, { how: '#formlink' }), applause: (a) => a.visit('#front', async () => { await a.h.pause(900); await a.h.tap('#wave'); await a.h.pause(900); }),
    menu: (a) => a.hover(['#tongue', '#tour', '#invite'], { rounds: 2 }), reading: (a) => a.lines('#blurb', { n: 2 }), pan: (a) => a.pan([400, -300]), select: select('#blurb', 3), prose: prose('#blurb'), again: (a) => a.reload(),
  },
  struggles: {
    mail: async (a) => { await fresh(a); await a.amend('#mail', ['ann', 'ann@', 'ann@home', 'ann @home'], (x) => x.h.tap('#join'), NOTED); },
    refused: async (a) => { await fresh(a); await a.refused('#join', [(x) => x.write([['#name', 'ann']]), (x) => x.write([['#pass', 'boat']])], NOTED); },
    abandon: async (a) => { await fresh(a); await a.abandon([['#mail', 'ann@example.org'], ['#name', 'ann']], (x) => x.follow('#front')); },
    peek: (a) => a.peek('#help'), peeked: (a) => a.peek('#front', { how: '#formlink' }), circle: (a) => a.circle(['#front', '#help', '#formlink'], { rounds: 2 }), round: (a) => a.circle(['#help', null], { rounds: 3 }),
    reload: (a) => a.reloading({ sel: '#strong' }), badge: (a) => a.lure('#badge'), badge2: (a) => a.deadSwipe('#badge'), squint: (a) => a.squint('#fine'), squinted: (a) => a.squint('#fine'),  shake: (a) => a.shaking({ sel: '#free', mode: 'slow', req: '/api/name' }),
  },
  faults: [{ sel: '#join', mode: 'off' }, { sel: '#join', mode: 'error', req: '/api/join', before: (a) => a.write(good) }, { sel: '#join', mode: 'slow', req: '/api/join', before: (a) => a.write(good) }, { sel: '#join', mode: 'silent', before: (a) => a.write(good) }, { sel: '#coupon', mode: 'error', req: '/api/coupon' }, { sel: '#free', mode: 'slow', req: '/api/name' },
    { sel: '#free', mode: 'error', req: '/api/name', quiet: true }, { sel: '#news', mode: 'dead' }, { sel: '#news', mode: 'cut' }, { sel: '#tongue', mode: 'cut' }, { sel: '#faq0', mode: 'cut' }, { sel: '#faq2', mode: 'cut' }, { sel: '#terms', mode: 'cover' }, { sel: '#eye', mode: 'dead' }, { sel: '#moreseats', mode: 'dead' }, { sel: '#strong', mode: 'freeze' },
    { sel: '#strong', mode: 'throw' }, { sel: '#peek', mode: 'hold' }, { sel: '#coupon', mode: 'off', aria: true }, { sel: '#tour', mode: 'cover' }],
};
