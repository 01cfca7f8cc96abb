// The manual of a machine: long chapters, each a page of its own that the browser loads, with a table of contents by Tocbot.
import * as tocbot from 'tocbot';
import { el, control, guard, form, toast, line, ticking, $ } from '../page/kit.js';
import { path } from '../page/router.js';

const CHAPTERS = [['setup', 'Setting up'], ['brewing', 'Brewing'], ['cleaning', 'Cleaning'], ['faults', 'When it does not work'], ['parts', 'Spare parts']];
const SAID = ['Fill the tank before you switch the machine on.', 'Wait until the light is green.', 'Turn the handle slowly to the right.', 'The valve opens by itself after a minute.', 'Rinse the filter after each cup.', 'A seal that leaks is a seal to be replaced.', 'Do not open the lid under pressure.', 'Steam is hot.'];
const text = (seed, n) => { let s = seed * 7919 + 13; let out = ''; while (out.length < n) { s = (s * 1103515245 + 12345) % 2147483648; out += `${SAID[(s >> 8) % SAID.length]} `; } return out; };

document.head.append(Object.assign(document.createElement('style'), { textContent: `
.top{display:flex;gap:12px;align-items:center;flex-wrap:wrap}.small{font-size:8px;line-height:10px;color:#555}.fig{height:150px;background:linear-gradient(120deg,#9bc,#cde);border-radius:8px;margin:10px 0;box-shadow:0 1px 3px #999;cursor:pointer}
.term{text-decoration:underline;color:#06c}.wide{overflow-x:auto;white-space:nowrap;border:1px solid #ccc}.wide td{padding:6px 26px;border-right:1px solid #ddd}.toc a{display:block;padding:2px 0}.hit{padding:4px 0}
label{display:block;margin:6px 0}.bad{color:#a11;font-size:14px}` }));

const chapter = CHAPTERS.find(([id]) => path() === `/${id}`);
el(`<div class="top"><a id="logo" href="/manual">Coffee machine manual</a></div>`);
el(`<h1>${chapter ? chapter[1] : 'All chapters'}</h1>`);

function overview() {
  const list = el('<div class="list"></div>');
  for (const [id, name] of CHAPTERS) el(`<p class="card"><a class="chapter" id="c-${id}" href="/manual/${id}">${name}</a><br><span class="say">${text(id.length, 60)}</span></p>`, list);
  const s = el('<div class="bar"><input id="find" placeholder="Search the manual"></div><div></div>');
  const hits = el('<div id="hits"></div>');
  $('#find').addEventListener('input', () => { const q = $('#find').value; window.__ran += 1; hits.textContent = ''; if (q.length > 1) for (let i = 0; i < 6 - (q.length % 5); i++) el(`<div class="hit">${q} in ${CHAPTERS[(q.length + i) % 5][1]}, section ${q.length + i}</div>`, hits); });
  const bar = el('<div class="bar"></div>');
  control('offline', '<button>Keep for offline use</button>', () => toast('Kept for offline use'), { at: bar, req: '/api/keep', bad: () => toast('Could not be kept', true) });
  control('model', '<button>Show my model</button>', () => line('Model C-40, built in March'), { at: bar, req: '/api/model', get: true });
  control('pdf', '<button>Make a PDF</button>', () => { el('<p class="card">manual.pdf is ready</p>'); }, { at: bar });
  control('large', '<button>Larger print</button>', () => { window.__size += 1; document.querySelectorAll('.para').forEach((e) => { e.style.fontSize = `${16 + (window.__size % 4)}px`; }); $('#size').textContent = `Size ${window.__size}`; }, { at: bar });
  window.__size = 0; el('<span id="size">Size 0</span>', bar);
  el('<div class="fig" id="hero"></div>');
  el(`<p>This manual is about the <span class="term" id="term">pressure valve</span> and all that belongs to it. ${text(5, 120)}</p>`);
  for (let i = 0; i < 13; i++) el(`<p class="para">${text(i + 40, 640)}</p>`);
  el('<h3>Was this of help?</h3>');
  const f = el('<form novalidate id="help"><label>Mail <input id="mail"></label><span class="bad" id="mailbad"></span><label>What was missing? <input id="missing"></label><span class="bad" id="missingbad"></span><div class="bar"><button id="tell">Send</button></div></form>');
  form('tell', f, () => {
    const mail = /^[^@ ]+@[^@ ]+\.[a-z]+$/.test($('#mail').value); const missing = $('#missing').value.length > 4;
    $('#mailbad').textContent = mail ? '' : `"${$('#mail').value}" is no mail address.`;
    $('#missingbad').textContent = missing ? '' : 'Please write a little more.';
    if (mail && missing) { f.reset(); toast('Thank you'); }
  });
}

function page([id]) {
  const box = el('<div class="toc"></div>');
  const body = el('<div class="body"></div>');
  el(`<div class="fig" id="figure"></div>`, body);
  el('<div class="wide" id="wide"><table><tr><td>Part</td><td>Number</td><td>Since model</td><td>Weight</td><td>Price</td><td>Colour</td><td>Supplier</td><td>Remarks</td></tr><tr><td>Seal</td><td>88-10</td><td>C-10</td><td>4 g</td><td>2.10</td><td>black</td><td>north</td><td>twice a year</td></tr></table></div>', body);
  el(`<p class="small" id="small">${text(77, 900)}</p>`, body);
  for (let k = 0; k < 7; k++) {
    el(`<h2 id="s${k}">Section ${k + 1}</h2>`, body);
    for (let i = 0; i < 2; i++) el(`<p class="para">${text(k * 4 + i + id.length, 620)}</p>`, body);
    const c = el('<div class="card"><code>valve --open 2</code> <button class="copy">Copy</button></div>', body);
    $('.copy', c).addEventListener('click', guard('copy', () => { $('.copy', c).textContent = 'Copied'; setTimeout(() => { $('.copy', c).textContent = 'Copy'; }, 1500); }));
  }
  const at = CHAPTERS.findIndex(([x]) => x === id);
  const bar = el('<div class="bar"></div>');
  el(`<a class="btn" id="over" href="/manual">All chapters</a>`, $('.top'));
  if (CHAPTERS[at + 1]) el(`<a class="btn" id="following" href="/manual/${CHAPTERS[at + 1][0]}">Next: ${CHAPTERS[at + 1][1]}</a>`, $('.top'));
  el(`<p>End of the chapter</p>`, bar);
  tocbot.init({ tocSelector: '.toc', contentSelector: '.body', headingSelector: 'h2', scrollSmooth: false, hasInnerContainers: false });
}

if (chapter) page(chapter); else overview();
if (window.__boot.flavour === 0) ticking(1000, (n) => `Support is online since ${n} s`);
