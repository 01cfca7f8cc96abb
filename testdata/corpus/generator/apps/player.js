// A podcast player with Plyr and a tone made here.
import Plyr from 'plyr';
import 'plyr/dist/plyr.css';
import { el, control, toast, line, $ } from '../page/kit.js';

// Twenty minutes of silence would be large; two minutes at 500 Hz sampling are 60 kB.
const secs = 120; const rate = 3000; const size = secs * rate;
const v = new DataView(new ArrayBuffer(44 + size));
const put = (o, s) => [...s].forEach((ch, i) => v.setUint8(o + i, ch.charCodeAt(0)));
put(0, 'RIFF'); v.setUint32(4, 36 + size, true); put(8, 'WAVEfmt '); v.setUint32(16, 16, true); v.setUint16(20, 1, true); v.setUint16(22, 1, true);
v.setUint32(24, rate, true); v.setUint32(28, rate, true); v.setUint16(32, 1, true); v.setUint16(34, 8, true); put(36, 'data'); v.setUint32(40, size, true);
for (let i = 0; i < size; i++) v.setUint8(44 + i, 128);
el('<h1>Radio of the week</h1>');
const a = el('<audio id="snd" controls></audio>');
a.src = URL.createObjectURL(new Blob([v.buffer], { type: 'audio/wav' }));
// Plyr's own icons come from another host; without them its labels are enough.
window.plyr = new Plyr(a, { controls: ['play', 'progress', 'current-time', 'mute', 'rewind', 'fast-forward'], loadSprite: false, seekTime: 5 });
const bar = el('<div class="bar"></div>');
let ep = 1;
control('nextep', '<div class="btn" tabindex="0">Next episode</div>', () => { ep += 1; $('#ep').textContent = `Episode ${ep}`; }, { at: bar });
control('follow', '<button aria-pressed="false">Follow</button>', () => { const on = $('#follow').getAttribute('aria-pressed') !== 'true'; $('#follow').setAttribute('aria-pressed', on); $('#follow').textContent = on ? 'Following' : 'Follow'; }, { at: bar, req: '/api/follow', bad: () => toast('Please try later', true) });
control('text', '<button>Transcript</button>', () => { el('<div class="card"><p>Hello and welcome.</p><p>Today we talk about rivers.</p><p>And boats.</p><p>Goodbye.</p></div>'); }, { at: bar, req: '/api/text', get: true });
control('faster', '<button>Speed <i>1.0</i></button>', () => { const i = $('#faster i'); i.textContent = (Number(i.textContent) + 0.1).toFixed(1); }, { at: bar });
control('queue', '<button>Add to queue</button>', () => line('In your queue'), { at: bar });
control('clip', '<button>Make a clip</button>', () => { el('<p class="card">Clip of 30 s</p>'); }, { at: bar });
el('<p id="ep">Episode 1</p>'); el('<p id="about">A slow talk about rivers, boats and the people who live on them, every Friday.</p>');
