// A task board with SortableJS.
import Sortable from 'sortablejs';
import { el, control, form, toast, line, ticking, beacon, $ } from '../page/kit.js';

el('<h1>Team board</h1>');
const bar = el('<div class="bar"></div>');
const board = el('<div style="display:flex;gap:10px"></div>');
for (const [k, name] of [['todo', 'To do'], ['doing', 'Doing'], ['done', 'Done']]) {
  const c = el(`<section style="flex:1"><h3>${name} <small></small></h3><div class="col" id="${k}" style="min-height:60px"></div></section>`, board);
  new Sortable($('.col', c), { group: 'b', animation: 0, forceFallback: true, onEnd: () => { window.__ran += 1; count(); } });
}
const card = (text, col) => { const e = el(`<div class="card task"><span></span></div>`, $(`#${col}`)); $('span', e).textContent = text; return e; };
const count = () => { for (const s of board.querySelectorAll('section')) $('small', s).textContent = `(${s.querySelectorAll('.task').length})`; };
['Write offer', 'Call the bank', 'Fix printer'].forEach((t) => card(t, 'todo'));
card('Plan fair', 'doing'); card('Hire driver', 'doing'); card('Pay rent', 'done');
count();
control('save', '<button>Save board</button>', () => line('Board saved'), { at: bar, req: '/api/board', bad: () => toast('Saving did not work', true) });
control('archive', '<div class="btn">Archive done</div>', () => { $('#done').textContent = ''; count(); card('Pay rent', 'done'); }, { at: bar });
control('filter', '<button aria-pressed="false">Mine only</button>', () => { const on = $('#filter').getAttribute('aria-pressed') !== 'true'; $('#filter').setAttribute('aria-pressed', on); board.querySelectorAll('.task').forEach((t, i) => { if (i % 2) t.style.display = on ? 'none' : ''; }); }, { at: bar });
control('sync', '<button>Sync calendar</button>', () => { el('<p class="card">Calendar synced</p>'); }, { at: bar, req: '/api/sync' });
control('report', '<button>Build report</button>', () => { el('<p class="card">Report: 6 tasks</p>'); }, { at: bar });
const step = el('<div class="bar"><span id="zoomval">100 %</span></div>');
let z = 100;
control('wider', '<button>+</button>', () => { z += 5; $('#zoomval').textContent = `${z} %`; }, { at: step });
control('narrower', '<button>−</button>', () => { z -= 5; $('#zoomval').textContent = `${z} %`; }, { at: step });
const f = el('<form class="bar"><input id="task" placeholder="New task"><button id="add">Add</button></form>');
form('add', f, () => { card($('#task').value || 'Untitled', 'todo'); $('#task').value = ''; count(); });
el('<p id="about">Cards can be moved by dragging. Everybody in the team sees the same board, and the order is kept.</p>');
if (window.__boot.flavour === 0) ticking(1000, (n) => `Last sync ${n} s ago`);
beacon(17000);
