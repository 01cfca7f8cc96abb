import { press, many, select, prose } from '../steps.mjs';

const GOOD = "document.querySelector('.toast:not(.bad)') !== null";
const bad = (id) => `document.getElementById('${id}bad').textContent !== ''`;

export default {
  loads: true,
  mouseOnly: ['lines', 'wait', 'menu'],
  touchOnly: ['banner', 'figure', 'squint', 'table', 'pan'],
  async reset(a) { if ((await a.path()) !== '/manual') await a.follow('#logo'); },
  benign: {
    reading: async (a) => { await a.follow('#c-brewing'); await a.h.pause(900); await a.reading(); },
    down: (a) => a.reading(),
    top: (a) => a.toTop(),
    lines: async (a) => { await a.h.pause(300); await a.lines('.para', { nth: 2 }); },
    menu: (a) => a.hover([['.chapter', 0], ['.chapter', 1], ['.chapter', 2], ['.chapter', 3], ['.chapter', 4]], { rounds: 2 }),
    chapter: (a) => a.visit('#c-cleaning', async () => { await a.h.read(3000); await a.h.turn(500); await a.h.read(5000); await a.h.turn(400); await a.h.read(4000); }),
    copying: (a) => a.visit('#c-setup', async () => { await a.h.pause(900); await a.h.tap('.copy', 0); await a.h.pause(1400); }, { how: '#over' }),
    chapters: async (a) => { await a.h.aim('#c-setup'); await a.benign(async () => { await a.lead(() => a.h.press()); for (let i = 0; i < 3; i++) { await a.h.wait(a.rnd.range(1800, 3600)); await a.follow('#following'); } }); },
    search: async (a) => { await a.h.aim('#find'); await a.benign(async () => { await a.h.press(); for (const q of ['valve', 'seal', 'lid turn']) { await a.js("document.querySelector('#find').select()"); await a.h.type(q); await a.h.pause(1500); } }, { at: '#find' }); },
    sent: (a) => a.sending([['#mail', 'ann@example.org'], ['#missing', 'The tank']], '#tell', GOOD),
    typo: async (a) => { await a.benign(async () => { await a.write([['#missing', 'How to drain'], ['#mail', 'ann.example.org']]); await a.h.tap('#tell'); await a.h.pause(900); await a.write([['#mail', 'ann@example.org']]); await a.h.tap('#tell'); await a.h.pause(700); }); a.must(await a.js(GOOD), 'not taken'); },
    again: (a) => a.reload(),
    table: async (a) => { await a.follow('#c-parts'); await a.h.pause(600); await a.swipe('#wide', { scrolls: true }); },
    pan: (a) => a.pan([600, 500, 700]),
    larger: many('#large', 3, 5, 300, 600), pdf: press('#pdf'), offline: press('#offline'), select: select('.say', 3), prose: prose('.say'),
  },
  struggles: {
    hunt: async (a) => { await a.follow('#c-faults'); await a.h.read(2500); await a.hunt(); },
    hunting: (a) => a.hunt(),
    peek: (a) => a.peek('.chapter', { nth: a.rnd.int(0, 4) }),
    peeking: (a) => a.peek('.chapter', { nth: a.rnd.int(0, 4), how: '#over' }),
    circle: (a) => a.circle(['#c-faults', '#over'], { rounds: a.rnd.int(2, 3) }),
    round: (a) => a.circle(['#c-parts', null], { rounds: 2 }),
    reload: (a) => a.reloading({ sel: '#model' }),
    cover: (a) => a.lure('#hero'),
    term: (a) => a.lure('#term'),
    banner: (a) => a.deadSwipe('#hero'),
    figure: async (a) => { await a.follow('#c-brewing'); await a.h.pause(700); await a.deadSwipe('#figure'); },
    squint: async (a) => { await a.follow('#c-setup'); await a.h.read(2000); await a.squint('#small'); },
    wait: (a) => a.shaking({ sel: '#model', mode: 'slow', req: '/api/model' }),
    mail: (a) => a.amend('#mail', ['ann', 'ann@', 'ann@home', 'ann@home,org'], (x) => x.h.tap('#tell'), bad('mail')),
    refused: (a) => a.refused('#tell', [(x) => x.write([['#missing', 'The lid']]), (x) => x.write([['#mail', 'ann@home']])], bad('mail')),
    abandon: (a) => a.abandon([['#mail', 'ann@example.org'], ['#missing', 'The seals']], (x) => x.follow('.chapter', 1)),
  },
  faults: [{ sel: '#model', mode: 'slow', req: '/api/model' }, { sel: '#offline', mode: 'error', req: '/api/keep' }, { sel: '#offline', mode: 'dead' }, { sel: '#pdf', mode: 'freeze' }, { sel: '#pdf', mode: 'throw' }, { sel: '#large', mode: 'dead' }],
};
