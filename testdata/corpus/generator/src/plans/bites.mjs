import { press as tap, many as times, select as mark, prose as words, at, on, each as row } from '../steps.mjs';

// Pages that were left stay in the document: what is meant is on the one in front.
const cur = (sel) => `.page-current ${sel}`;
const NOTED = "[...document.querySelectorAll('.page-current .miss')].some((e) => e.textContent)";
const TAKEN = "document.querySelector('.page-current #out').textContent.includes('known')";
const GOOD = [[cur('#who'), 'Boat'], [cur('#street'), 'Mill Lane 4'], [cur('#tel'), '5521 04']];
const where = async (a) => (await a.path()).replace(/\/$/, '');
const to = (path, sel) => async (a) => { if ((await where(a)).startsWith('/bites/dish')) await a.way(cur('.back2')); if ((await where(a)) !== path) await a.way(cur(sel)); };
const home = to('/bites', '.n-home');
const bag = to('/bites/bag', '.n-bag');
const door = to('/bites/door', '.n-door');
const print = to('/bites/word', '.n-word');
const dish = async (a) => { if (!(await where(a)).startsWith('/bites/dish')) { await home(a); await a.way(cur('.open'), { nth: a.rnd.int(0, 3) }); } };
const press = (sel, opt) => tap(cur(sel), opt);
const many = (sel, ...p) => times(cur(sel), ...p);
const each = (list, opt) => row(list.map((x) => { const [s, nth] = [x].flat(); return [cur(s), nth]; }), opt);
/** fresh empties the form before somebody struggles with it. */
const fresh = (a) => a.tidy(cur('#clear'));
const begun = async (a) => { await door(a); await fresh(a); };
const save = cur('#save');
const fields = (a) => a.benign(() => a.write(GOOD), { id: 'fields' });
const sent = async (a) => { await a.h.wait(9000); await a.ok(save, undefined, { id: 'sent', after: 1500 }); a.must(await a.js(TAKEN), 'not taken'); };
const f = (id, mode, extra = {}) => ({ sel: cur(`#${id}`), id, mode, ...extra });

