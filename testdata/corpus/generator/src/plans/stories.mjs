import { press, select, prose } from '../steps.mjs';

const at = (sel, act, nth = 0) => async (a) => { await a.follow(sel, nth); await a.h.pause(900); await act(a); };
const bad = (id) => `document.getElementById('${id}bad') !== null`;
const GOOD = "document.querySelector('.toast:not(.bad)') !== null";
const NEW = [['#title', 'By the sea'], ['#place', 'Northport'], ['#short', 'sea26']];
const nth = (a) => a.rnd.int(0, 2);

export default {
  take: { benign: 8, struggles: 5 },
  mouseOnly: ['lines', 'look', 'round', 'scrawl', 'slowly', 'deadly'],
  touchOnly: ['bubbles', 'photos', 'more', 'pan', 'enlarge', 'closer', 'ad', 'fine', 'tiny', 'coats'],
  async reset(a) { if ((await a.path()) !== '/stories') await a.follow('#logo'); },
  benign: {
    bubbles: (a) => a.swipe('#bubbles'), photos: (a) => a.swipe('.photos', { n: 2 }),
    more: (a) => a.pan([900, 800, 900, 800]), endless: (a) => a.pan([700, 600, 800]), pan: at('#rules', (a) => a.pan([600, 600, 700])),
    enlarge: at('.open', (a) => a.pinching('#photo', { groups: 2 }), 1), closer: at('.open', (a) => a.pinching('#photo', { n: 3, groups: 3 }), 0),
    story: (a) => a.visit('.open', async () => { await a.h.read(3000); await a.h.turn(200); await a.h.read(6000); }, { nth: nth(a), how: '#closes' }),
    liking: (a) => a.visit('.open', async () => { await a.h.pause(1200); await a.h.tap('#heart'); await a.h.pause(1500); }, { nth: nth(a) }),
    onward: at('.open', async (a) => { await a.h.aim('#onward'); await a.benign(async () => { await a.lead(() => a.h.press()); for (let i = 0; i < 3; i++) { await a.h.wait(a.rnd.range(1500, 2800)); await a.follow('#onward'); } }); }, 0),
    halt: at('.open', (a) => a.holding('#halt', { n: 2 }), 2),
    draw: at('#sheet', (a) => a.touch ? a.ok('#paper', async () => { for (let i = 0; i < 5; i++) { const r = await a.h.rect('#paper'); a.h.x = r.x + r.w * a.rnd.range(0.2, 0.3); a.h.y = r.y + r.h * a.rnd.range(0.2, 0.8); await a.h.fling(150, a.rnd.range(-20, 20)); await a.h.wait(400); } }, { ran: true }) : a.scribble('#paper')),
    scrawl: at('#sheet', (a) => a.scribble('#paper', { n: 20 })), round: at('#sheet', (a) => a.circles('#paper')),
    look: (a) => a.hover([['.like', 0], ['.face', 0], ['.say', 0], ['.open', 0]], { ms: 420, rounds: 2 }),
    lines: at('#rules', (a) => a.lines('.para', { nth: 2 })), reading: at('#rules', (a) => a.reading()), top: at('#rules', (a) => a.toTop()),
    sent: at('#compose', (a) => a.sending(NEW, '#share', GOOD)),
    once: at('#compose', async (a) => { await a.benign(async () => { await a.write(NEW.slice(0, 2)); await a.h.tap('#share'); await a.h.pause(1000); a.must(await a.js(bad('short')), 'no complaint'); await a.write(NEW.slice(2)); await a.h.tap('#share'); await a.h.pause(900); }); a.must(await a.js(GOOD), 'not taken'); }),
    likes: (a) => a.times('.like', a.rnd.int(4, 8), 150, 320, { nth: 1 }), follow: press('#follow'), select: select('.say', 3), prose: prose('.say'),
  },
  struggles: {
    tags: (a) => a.lure('.tag', { nth: nth(a) }), faces: (a) => a.lure('.face', { nth: nth(a) }), advert: (a) => a.lure('#ad'),
    ad: (a) => a.deadSwipe('#ad'), coats: (a) => a.deadSwipe('#ad', { n: 3 }),
    slowly: (a) => a.shaking({ sel: '#fresh', mode: 'slow', req: '/api/fresh' }), deadly: (a) => a.shaking({ sel: '#tidy', mode: 'dead' }),
    peek: (a) => a.peek('.open', { nth: nth(a) }), peeking: (a) => a.peek('.open', { nth: nth(a), how: '#closes' }),
    circle: (a) => a.circle([['.open', 0], '#closes'], { rounds: a.rnd.int(2, 3) }), go: (a) => a.circle(['#rules', '#logo'], { rounds: 2 }),
    hunt: at('#rules', async (a) => { await a.h.read(1500); await a.hunt(); }),
    short: at('#compose', async (a) => { await a.write(NEW.slice(0, 2)); await a.amend('#short', ['sea', 'Sea26', 'sea-26', 'sea 26'], (x) => x.h.tap('#share'), bad('short')); }),
    refused: at('#compose', (a) => a.refused('#share', [(x) => x.write([NEW[0]]), (x) => x.write([NEW[1], ['#short', 'sea']])], bad('short'))),
    abandon: at('#compose', (a) => a.abandon(NEW.slice(0, a.rnd.int(2, 3)), (x) => x.follow('#logo'))),
    fine: at('.open', (a) => a.squint('#fine'), 2), tiny: at('#rules', (a) => a.squint('#tiny')),
    halt: at('.open', (a) => a.fault({ sel: '#halt', mode: 'hold' }), 1),
  },
  last: [at('#compose', (a) => a.abandon(NEW.slice(0, 2)))],
  faults: [{ sel: '#fresh', mode: 'error', req: '/api/fresh', quiet: true }, { sel: '#follow', mode: 'error', req: '/api/follow' }, { sel: '#follow', mode: 'cover' }, { sel: '#tidy', mode: 'freeze' }, { sel: '#tidy', mode: 'throw' }, { sel: '.like', id: 'like', mode: 'dead', nth: 0 }],
};
