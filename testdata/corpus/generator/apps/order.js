// An order form with Tom Select, native controls and a stepper.
import TomSelect from 'tom-select';
import 'tom-select/dist/css/tom-select.css';
import { el, control, form, toast, ticking, fault, $ } from '../page/kit.js';

el('<h1>Order lunch</h1>');
const f = el(`<form novalidate><p>Dish <select id="dish"><option value="">Choose…</option><option>Soup</option><option>Curry</option><option>Pasta</option><option>Salad</option></select></p>
<p>Extras <select id="extras" multiple><option>Bread</option><option>Olives</option><option>Cheese</option><option>Lemon</option></select></p>
<p>Day <input type="date" id="day" value="2026-10-05"></p><p class="bar" id="qty">Portions <b>1</b></p>
<p>Note <textarea id="note" rows="2"></textarea></p><p><label><input type="checkbox" id="cutlery"> Send cutlery</label></p>
<div class="bar" id="acts"></div></form>`);
new TomSelect('#dish', { controlInput: null });
new TomSelect('#extras', {});
let n = 1;
const draw = () => { $('#qty b').textContent = n; $('#total').textContent = `Total ${(n * 8.5).toFixed(2)}`; };
control('less', '<button type="button">−</button>', () => { n = Math.max(1, n - 1); draw(); }, { at: $('#qty') });
control('more', '<button type="button">+</button>', () => { n += 1; draw(); }, { at: $('#qty') });
control('lookup', '<button type="button">Find my address</button>', () => { $('#address').textContent = 'Mill Lane 4, first floor'; }, { at: $('#acts'), req: '/api/address', get: true });
control('voucher', '<button type="button">Use voucher</button>', () => toast('Voucher used'), { at: $('#acts'), req: '/api/voucher', bad: () => { $('#address').textContent = 'This voucher could not be used.'; } });
control('same', '<button type="button">Same as last time</button>', () => { n = 3; draw(); $('#address').textContent = 'As on Friday'; }, { at: $('#acts') });
el('<button id="send">Place order</button>', $('#acts'));
form('send', f, () => toast('Order placed'), { req: '/api/lunch', bad: () => toast('Order was not accepted', true) });
el('<p id="total">Total 8.50</p>'); el('<p id="address">Deliver to the office</p>');
el('<p id="terms">Orders before ten are delivered at noon. Later ones are cooked for the evening, and may be changed until four.</p>');
if (window.__boot.flavour === 2) ticking(1000, (i) => `Kitchen closes in ${3600 - i} s`);
