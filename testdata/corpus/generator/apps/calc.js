// A calculator with a keypad, and an upload with Dropzone.
import Dropzone from 'dropzone';
import { el, control, guard, form, toast, line, $ } from '../page/kit.js';

el('<h1>Expenses</h1>');
el('<output id="out" class="card" style="display:block;min-height:40px">0</output>');
const pad = el('<div style="display:grid;grid-template-columns:repeat(4,64px);gap:6px"></div>');
let cur = '0';
const show = (s) => { cur = s; $('#out').textContent = s; };
[...'789+456-123*0.='].forEach((k) => {
  const id = { '+': 'add', '-': 'sub', '*': 'mul', '.': 'dot', '=': 'eq' }[k] ?? `k${k}`;
  const b = el(`<div class="btn key" id="${id}">${k}</div>`, pad);
  b.addEventListener('pointerdown', guard(id, () => {
    if (k === '=') { const [x, op, y] = cur.split(/([+*-])/); show(String(op === '+' ? +x + +y : op === '-' ? x - y : op === '*' ? x * y : +cur)); } else show(cur === '0' ? k : (cur + k).slice(-14));
  }));
});
control('clear', '<div class="btn key">C</div>', () => show('0'), { at: pad });
const bar = el('<div class="bar"></div>');
control('convert', '<button>To euro</button>', () => { el(`<p class="card"><b>EUR</b> <span>${(parseFloat(cur) * 0.9).toFixed(2)}</span> <i>at 0.9</i></p>`); }, { at: bar, req: '/api/rate', get: true });
control('keep', '<button>Remember</button>', () => line(`Remembered ${cur}`), { at: bar });
control('send', '<button>Send claim</button>', () => toast('Claim sent'), { at: bar, req: '/api/claim', bad: () => toast('Claim was not taken', true) });
control('sumup', '<button>Sum of month</button>', () => line('Month: 312.40'), { at: bar });
const f = el('<form class="bar" novalidate><input id="what" placeholder="What for"><button id="note">Add note</button></form>');
form('note', f, () => { el('<p class="card">Noted</p>'); });
const z = el('<div id="drop" class="card" style="border-style:dashed;padding:24px">Drop a receipt here or press</div>');
new Dropzone(z, { url: '/api/receipt', autoProcessQueue: false, previewTemplate: '<p class="card"><span data-dz-name></span></p>' });
control('upload', '<button>Upload</button>', () => line('Uploaded'), { at: bar });
el('<p id="rules">Claims are paid at the end of the month. Receipts must show a date and an amount.</p>');
