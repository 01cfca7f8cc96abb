// A data grid with Tabulator.
import { TabulatorFull as Tabulator } from 'tabulator-tables';
import 'tabulator-tables/dist/css/tabulator.min.css';
import { el, control, toast, ticking, $ } from '../page/kit.js';

el('<h1>Stock</h1>');
const bar = el('<div class="bar"></div>');
el('<div id="grid"></div>');
const data = Array.from({ length: 400 }, (_, i) => ({ id: i, name: `Part ${String.fromCharCode(65 + ((i * 7) % 26))}${i}`, count: (i * 37) % 91, price: (i * 13) % 50 + 1, ok: i % 3 === 0 }));
window.grid = new Tabulator('#grid', { data, layout: 'fitColumns', pagination: true, paginationSize: 8, selectableRows: true, columns: [{ title: 'Name', field: 'name' }, { title: 'Count', field: 'count' }, { title: 'Price', field: 'price' }, { title: 'Checked', field: 'ok', formatter: 'tickCross' }] });
control('export', '<a class="btn" href="#" role="button">Export</a>', (e) => { e.preventDefault(); toast('Export is on its way'); }, { at: bar, raw: true }).addEventListener('click', (e) => { e.preventDefault(); window.__ran += 1; toast('Export is on its way'); });
control('reload', '<button>Reload</button>', () => { for (const r of data) r.count += 1; grid.replaceData(data.map((r) => ({ ...r }))); }, { at: bar, req: '/api/stock', get: true });
control('recount', '<button>Recount</button>', () => { $('#sum').textContent = `Sum ${grid.getData().reduce((a, r) => a + r.count, 0)} at ${new Date().toISOString().slice(14, 19)}`; }, { at: bar });
control('order', '<button>Order missing parts</button>', () => toast('Ordered 4 parts'), { at: bar, req: '/api/order', bad: () => toast('The supplier did not answer', true) });
control('remove', '<button>Remove checked</button>', () => { toast('Removed'); }, { at: bar });
control('dense', '<label class="btn"><input type="checkbox"> Dense</label>', () => {}, { at: bar, raw: true });
$('#dense input').addEventListener('change', (e) => { window.__ran += 1; $('#grid').style.fontSize = e.target.checked ? '12px' : '14px'; });
const q = el('<input id="find" placeholder="Find a part">', bar);
q.addEventListener('input', () => grid.setFilter('name', 'like', q.value));
el('<p id="sum">Sum not counted yet</p>');
if (window.__boot.flavour === 1) ticking(2000, (n) => `Prices ${['steady', 'up', 'down'][n % 3]}`);
