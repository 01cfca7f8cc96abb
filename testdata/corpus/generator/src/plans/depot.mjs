import { press, many, select, prose, at, on, each } from '../steps.mjs';

const NOTED = "[...document.querySelectorAll('.red')].some((e) => e.textContent !== '')";
const TAKEN = "(document.querySelector('.ok')?.textContent ?? '').includes('filed')";
const GOOD = [['#who', 'Workshop 3'], ['#cost', '4410-07'], ['#due', '12/10']];
const to = (path, sel) => async (a) => { if ((await a.path()) !== path) await a.way(sel); };
const parts = to('/depot', '#n-parts');
const file = to('/depot/file', '#n-file');
const tools = to('/depot/tools', '#n-tools');
const rules = to('/depot/rules', '#n-rules');
const part = async (a) => { if (!(await a.path()).startsWith('/depot/part/')) { await parts(a); await a.way('.row', { nth: a.rnd.int(0, 4) }); } };
/** fresh empties the form before somebody struggles with it. */
const fresh = (a) => a.tidy('#clear');
const begun = async (a) => { await file(a); await fresh(a); };
const fields = (a) => a.benign(() => a.write(GOOD), { id: 'fields' });
const sent = async (a) => { await a.h.wait(9000); await a.ok('#send', undefined, { id: 'sent', after: 1500 }); a.must(await a.js(TAKEN), 'not taken'); };

