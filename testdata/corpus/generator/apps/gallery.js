// A photo gallery around Swiper; in one of three flavours it moves by itself.
import Swiper from 'swiper';
import { Navigation, Pagination, Autoplay } from 'swiper/modules';
import 'swiper/css';
import 'swiper/css/pagination';
import { el, control, toast, ticking, $ } from '../page/kit.js';

el('<h1>Summer at the lake</h1>');
const slides = Array.from({ length: 9 }, (_, i) => `<div class="swiper-slide" style="height:220px;background:hsl(${i * 40} 40% 75%)">Picture ${i + 1}</div>`).join('');
el(`<div class="swiper"><div class="swiper-wrapper">${slides}</div><div class="swiper-pagination"></div></div>`);
el('<div class="bar"><div class="btn" id="prev">‹</div><div class="btn" id="next">›</div><span id="where">1 of 9</span></div>');
window.swiper = new Swiper('.swiper', { modules: [Navigation, Pagination, Autoplay], speed: 0, loop: true, pagination: { el: '.swiper-pagination', clickable: true }, navigation: { prevEl: '#prev', nextEl: '#next' },
  ...(window.__boot.flavour === 0 ? { autoplay: { delay: 2600, disableOnInteraction: false } } : {}) });
swiper.on('slideChange', () => { $('#where').textContent = `${swiper.realIndex + 1} of 9`; });
const bar = el('<div class="bar"></div>');
let likes = 12;
control('like', '<div class="btn" role="button" tabindex="0">♥ <b>12</b></div>', () => { likes += 1; $('#like b').textContent = likes; }, { at: bar });
control('album', '<button>Add to album</button>', () => toast('Added to your album'), { at: bar, req: '/api/album', bad: () => toast('The album is not available', true) });
control('print', '<button>Order a print</button>', () => { el('<p class="card">Print ordered</p>'); }, { at: bar, req: '/api/print', busy: (on, e) => { e.setAttribute('aria-busy', on); e.textContent = on ? 'One moment…' : 'Order a print'; } });
control('enhance', '<button>Enhance colours</button>', () => { $('.swiper').classList.toggle('on'); el('<p>Colours enhanced</p>', $('#notes')); }, { at: bar });
el('<a id="original" class="btn" href="/files/picture.txt" download>Original</a>', bar);
const cmp = el('<button id="compare">Before</button>', bar);
const veil = el('<div class="card" id="veil" hidden>Before the edit</div>');
let held = 0;
cmp.addEventListener('pointerdown', () => { window.__ran += 1; veil.hidden = false; held = Date.now(); });
for (const t of ['pointerup', 'pointercancel']) window.addEventListener(t, () => { veil.hidden = true; });
cmp.addEventListener('contextmenu', (e) => e.preventDefault());
el('<p id="caption">Taken in July on the north shore. The water was cold and the evening long.</p>');
el('<div id="notes"></div>');
if (window.__boot.flavour === 1) ticking(1000, (n) => `Album open for ${n} s`);
