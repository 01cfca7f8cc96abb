// A hotel search with flatpickr.
import flatpickr from 'flatpickr';
import 'flatpickr/dist/flatpickr.css';
import { el, control, form, toast, ticking, beacon, $ } from '../page/kit.js';

el('<h1>Stay by the sea</h1>');
const f = el('<form><p>Arrival <input id="when" placeholder="Pick a day"></p><div id="inline"></div><div class="bar" id="guests">Guests <b>2</b></div><div class="bar" id="acts"></div></form>');
flatpickr('#inline', { inline: true, defaultDate: '2026-10-20', onChange: (_, s) => { window.__ran += 1; $('#when').value = s; } });
let n = 2;
const draw = () => { $('#guests b').textContent = n; };
control('minus', '<span class="btn">−</span>', () => { n = Math.max(1, n - 1); draw(); }, { at: $('#guests') });
control('plus', '<span class="btn">+</span>', () => { n += 1; draw(); }, { at: $('#guests') });
control('check', '<button type="button">Check rooms</button>', () => { $('#rooms').innerHTML = ['Sea view', 'Garden', 'Attic', 'Cellar', 'Tower', 'Barn'].map((x) => `<div class="card">${x} <b>${60 + n * 5}</b></div>`).join(''); }, { at: $('#acts'), req: '/api/rooms', get: true });
control('promo', '<button type="button">Use promotion</button>', () => toast('10 % off'), { at: $('#acts') });
control('map', '<a class="btn" href="#map">Show on map</a>', (e) => { e.preventDefault(); $('#where').textContent = $('#where').textContent ? '' : 'Harbour Road 1'; }, { at: $('#acts') });
el('<button id="book">Book now</button>', $('#acts'));
form('book', f, () => toast('Booked'), { req: '/api/book', bad: () => toast('Booking is not possible right now', true) });
el('<p id="where"></p>'); el('<div id="rooms"></div>'); el('<p id="blurb">The house stands above the harbour. Breakfast is served until eleven, and dogs are welcome.</p>');
if (window.__boot.flavour === 0) ticking(1000, (i) => `${3 + (i % 4)} people look at this house`);
beacon(19000);