export default {
  whole: true,
  sessions: 10,
  reset: (a) => a.h.wait(5200),
  take: { benign: 9, faults: 5, struggles: 7 },
  mouseOnly: ['hover', 'lines', 'shake', 'shaken', 'hovering'],
  touchOnly: ['pan', 'belt', 'plan', 'drawing', 'squint', 'squinted'],
  benign: {
    names: at(parts, press('#by-name')), sorts: at(parts, each(['#by-left', '#by-name'], { after: 900 })), more: at(parts, many('#more', 1, 2, 1200, 1900)), few: at(parts, many('#few', 2, 2, 900, 1500)), count: at(parts, many('#count', 1, 3, 1500, 2200)), labels: at(parts, press('#labels', { after: 1500 })), van: at(parts, press('#van', { after: 1500 })), horn: at(parts, many('#horn', 4, 9, 130, 330)), csv: at(parts, press('#csv', { ran: true, after: 2600 })),
    hover: at(parts, (a) => a.hover([['.row', 0], ['.row', 1], ['.row', 2], ['.row', 3], ['.row', 4]], { rounds: 2 })), hovering: at(parts, (a) => a.hover([['#n-parts'], ['#n-file'], ['#n-tools'], ['#n-rules']], { ms: 330 })), select: at(parts, select('#foot', 3)), word: at(parts, select('#foot', 2)), prose: at(parts, prose('#foot')), again: at(parts, (a) => a.reload()),
    taken: at(parts, (a) => a.visit('.row', async () => { await a.h.pause(900); await a.h.tap('#take'); await a.h.pause(1200); }, { nth: 1, how: '#back' })), studied: at(parts, (a) => a.visit('.row', async () => { await a.h.read(8000); await a.h.turn(500); await a.h.read(4000); }, { nth: 2, how: '#back' })), collect: at(parts, async (a) => { await a.h.aim('.row', 0); await a.benign(async () => { for (let i = 0; i < 3; i++) { await a.follow('.row', i); await a.h.pause(900); await a.h.tap('#take'); await a.h.pause(1400); await a.follow('#back'); await a.h.pause(1100); } }, { id: 'collecting' }); }),
    take: at(part, many('#take', 2, 5, 350, 800)), bind: at(part, many('#bind', 1, 3, 900, 1400)), pics: at(part, many('#pics', 2, 2, 1000, 1700)), reserve: at(part, press('#reserve', { after: 1500 })), up: at(part, many('.ui-spinner-up', 4, 8, 220, 420)), down: at(part, async (a) => { await a.times('.ui-spinner-up', 5); await a.h.pause(600); await a.times('.ui-spinner-down', 3); }), tabs: at(part, each(['#t-b', '#t-c', '#t-a'])), torch: at(part, (a) => a.holding('#torch')), lines: at(part, (a) => a.lines('.par', { nth: 0, n: 3 })),
    ladder: at(file, async (a) => { await a.ok('#ladderok', undefined, { ran: false, id: 'too early', after: 1500 }); await a.ok('#readit', undefined, { id: 'read' }); await a.h.pause(900); await a.ok('#ladderok', undefined, { id: 'ladder' }); await a.h.pause(900); await a.ok('#readit', undefined, { id: 'read' }); }), about: at(file, async (a) => { await a.ok('#askl'); await a.h.pause(1500); await a.ok('#shut', undefined, { id: 'shut' }); }),
    filed: at(begun, (a) => a.sending(GOOD, '#send', TAKEN)), slip: at(begun, async (a) => { await a.benign(async () => { await a.write([['#who', 'Workshop 3'], ['#cost', '4410'], ['#due', '12/10']]); await a.h.tap('#send'); await a.h.pause(1400); await a.write([['#cost', '4410-07']]); await a.h.tap('#send'); await a.h.pause(900); }); a.must(await a.js(TAKEN), 'not taken'); }),
    folds: at(tools, each(['#a1', '#a2', '#a0'], { after: 700 })), slide: at(tools, press('#slide')), size: at(tools, async (a) => { await a.ok('#size-button'); await a.h.pause(800); await a.ok('.ui-selectmenu-open .ui-menu-item', undefined, { nth: a.rnd.int(1, 2), id: 'option' }); }), guess: at(tools, async (a) => { await a.ok('#guess', async () => { await a.h.press(); await a.h.type('be'); await a.h.pause(900); }, { ran: true }); await a.ok('.ui-autocomplete .ui-menu-item', undefined, { id: 'guessed' }); }), date: at(tools, async (a) => { await a.ok('#date'); await a.h.pause(700); await a.times('.ui-datepicker-next', a.rnd.int(2, 4), 400, 800, { id: 'months' }); await a.h.pause(600); await a.ok('.ui-datepicker-calendar td a', undefined, { nth: a.rnd.int(4, 20), id: 'day' }); }),
    reading: at(rules, (a) => a.reading()), top: at(rules, (a) => a.toTop()), pan: at(rules, (a) => a.pan([600, 700, -300])), belt: at(rules, (a) => a.swipe('#belt', { scrolls: true })),
  },
  struggles: {
    peek: at(parts, (a) => a.peek('.row', { nth: a.rnd.int(0, 4) })), peeked: at(parts, (a) => a.peek('.row', { nth: a.rnd.int(0, 4), how: '#back' })), glance: at(parts, (a) => a.peek('#n-rules', { how: '#n-parts' })), circle: at(parts, (a) => a.circle(['#n-tools', '#n-rules', '#n-parts'], { rounds: 2 })), round: at(parts, (a) => a.circle([['.row', 3], '#back'], { rounds: 3 })),
    cost: at(begun, async (a) => { await a.amend('#cost', ['4410', '441007', '4410/07'], (x) => x.h.tap('#send'), NOTED); await a.h.wait(9000); await fresh(a); }), refused: at(begun, async (a) => { await a.refused('#send', [(x) => x.write([['#who', 'Workshop 3']]), (x) => x.write([['#due', 'soon']])], NOTED); await a.h.wait(9000); await fresh(a); }),
    abandon: at(begun, (a) => a.abandon(GOOD.slice(0, 2), (x) => x.follow('#n-parts'))), given: at(begun, (a) => a.abandon([...GOOD, ['#why', 'Torn']], (x) => x.follow('#n-rules'))), ladder: at(file, (a) => a.greyed('#ladderok')), ladders: at(file, (a) => a.greyed('#ladderok')), crane: at(tools, (a) => a.lure('#crane')), shelf: at(part, (a) => a.lure('#shelf')), column: at(parts, (a) => a.lure('#nosort')),
    plan: at(parts, (a) => a.deadSwipe('#plan')), drawing: at(part, (a) => a.deadSwipe('#drawing')), hunt: at(rules, (a) => a.hunt()), squint: at(rules, (a) => a.squint('#tiny')), squinted: at(rules, (a) => a.squint('#tiny')), shake: at(parts, (a) => a.shaking({ sel: '#van', mode: 'slow', req: '/api/van' })), shaken: at(parts, (a) => a.shaking({ sel: '#labels', mode: 'slow', req: '/api/labels' })), reload: at(parts, (a) => a.reloading({ sel: '#horn', id: 'horn' })),
  },
  faults: [
    ...on(parts, [{ sel: '#few', mode: 'dead' }, { sel: '#horn', mode: 'dead', mood: 'hammer' }, { sel: '#by-left', mode: 'dead' }, { sel: '.row', id: 'open', nth: 1, mode: 'silent' }, { sel: '#more', mode: 'cut', mood: 'hammer' }, { sel: '#labels', mode: 'cover' }, { sel: '#labels', mode: 'off' }, { sel: '#labels', id: 'press', mode: 'silent' }, { sel: '#labels', id: 'press', mode: 'error', req: '/api/labels' }, { sel: '#van', mode: 'error', req: '/api/van', quiet: true }, { sel: '#count', mode: 'slow', req: '/api/count' }, { sel: '#horn', mode: 'freeze' }, { sel: '#horn', mode: 'throw' }]),
    ...on(part, [{ sel: '#torch', mode: 'hold' }, { sel: '#torch', mode: 'hold' }, { sel: '#take', mode: 'silent', mood: 'hammer' }, { sel: '.ui-spinner-up', id: 'up', mode: 'cut', mood: 'hammer' }, { sel: '#t-b', mode: 'cut' }, { sel: '#pics', id: 'photo', mode: 'dead' }, { sel: '#bind', mode: 'dead' }, { sel: '#reserve', mode: 'slow', req: '/api/reserve' }, { sel: '#take', mode: 'freeze' }]),
    ...on(tools, [{ sel: '#a1', mode: 'cut' }]),
    ...on(begun, [{ sel: '#send', mode: 'silent', before: fields, after: sent }, { sel: '#send', mode: 'error', req: '/api/file', before: fields, after: sent }]),
  ],
};
