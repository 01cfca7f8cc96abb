// A note with the Quill editor.
import Quill from 'quill';
import 'quill/dist/quill.snow.css';
import { el, control, toast, line, ticking, $ } from '../page/kit.js';

el('<h1>Minutes</h1>');
const bar = el('<div class="bar"></div>');
el('<div id="ed"><p>The meeting began at nine. Three people were present.</p><p>The budget was accepted without a change.</p></div>');
window.quill = new Quill('#ed', { theme: 'snow', modules: { toolbar: [['bold', 'italic', 'underline'], [{ list: 'bullet' }], ['clean']] } });
control('save', '<button>Save</button>', () => line(`Saved at ${new Date().toISOString().slice(11, 19)}`), { at: bar, req: '/api/note', bad: () => line('Not saved') });
control('publish', '<button>Publish</button>', () => toast('Published'), { at: bar });
control('share', '<div class="btn">Share</div>', () => { const d = $('#dlg') ?? el('<div id="dlg" role="dialog" class="card">Link: corpus.example/n/4 <button id="shut">Close</button></div>'); $('#shut').onclick = () => d.remove(); }, { at: bar });
control('count', '<button>Count words</button>', () => line(`${quill.getText().split(/\s+/).length} words`), { at: bar });
control('sum', '<button>Summarise</button>', () => { el('<div class="card"><p>Summary</p><ul><li>Three people</li><li>Budget accepted</li><li>No change</li><li>End at ten</li></ul></div>'); }, { at: bar, req: '/api/sum', busy: (on, e) => { e.textContent = on ? 'Summarising…' : 'Summarise'; } });
control('bigger', '<button>A+</button>', () => { const e = $('.ql-editor'); e.style.fontSize = `${parseInt(e.style.fontSize || '14', 10) + 1}px`; }, { at: bar });
el('<p id="hint">Minutes are kept for two years. Everybody who was present may correct them within a week.</p>');
if (window.__boot.flavour === 1) ticking(1000, (n) => `${1 + (n % 3)} people are reading`);
