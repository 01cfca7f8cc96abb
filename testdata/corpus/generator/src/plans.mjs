// What can be done on each page, and which faults can be planted there. benign: name -> how; faults: see Actor.fault.
// Modes: cut (events of a third-party control end before its handler), dead, silent (handler gives up without a word), throw, error
// (request fails), slow (request takes 3 to 6 s), freeze/burn (the page stands still), cover, off (disabled), hold (needs to be held).
const press = (sel, opt) => (a) => a.ok(sel, undefined, opt);
const many = (sel, lo, hi, from = 200, to = 420) => (a) => a.times(sel, a.rnd.int(lo, hi), from, to);
const wait = { after: 2600 };
/** typing into a field: the taps into it are what is labelled. */
const typing = (sel, text) => (a) => a.ok(sel, async () => { await a.h.press(); await a.h.type(text); }, { ran: true });
const select = (sel, n) => (a) => a.ok(sel, () => a.h.multi(n), { ran: false, after: 1200 });
const prose = (sel) => (a) => a.ok(sel, undefined, { ran: false, ...wait });
const dragTo = (from, to) => async (a) => {
  const r = await a.h.rect(to);
  await a.ok(from, () => a.h.drag(r.x + r.w / 2, r.y + r.h / 2), {});
};

export const PLANS = {
  gallery: {
    benign: { carousel: many('#next', 5, 8), back: many('#prev', 3, 5), dots: press('.swiper-pagination-bullet', { nth: 3 }), likes: many('#like', 6, 11, 130, 300), album: press('#album'), download: press('#original', wait), select: select('#caption', 3),
      peek: (a) => a.ok('#compare', () => a.h.press(a.rnd.range(800, 1500))), swipe: async (a) => { const r = await a.h.rect('.swiper'); await a.ok('.swiper', () => a.h.drag(r.x + 40, a.h.y)); }, prose: prose('#caption') },
    faults: [{ sel: '#next', mode: 'cut' }, { sel: '#like', mode: 'dead' }, { sel: '#album', mode: 'error', req: '/api/album' }, { sel: '#album', mode: 'slow', req: '/api/album' }, { sel: '#print', mode: 'slow', req: '/api/print' }, { sel: '#print', mode: 'error', req: '/api/print', quiet: true },
      { sel: '#enhance', mode: 'freeze' }, { sel: '#enhance', mode: 'throw' }, { sel: '#print', mode: 'cover' }, { sel: '#compare', mode: 'hold' }, { sel: '#album', mode: 'off' }],
  },
  kanban: {
    mouseOnly: ['drag', 'drag2'],
    benign: { drag: dragTo('#todo .task', '#doing'), drag2: dragTo('#doing .task', '#todo'), filter: many('#filter', 2, 4, 500, 900), stepper: many('#wider', 5, 9), save: press('#save'), add: async (a) => { await a.h.fill('#task', 'Buy stamps'); await a.h.pause(300); await a.ok('#add'); },
      select: select('#about', 3), double: select('.task span', 2), typing: typing('#task', 'Water plants'), prose: prose('#about') },
    faults: [{ sel: '#archive', mode: 'dead' }, { sel: '#save', mode: 'error', req: '/api/board' }, { sel: '#save', mode: 'slow', req: '/api/board' }, { sel: '#sync', mode: 'error', req: '/api/sync', quiet: true }, { sel: '#sync', mode: 'slow', req: '/api/sync' }, { sel: '#report', mode: 'freeze' },
      { sel: '#add', mode: 'silent' }, { sel: '#add', mode: 'off' }, { sel: '#wider', mode: 'dead' }, { sel: '#filter', mode: 'cover' }, { sel: '#report', mode: 'throw' }],
  },
  grid: {
    benign: { sort: many('.tabulator-col[tabulator-field=name]', 4, 4, 280, 600), pages: many('.tabulator-page[data-page=next]', 4, 6), rows: async (a) => { for (let i = 0; i < 3; i++) await a.ok('.tabulator-row .tabulator-cell', undefined, { nth: i * 4, after: 300 }); }, toggle: many('#dense', 2, 4, 400, 700), find: typing('#find', 'Part'),
      exported: press('#export'), recount: press('#recount', { after: 1200 }), reload: press('#reload'), prose: prose('#sum'), select: select('#sum', 3) },
    faults: [{ sel: '.tabulator-col[tabulator-field=price]', mode: 'cut' }, { sel: '.tabulator-page[data-page=next]', mode: 'cut' }, { sel: '#export', mode: 'cover' }, { sel: '#reload', mode: 'slow', req: '/api/stock' }, { sel: '#recount', mode: 'freeze' }, { sel: '#order', mode: 'error', req: '/api/order' },
      { sel: '#order', mode: 'error', req: '/api/order', quiet: true }, { sel: '#remove', mode: 'off' }, { sel: '#remove', mode: 'dead' }, { sel: '#recount', mode: 'throw' }],
  },
  order: {
    benign: { more: many('#more', 4, 8), less: async (a) => { await a.times('#more', 5); await a.h.pause(500); await a.times('#less', 3); }, cutlery: many('#cutlery', 1, 3, 500, 900), note: typing('#note', 'No onions please'), day: press('#day', wait), same: press('#same'), voucher: press('#voucher'), send: press('#send'),
      dish: async (a) => { await a.ok('#dish-ts-control'); await a.h.pause(500); await a.ok('#dish-ts-dropdown .option', undefined, { nth: a.rnd.int(1, 3), id: 'option' }); }, select: select('#terms', 3), prose: prose('#terms') },
    faults: [{ sel: '#send', mode: 'silent' }, { sel: '#send', mode: 'off' }, { sel: '#send', mode: 'error', req: '/api/lunch' }, { sel: '#voucher', mode: 'error', req: '/api/voucher' }, { sel: '#lookup', mode: 'slow', req: '/api/address' }, { sel: '#lookup', mode: 'error', req: '/api/address', quiet: true }, { sel: '#more', mode: 'dead' },
      { sel: '#same', mode: 'cover' }, { sel: '#same', mode: 'throw' }, { sel: '#same', mode: 'freeze' }],
  },
  settings: {
    benign: { tabs: async (a) => { for (const t of ['#t1', '#t2', '#t0']) await a.ok(t, undefined, { after: 400 }); }, mail: many('#mail', 2, 3, 500, 900), news: press('#news'), nick: typing('#nick', 'Robin'), save: press('#save'), test: press('#test'), brighter: many('#dim', 5, 8), advanced: many('#advhead', 1, 2, 700, 1200),
      slider: async (a) => { const r = await a.h.rect('#vol'); await a.ok('#vol', () => a.h.drag(r.x + r.w * 0.8, r.y + r.h / 2), { ran: true }); }, more: press('#more') },
    faults: [{ sel: '#save', mode: 'off' }, { sel: '#save', mode: 'error', req: '/api/settings' }, { sel: '#save', mode: 'slow', req: '/api/settings' }, { sel: '#news', mode: 'dead' }, { sel: '#test', mode: 'dead' }, { sel: '#more', mode: 'slow', req: '/api/devices' }, { sel: '#more', mode: 'error', req: '/api/devices', quiet: true },
      { sel: '#rebuild', mode: 'freeze' }, { sel: '#rebuild', mode: 'throw' }, { sel: '#t2', mode: 'cut' }, { sel: '#dim', mode: 'cover' }, { sel: '#dim', mode: 'dead' }],
  },
  game: {
    benign: { canvas: async (a) => { await a.h.aim('#field'); await a.group({ kind: 'benign', id: 'canvas', ran: true }, '#field', async () => { for (let i = 0; i < a.rnd.int(6, 10); i++) { await a.h.press(60); await a.h.wait(a.rnd.range(150, 320)); } }); }, fire: many('#fire', 7, 12, 110, 260), pause: many('#pause', 2, 4, 500, 900), level: press('#level'),
      hat: press('#hat'), shuffle: many('#shuffle', 3, 5), ranks: press('#ranks'), aim: (a) => a.ok('#charge', () => a.h.press(a.rnd.range(900, 1600))), prose: prose('#score') },
    faults: [{ sel: '#level', mode: 'dead' }, { sel: '#hat', mode: 'error', req: '/api/hat' }, { sel: '#hat', mode: 'error', req: '/api/hat', quiet: true }, { sel: '#ranks', mode: 'slow', req: '/api/ranks' }, { sel: '#charge', mode: 'hold' }, { sel: '#shuffle', mode: 'freeze' }, { sel: '#pause', mode: 'cover' }, { sel: '#fire', mode: 'dead' },
      { sel: '#shuffle', mode: 'throw' }, { sel: '#hat', mode: 'off' }],
  },
  booking: {
    benign: { months: many('.flatpickr-next-month', 4, 8), back: many('.flatpickr-prev-month', 3, 4), day: press('.flatpickr-day:not(.prevMonthDay)', { nth: 12 }), guests: many('#plus', 4, 7), check: press('#check'), map: many('#map', 1, 2, 700, 1200), book: press('#book'), promo: press('#promo'), select: select('#blurb', 3), prose: prose('#blurb') },
    faults: [{ sel: '.flatpickr-next-month', mode: 'cut' }, { sel: '#check', mode: 'slow', req: '/api/rooms' }, { sel: '#check', mode: 'error', req: '/api/rooms', quiet: true }, { sel: '#book', mode: 'error', req: '/api/book' }, { sel: '#book', mode: 'silent' }, { sel: '#promo', mode: 'off' }, { sel: '#promo', mode: 'dead' }, { sel: '#map', mode: 'cover' },
      { sel: '#plus', mode: 'dead' }, { sel: '#promo', mode: 'throw' }, { sel: '#map', mode: 'freeze' }],
  },
  map: {
    benign: { zoom: many('.leaflet-control-zoom-in', 3, 5), out: many('.leaflet-control-zoom-out', 2, 4), marker: press('.st5', {}), drag: async (a) => { const r = await a.h.rect('#map'); await a.ok('#map', () => a.h.drag(r.x + r.w * 0.3, r.y + r.h * 0.7)); }, paths: many('#paths', 2, 4, 500, 900), home: async (a) => { await a.h.tap('.leaflet-control-zoom-in'); await a.h.pause(600); await a.ok('#home'); },
      locate: press('#locate'), street: typing('#street', 'High Street'), rent: press('#rent') },
    faults: [{ sel: '.leaflet-control-zoom-out', mode: 'cut' }, { sel: '#locate', mode: 'error', req: '/api/locate' }, { sel: '#route', mode: 'slow', req: '/api/route' }, { sel: '#go', mode: 'silent' }, { sel: '#paths', mode: 'dead' }, { sel: '#rent', mode: 'error', req: '/api/rent', quiet: true }, { sel: '#rent', mode: 'off' }, { sel: '#home', mode: 'cover' },
      { sel: '#home', mode: 'throw' }, { sel: '#paths', mode: 'freeze' }],
  },
  notes: {
    benign: { typing: typing('.ql-editor', ' We agreed.'), bold: async (a) => { await a.h.tap('.ql-editor p'); await a.h.pause(400); await a.times('.ql-bold', a.rnd.int(2, 4), 400, 800); }, select: select('.ql-editor p', 3), double: select('.ql-editor p', 2), save: press('#save'), share: async (a) => { await a.ok('#share'); await a.h.pause(700); await a.ok('#shut', undefined, { id: 'close' }); },
      count: press('#count'), bigger: many('#bigger', 4, 7), publish: press('#publish'), prose: prose('#hint') },
    faults: [{ sel: '.ql-italic', mode: 'cut' }, { sel: '#save', mode: 'error', req: '/api/note' }, { sel: '#publish', mode: 'off' }, { sel: '#publish', mode: 'dead' }, { sel: '#count', mode: 'freeze' }, { sel: '#share', mode: 'cover' }, { sel: '#sum', mode: 'slow', req: '/api/sum' }, { sel: '#sum', mode: 'error', req: '/api/sum', quiet: true },
      { sel: '#bigger', mode: 'dead' }, { sel: '#share', mode: 'throw' }],
  },
  player: {
    benign: { play: many('.plyr button[data-plyr=play]', 2, 2, 900, 1500), forward: many('.plyr button[data-plyr=fast-forward]', 4, 7), rewind: many('.plyr button[data-plyr=rewind]', 2, 4), mute: many('.plyr button[data-plyr=mute]', 2, 4, 400, 800), seek: press('.plyr input[data-plyr=seek]', {}), nextep: many('#nextep', 2, 4), follow: press('#follow'), speed: many('#faster', 4, 7),
      queue: press('#queue'), select: select('#about', 3), prose: prose('#about') },
    faults: [{ sel: '#nextep', mode: 'dead' }, { sel: '#follow', mode: 'error', req: '/api/follow' }, { sel: '#text', mode: 'slow', req: '/api/text' }, { sel: '#text', mode: 'error', req: '/api/text', quiet: true }, { sel: '.plyr button[data-plyr=mute]', mode: 'cut' }, { sel: '#clip', mode: 'freeze' }, { sel: '#clip', mode: 'cover' }, { sel: '#clip', mode: 'off' },
      { sel: '#faster', mode: 'dead' }, { sel: '#queue', mode: 'throw' }],
  },
  calc: {
    benign: { digits: async (a) => { await a.h.aim('#k4'); await a.group({ kind: 'benign', id: 'digits' }, '#k4', async () => { await a.h.press(); await a.h.again(a.rnd.int(3, 6), 160, 320); }); }, zeros: async (a) => { await a.h.tap('#k4'); await a.h.pause(400); await a.times('#k0', a.rnd.int(3, 5), 150, 300); }, clear: press('#clear'), convert: press('#convert'), keep: press('#keep'), send: press('#send'), sumup: press('#sumup', {}), note: async (a) => { await a.h.fill('#what', 'Train'); await a.h.pause(300); await a.ok('#note'); },
      select: select('#rules', 3), prose: prose('#rules') },
    faults: [{ sel: '#eq', mode: 'dead' }, { sel: '#k7', mode: 'dead' }, { sel: '#convert', mode: 'slow', req: '/api/rate' }, { sel: '#convert', mode: 'error', req: '/api/rate', quiet: true }, { sel: '#send', mode: 'error', req: '/api/claim' }, { sel: '#upload', mode: 'off' }, { sel: '#keep', mode: 'cover' }, { sel: '#note', mode: 'silent' }, { sel: '#sumup', mode: 'freeze' },
      { sel: '#keep', mode: 'throw' }],
  },
  shadow: {
    benign: { stars: async (a) => { for (let i = 0; i < 3; i++) { await a.ok('#stars >>> .rating__symbol', undefined, { nth: 1 + i, after: 500, ran: true }); } }, anon: many('#anon', 2, 3, 500, 900), tabs: async (a) => { await a.ok('#tabb', undefined, { after: 400 }); await a.ok('#taba', undefined, { after: 400 }); }, details: many('#det >>> .details__header', 1, 2, 700, 1200), helpful: many('#helpful >>> button', 4, 8),
      draft: press('#draft'), send: press('#send'), word: typing('#word', 'Lovely'), check: press('#check') },
    faults: [{ sel: '#draft', mode: 'dead' }, { sel: '#send', mode: 'error', req: '/api/review' }, { sel: '#send', mode: 'slow', req: '/api/review' }, { sel: '#photos', mode: 'slow', req: '/api/photos' }, { sel: '#photos', mode: 'error', req: '/api/photos', quiet: true }, { sel: '#check', mode: 'freeze' }, { sel: '#check', mode: 'cover' }, { sel: '#draft', mode: 'off' },
      { sel: '#helpful', mode: 'cut' }, { sel: '#anon', mode: 'cut' }, { sel: '#check', mode: 'throw' }],
  },
  feed: {
    benign: { likes: (a) => a.times('.like', a.rnd.int(5, 9), 130, 300, { nth: 1 }), follow: (a) => a.ok('.follow', undefined, { nth: 0, after: 1200 }), more: (a) => a.ok('.more', undefined, { nth: 2 }), scroll: async (a) => { await a.h.scroll(900); await a.h.pause(900); await a.h.scroll(700); await a.h.pause(900); await a.h.scroll(-1700); }, fresh: press('#fresh'), mute: press('#mute'),
      post: async (a) => { await a.h.fill('#say', 'Fog'); await a.h.pause(300); await a.ok('#post'); }, select: select('.txt', 3), double: select('.txt', 2), prose: prose('.txt') },
    faults: [{ sel: '.like', id: 'like', mode: 'dead', nth: 0 }, { sel: '.follow', id: 'follow', mode: 'error', req: '/api/follow', nth: 1 }, { sel: '#fresh', mode: 'slow', req: '/api/new' }, { sel: '#fresh', mode: 'error', req: '/api/new', quiet: true }, { sel: '#post', mode: 'silent' }, { sel: '#mute', mode: 'cover' }, { sel: '#mute', mode: 'throw' }, { sel: '#mute', mode: 'off' },
      { sel: '#invite', mode: 'freeze' }, { sel: '.more', id: 'more', mode: 'dead', nth: 0 }],
  },
};