export default {
  whole: true,
  sessions: 10,
  reset: (a) => a.h.wait(3200),
  take: { benign: 8, faults: 4, struggles: 5 },
  mouseOnly: ['hover', 'lines', 'shake', 'shaken'],
  touchOnly: ['pan', 'deals', 'promo', 'rain', 'squint', 'squinted'],
  benign: {
    tags: at(home, each([['.tag', 1], ['.tag', 2], ['.tag', 0]])), likes: at(home, many('.dish .heart', 5, 10, 130, 300)), rider: at(home, many('#rider', 1, 3, 1200, 1900)), lucky: at(home, many('#lucky', 2, 6, 350, 800)), again: at(home, press('#again', { after: 1500 })), mail: at(home, press('#mail', { after: 1500 })), deals: at(home, (a) => a.swipe(cur('#deals'), { scrolls: true })), hover: at(home, (a) => a.hover([[cur('.open'), 0], [cur('.open'), 1], [cur('.open'), 2], [cur('.open'), 3]], { rounds: 2 })), select: at(home, mark(cur('#foot'), 3)), prose: at(home, words(cur('#foot'))),
    hot: at(home, (a) => a.visit(cur('.open'), async () => { await a.h.pause(900); await a.h.tap(cur('.heat'), 1); await a.h.pause(900); }, { nth: 1, how: cur('.back2') })), read: at(home, (a) => a.visit(cur('.open'), async () => { await a.h.read(9500); await a.h.tap(cur('#love')); await a.h.pause(1500); }, { nth: 2 })), compare: at(home, async (a) => { await a.h.aim(cur('.open'), 0); await a.benign(async () => { for (let i = 0; i < 3; i++) { await a.follow(cur('.open'), i); await a.h.pause(900); await a.h.tap(cur('.heat'), i); await a.h.pause(1500); await a.follow(cur('.back2')); await a.h.pause(1100); } }, { id: 'comparing' }); }),
    more: at(dish, many('#more', 4, 9)), less: at(dish, async (a) => { await a.times(cur('#more'), 5); await a.h.pause(500); await a.times(cur('#less'), 4); }), love: at(dish, many('#love', 5, 10, 130, 300)), put: at(dish, press('#put', { after: 1500 })), sizzle: at(dish, (a) => a.holding(cur('#smell'))), heat: at(dish, each([['.heat', 0], ['.heat', 2], ['.heat', 1]])), folds: at(dish, each(['#acc0', '#acc1'], { after: 800 })), lines: at(dish, (a) => a.lines(cur('#say'), { n: 2 })),
    fork: at(bag, many('#fork', 2, 3, 600, 1000)), ring: at(bag, many('#ring', 1, 2, 700, 1100)), paying: at(bag, async (a) => { await a.ok(cur('#how')); await a.h.pause(1000); await a.ok('.actions-modal .actions-button', undefined, { nth: a.rnd.int(0, 1), id: 'way of paying' }); }), order: at(bag, press('#order', { after: 1500 })), voucher: at(bag, press('#voucher', { after: 1500 })), early: at(bag, async (a) => { await a.ok(cur('#now'), undefined, { ran: false, id: 'too early', after: 1500 }); await a.ok(cur('#sure'), undefined, { id: 'sure' }); await a.h.pause(900); await a.ok(cur('#now'), undefined, { id: 'now' }); await a.h.pause(900); await a.ok(cur('#sure'), undefined, { id: 'sure' }); }),
    kept: at(begun, (a) => a.sending(GOOD, save, TAKEN)), slip: at(begun, async (a) => { await a.benign(async () => { await a.write([[cur('#who'), 'Boat'], [cur('#street'), 'Mill Lane'], [cur('#tel'), '5521 04']]); await a.h.tap(save); await a.h.pause(1200); await a.write([[cur('#street'), 'Mill Lane 4']]); await a.h.tap(save); await a.h.pause(900); }); a.must(await a.js(TAKEN), 'not taken'); }), pan: at(print, (a) => a.pan([400, 300])), study: at(print, async (a) => { await a.h.read(6000); await a.ok(cur('.par'), undefined, { ran: false, after: 2600 }); }),
  },
  struggles: {
    peek: at(home, (a) => a.peek(cur('.open'), { nth: a.rnd.int(0, 3) })), peeked: at(home, (a) => a.peek(cur('.open'), { nth: a.rnd.int(0, 3), how: cur('.back2') })), wrong: at(home, (a) => a.peek(cur('.n-word'), { how: cur('.n-home') })), glance: at(home, (a) => a.peek(cur('.n-bag'))), circle: at(home, (a) => a.circle([cur('.n-word'), cur('.n-bag'), cur('.n-home')], { rounds: 2 })), round: at(home, (a) => a.circle([[cur('.open'), 2], cur('.back2')], { rounds: 3 })),
    street: at(begun, async (a) => { await a.amend(cur('#street'), ['Mill', 'Mill Lane', 'The mill', 'Mill Lane no'], (x) => x.h.tap(save), NOTED); await a.h.wait(9000); await fresh(a); }), refused: at(begun, async (a) => { await a.refused(save, [(x) => x.write([[cur('#who'), 'Boat']]), (x) => x.write([[cur('#tel'), '55']])], NOTED); await a.h.wait(9000); await fresh(a); }), abandon: at(begun, (a) => a.abandon(GOOD.slice(0, 2), (x) => x.follow(cur('.n-home')))), given: at(begun, (a) => a.abandon([...GOOD, [cur('#floor'), '3']], (x) => x.follow(cur('.n-bag')))),
    now: at(bag, (a) => a.greyed(cur('#now'), { id: 'now' })), nows: at(bag, (a) => a.greyed(cur('#now'), { id: 'now' })), price: at(home, (a) => a.lure(cur('.price'), { nth: 1, id: 'price' })), photo: at(dish, (a) => a.lure(cur('#photo'), { id: 'photo' })), sky: at(bag, (a) => a.lure(cur('#rain'), { id: 'rain' })), promo: at(home, (a) => a.deadSwipe(cur('#promo'), { id: 'promo' })), rain: at(bag, (a) => a.deadSwipe(cur('#rain'), { id: 'rain' })), squint: at(print, (a) => a.squint(cur('#tiny'))), squinted: at(print, (a) => a.squint(cur('#tiny'))),
    shake: at(home, (a) => a.shaking(f('rider', 'slow', { req: '/api/rider' }))), shaken: at(home, (a) => a.shaking(f('again', 'slow', { req: '/api/again' }))), reload: at(home, (a) => a.reloading({ sel: cur('#lucky'), id: 'lucky' })),
  },
  faults: [
    ...on(home, [f('rider', 'slow', { req: '/api/rider' }), f('rider', 'error', { req: '/api/rider' }), f('lucky', 'dead'), f('lucky', 'throw'), f('lucky', 'freeze'), f('again', 'error', { req: '/api/again' }), f('again', 'cover'), f('mail', 'error', { req: '/api/deals', quiet: true }), f('mail', 'silent'), { sel: cur('.tag'), id: 'tag-quick', nth: 1, mode: 'dead' }, { sel: cur('.open'), id: 'open', nth: 2, mode: 'dead' }, { sel: cur('.dish .heart'), id: 'like', mode: 'dead' }]),
    ...on(dish, [f('more', 'cut'), f('love', 'dead'), f('put', 'error', { req: '/api/bag' }), f('put', 'slow', { req: '/api/bag' }), f('smell', 'hold'), f('acc1', 'cut'), { sel: cur('.heat'), id: 'heat', nth: 2, mode: 'silent' }]),
    ...on(bag, [f('fork', 'cut'), f('how', 'dead'), f('order', 'error', { req: '/api/order' }), f('order', 'slow', { req: '/api/order' }), f('voucher', 'silent'), f('voucher', 'cover'), f('voucher', 'freeze')]), ...on(begun, [f('save', 'silent', { before: fields, after: sent }), f('save', 'slow', { req: '/api/door', before: fields })]),
  ],
};
