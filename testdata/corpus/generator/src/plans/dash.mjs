import { press, many, typing, select, prose, wait } from '../steps.mjs';

const SAID = "[...document.querySelectorAll('.bad')].some((e) => e.textContent)";
const OPEN = "document.querySelector('.toast:not(.bad)') !== null";

/** fresh empties the form before somebody struggles with it. */
const fresh = async (a) => { await a.h.tap('#clear'); await a.h.pause(2600); };

export default {
  // Messages are gone before the next thing is done.
  reset: (a) => a.h.wait(3200),
  take: { benign: 8, faults: 4, struggles: 4 },
  mouseOnly: ['hover', 'shake', 'shook'],
  touchOnly: ['swipe', 'swiped', 'pan'],
  benign: {
    sort: many('#tab th', 3, 5, 350, 700), rows: async (a) => { for (let i = 0; i < 4; i++) await a.ok('.dev', undefined, { nth: (i * 2) % 5, after: 350 }); }, site: async (a) => { await a.ok('#site'); await a.h.pause(600); await a.ok('.dropdown-item', undefined, { nth: a.rnd.int(1, 2), id: 'item' }); }, help: (a) => a.ok('#help', async () => { await a.h.press(); await a.h.pause(700); await a.h.tap('#helpa'); }),
    report: async (a) => { await a.ok('#report'); await a.h.pause(1200); await a.ok('#dlgno', undefined, { id: 'close' }); }, copy: press('#copy', wait), csv: press('#csv', wait), tabs: async (a) => { for (const t of ['#n1', '#n2', '#n0']) await a.ok(t, undefined, { after: 500 }); }, level: many('#up', 4, 8), lower: async (a) => { await a.times('#up', 3); await a.h.pause(500); await a.times('#down', 5); },
    ack: many('#ack', 2, 3, 900, 1500), restart: press('#restart'), logs: press('#logs'), scan: many('#scan', 1, 3, 700, 1300), test: press('#test'), pin: many('#pin', 2, 4, 450, 900), talk: (a) => a.holding('#talk'), mute: many('#mutelabel', 2, 3, 600, 1000), duty: many('#acchead', 1, 2, 800, 1300), word: typing('#word', 'Calm'), photo: press('label[for=file]', { ran: true, ...wait }),
    visitor: (a) => a.sending([['#vname', 'Ida Berg'], ['#vbadge', 'K-204']], '#sign', OPEN), mistake: async (a) => { await a.benign(async () => { await a.write([['#vname', 'Ida Berg'], ['#vbadge', 'K204']]); await a.h.tap('#sign'); await a.h.pause(1100); await a.write([['#vbadge', 'K-204']]); await a.h.tap('#sign'); await a.h.pause(900); }); a.must(await a.js(OPEN), 'not taken'); },
    hover: (a) => a.hover(['#n0', '#n1', '#n2', '#site', '#report'], { rounds: 2 }), pan: (a) => a.pan([450, -300]), select: select('#para', 3), prose: prose('#para'), again: (a) => a.reload(),
  },
  struggles: {
    gauge: (a) => a.lure('#gauge'), plan: (a) => a.lure('#plan'), swipe: (a) => a.deadSwipe('#plan'), swiped: (a) => a.deadSwipe('#gauge'), shake: (a) => a.shaking({ sel: '#logs', mode: 'slow', req: '/api/logs' }), shook: (a) => a.shaking({ sel: '#ack', mode: 'slow', req: '/api/ack' }), reload: (a) => a.reloading({ sel: '#scan' }),
    badge: async (a) => { await fresh(a); await a.amend('#vbadge', ['K204', '204', 'k-204', 'K 204'], (x) => x.h.tap('#sign'), SAID); }, refused: async (a) => { await fresh(a); await a.refused('#sign', [(x) => x.write([['#vname', 'Ida Berg']]), (x) => x.write([['#vbadge', '204']])], SAID); },
  },
  faults: [{ sel: '#tab th', id: 'sort', mode: 'dead' }, { sel: '.dev', id: 'dev', nth: 2, mode: 'dead' }, { sel: '#site', mode: 'dead' }, { sel: '#n1', mode: 'dead' }, { sel: '#acchead', mode: 'dead' }, { sel: '#report', mode: 'dead' }, { sel: '#up', mode: 'dead' }, { sel: '#pin', mode: 'dead' }, { sel: '#ack', mode: 'error', req: '/api/ack' }, { sel: '#ack', mode: 'slow', req: '/api/ack' }, { sel: '#restart', mode: 'error', req: '/api/restart' }, { sel: '#restart', mode: 'off' },
    { sel: '#logs', mode: 'slow', req: '/api/logs' }, { sel: '#logs', mode: 'error', req: '/api/logs', quiet: true }, { sel: '#scan', mode: 'freeze' }, { sel: '#scan', mode: 'throw' }, { sel: '#test', mode: 'cover' }, { sel: '#test', mode: 'silent' }, { sel: '#talk', mode: 'hold' }, { sel: '#sign', mode: 'silent', before: (a) => a.write([['#vname', 'Ida Berg'], ['#vbadge', 'K-204']]) }, { sel: '#mutelabel', id: 'mute', mode: 'cover' }],
};
