import { press, many, select, prose, wait } from '../steps.mjs';

/** shut closes whatever still hangs open, as a press beside it does. */
const shut = async (a) => { await a.h.tap('h1'); await a.h.wait(2600); };

export default {
  // Messages are gone before the next thing is done.
  reset: (a) => a.h.wait(3200),
  take: { benign: 8, faults: 4, struggles: 3 },
  mouseOnly: ['menu', 'lines', 'column2', 'team2'],
  touchOnly: ['swipe', 'swiped', 'pan'],
  benign: {
    pages: many('.btn-next', 4, 7), back: async (a) => { await a.times('.btn-next', 5); await a.h.pause(600); await a.times('.btn-prev', 4); }, sort: many('.el-table__header th', 3, 5, 350, 700), rows: async (a) => { for (let i = 0; i < 3; i++) await a.ok('.el-table__row', undefined, { nth: i * 2, after: 400 }); },
    days: many('#days .el-input-number__increase', 4, 8), auto: many('#auto', 2, 3, 500, 900), gift: many('#gift', 1, 3, 500, 900), rate: async (a) => { for (const i of [3, 4]) await a.ok('#rate .el-rate__item', undefined, { nth: i, after: 500 }); },
    tabs: async (a) => { for (const t of ['#tab-sent', '#tab-back', '#tab-open']) await a.ok(t, undefined, { after: 500 }); }, ship: press('#ship', { after: 1500 }), labels: press('#labels', { after: 1500 }), audit: many('#audit', 2, 3, 600, 1200), remind: press('#remind'), star: many('#star', 2, 4, 450, 900), flags: many('#flag', 5, 9, 140, 320),
    more: async (a) => { await a.ok('.sorter'); await a.h.pause(700); await a.ok('.el-dropdown-menu__item', undefined, { nth: 1, id: 'item' }); }, archive: async (a) => { await a.ok('.arch'); await a.h.pause(900); await a.ok('.el-popconfirm__action .el-button--primary', undefined, { id: 'yes' }); },
    csv: press('#csv', wait), seek: (a) => a.ok('#seek', async () => { await a.h.press(); await a.h.type('Lamp'); await a.h.pause(1500); for (let i = 0; i < 4; i++) { await a.h.key('Backspace', 8); await a.h.wait(120); } }, { ran: true }), rules: many('.el-collapse-item__header', 1, 2, 700, 1200), tree: many('.el-tree-node__content', 1, 3, 700, 1200), menu: (a) => a.hover(['#ship', '#labels', '#refund', '#audit', '#remind'], { rounds: 2 }), lines: (a) => a.lines('#hint', { n: 2 }),
    pan: (a) => a.pan([350, -250, 300]), select: select('#hint', 3), prose: prose('#hint'), again: (a) => a.reload(),
  },
  struggles: {
    team: async (a) => { await shut(a); await a.lure('#team'); }, column: async (a) => { await shut(a); await a.lure('.el-table__header th', { nth: 2, id: 'column' }); }, swipe: (a) => a.deadSwipe('.el-table__body-wrapper', { id: 'table' }), swiped: (a) => a.deadSwipe('.el-table__body-wrapper', { id: 'table' }), column2: async (a) => { await shut(a); await a.lure('.el-table__header th', { nth: 2, id: 'column' }); }, team2: async (a) => { await shut(a); await a.lure('#team'); }, reload: (a) => a.reloading({ sel: '#audit' }),
  },
  faults: [{ sel: '.btn-next', mode: 'cut' }, { sel: '#auto', mode: 'dead' }, { sel: '#gift', mode: 'cut' }, { sel: '#tab-sent', mode: 'cut' }, { sel: '#ship', mode: 'error', req: '/api/ship' }, { sel: '#ship', mode: 'slow', req: '/api/ship' }, { sel: '#ship', mode: 'off' }, { sel: '#labels', mode: 'error', req: '/api/labels', quiet: true }, { sel: '#labels', mode: 'slow', req: '/api/labels' },
    { sel: '#refund', mode: 'error', req: '/api/refund' }, { sel: '#refund', mode: 'silent' }, { sel: '#audit', mode: 'freeze' }, { sel: '#audit', mode: 'throw' }, { sel: '#star', mode: 'dead' }, { sel: '#flag', mode: 'dead' }, { sel: '.sorter', id: 'sorter', mode: 'cut' }, { sel: '#remind', mode: 'cover' }, { sel: '.el-collapse-item__header', id: 'rules', mode: 'cut' }, { sel: '.el-tree-node__content', id: 'tree', mode: 'cut' }, { sel: '#days .el-input-number__increase', id: 'days', mode: 'cut' }],
};
