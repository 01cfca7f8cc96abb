import { press, many, typing, select, prose } from '../steps.mjs';

export default {
  day: 2,
  benign: { sort: many('.tabulator-col[tabulator-field=name]', 4, 4, 280, 600), pages: many('.tabulator-page[data-page=next]', 4, 6), rows: async (a) => { for (let i = 0; i < 3; i++) await a.ok('.tabulator-row .tabulator-cell', undefined, { nth: i * 4, after: 300 }); }, toggle: many('#dense', 2, 4, 400, 700), find: typing('#find', 'Part'),
    exported: press('#export'), recount: press('#recount', { after: 1200 }), reload: press('#reload'), prose: prose('#sum'), select: select('#sum', 3) },
  faults: [{ sel: '.tabulator-col[tabulator-field=price]', mode: 'cut' }, { sel: '.tabulator-page[data-page=next]', mode: 'cut' }, { sel: '#export', mode: 'cover' }, { sel: '#reload', mode: 'slow', req: '/api/stock' }, { sel: '#recount', mode: 'freeze' }, { sel: '#order', mode: 'error', req: '/api/order' },
    { sel: '#order', mode: 'error', req: '/api/order', quiet: true }, { sel: '#remove', mode: 'off' }, { sel: '#remove', mode: 'dead' }, { sel: '#recount', mode: 'throw' }],
};
