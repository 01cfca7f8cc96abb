// A depot of spare parts as such programs were written fifteen years ago: Knockout binds a page made of tables, jQuery UI brings the widgets, links lead to "#".
import ko from 'knockout';
import jQuery from './depot.jq.js';
import 'jquery-ui/dist/jquery-ui.js';
import 'jquery-ui/themes/base/core.css';
import 'jquery-ui/themes/base/spinner.css';
import 'jquery-ui/themes/base/tabs.css';
import 'jquery-ui/themes/base/accordion.css';
import 'jquery-ui/themes/base/dialog.css';
import 'jquery-ui/themes/base/slider.css';
import 'jquery-ui/themes/base/autocomplete.css';
import 'jquery-ui/themes/base/menu.css';
import 'jquery-ui/themes/base/datepicker.css';
import 'jquery-ui/themes/base/checkboxradio.css';
import 'jquery-ui/themes/base/selectmenu.css';
import 'jquery-ui/themes/base/button.css';
import 'jquery-ui/themes/base/progressbar.css';
import { guard, beacon, ticking } from '../page/kit.js';
import { path, go, routes } from '../page/router.js';

const NAMES = ['Bolt', 'Gasket', 'Bearing', 'Hose', 'Fuse', 'Valve', 'Spring', 'Filter', 'Washer', 'Belt'];
const PARTS = Array.from({ length: 40 }, (_, i) => ({ no: `${NAMES[i % 10][0]}-${200 + ((i * 37) % 700)}`, id: i + 1, name: `${NAMES[i % 10]} ${4 + ((i * 3) % 20)} mm`, left: (i * 13) % 60, shelf: `${'ABCD'[i % 4]}${1 + (i % 9)}` }));
const LINES = ['Take the oldest box first.', 'A torn bag is counted as empty.', 'Oil stands on the floor and nowhere else.', 'Who breaks a seal signs for it.', 'Shelf D is reached by ladder only.', 'Counting is on the last Friday.'];
const text = (seed, n) => Array.from({ length: n }, (_, i) => LINES[(seed * 5 + i * 7 + ((i * i) % 3)) % 6]).join(' ');

let n = 0; let timer = 0;
const m = { where: ko.observable(''), by: ko.observable('id'), upto: ko.observable(8), only: ko.observable(false), msg: ko.observable(''), err: ko.observable(''), basket: ko.observableArray(), bin: ko.observable(false), pics: ko.observable(false), lamp: ko.observable(0), torch: ko.observable(false), read: ko.observable(false), part: ko.observable(PARTS[0]), busy: ko.observable(false) };
const f = { who: ko.observable(''), cost: ko.observable(''), due: ko.observable(''), why: ko.observable('') };
const bad = { who: ko.observable(''), cost: ko.observable(''), due: ko.observable('') };
/** say writes into the yellow bar under the head, as such programs do, where it stays four seconds. */
const say = (t, wrong) => { n += 1; m.err(wrong ? `${t} [${n}]` : ''); m.msg(wrong ? '' : `${t} [${n}]`); clearTimeout(timer); timer = setTimeout(() => { m.err(''); m.msg(''); }, 4000); };
const empty = () => { for (const k of Object.keys(f)) f[k](''); for (const k of Object.keys(bad)) bad[k](''); };
const vm = {
  ...m, f, bad, text, PARTS, rules: Array.from({ length: 64 }, (_, i) => i),
  shown: ko.pureComputed(() => PARTS.filter((p) => !m.only() || p.left < 20).sort((a, b) => (a[m.by()] < b[m.by()] ? -1 : 1)).slice(0, m.upto())),
  open: guard('open', (p) => go(`/part/${p.id}`)), sort: (k) => guard(`by-${k}`, () => m.by(m.by() === k ? 'id' : k)), more: guard('more', () => m.upto(m.upto() > 20 ? 8 : m.upto() + 8), { req: '/api/parts', get: true }), few: guard('few', () => m.only(!m.only())),
  count: guard('count', () => say('1,204 pieces on the shelves'), { req: '/api/count', get: true, busy: m.busy, bad: () => say('The count was broken off', true) }), press: guard('press', () => say('Labels are printing'), { req: '/api/labels', bad: () => say('The printer is out of paper', true) }), horn: guard('horn', () => { m.lamp(m.lamp() + 1); }), van: guard('van', () => say('The van comes at noon'), { req: '/api/van', bad: () => say('No van today', true) }),
  back: guard('back', () => go('/')), take: guard('take', () => { m.basket.push(m.part().no); }), bind: guard('bind', () => m.bin(!m.bin())), photo: guard('photo', () => m.pics(!m.pics())), reserve: guard('reserve', () => say('Put aside until six'), { req: '/api/reserve', bad: () => say('Could not be put aside', true) }),
  down: () => { window.__ran += 1; m.torch(true); return true; }, up: () => { m.torch(false); return true; }, none: () => false,
  leave: guard('leave', () => say('You may go up to D')), ask: () => { window.__ran += 1; jQuery('#ladder').dialog('open'); }, clear: () => { window.__ran += 1; empty(); m.msg(''); },
  send: guard('send', () => {
    bad.who(f.who().length < 3 ? '* required' : ''); bad.cost(/^\d{4}-\d\d$/.test(f.cost()) ? '' : '* format 1234-56'); bad.due(/^\d\d?\/\d\d?$/.test(f.due()) ? '' : '* day/month');
    if (bad.who() || bad.cost() || bad.due()) return;
    empty(); say('Requisition filed');
  }, { req: '/api/file', bad: () => say('The file server does not answer', true) }),
};
const link = (id, to, t) => `<a href="#" id="${id}" data-bind="click: () => { window.__ran += 1; go('${to}'); }">${t}</a>`;
const cell = (k, t) => `<tr><td align="right">${t}:</td><td><input type="text" id="${k}" autocomplete="off" data-bind="value: f.${k}"></td><td class="red" data-bind="text: ${k === 'why' ? "''" : `bad.${k}`}"></td></tr>`;
document.head.append(Object.assign(document.createElement('style'), { textContent: 'body{font:13px/1.5 Verdana,sans-serif;background:#ececec}#head{background:#336;color:#fff;padding:8px}#head a{color:#ff9;margin-right:16px}table{border-collapse:collapse}#list td,#list th{border:1px solid #aaa;padding:7px 9px;background:#fff}#list th{background:#dde;cursor:pointer}.red{color:#c00;font-size:11px}.ok{background:#ffc;border:1px solid #cc6;padding:6px}.bad{background:#fcc;border:1px solid #c66;padding:6px}.lamp{display:inline-block;padding:8px 12px;background:#eee;border:2px outset #ccc;cursor:pointer}.tiny{font-size:7px;line-height:9px}.pic{height:110px;background:repeating-linear-gradient(90deg,#bbb,#bbb 18px,#ccc 18px,#ccc 36px);margin:8px 0;padding:6px}input[type=button],button.old{font:inherit;padding:8px 12px;border:2px outset #ccc;background:#ddd}.belt{overflow-x:auto;white-space:nowrap;border:1px inset #aaa;padding:10px;background:#fff}.belt span{margin-right:36px}.ui-widget{font-size:13px}.ui-dialog{background:#fff;border:1px solid #666;padding:8px}.ui-menu,.ui-datepicker{background:#fff;border:1px solid #888}.ui-state-active{background:#ccd}.ui-slider{border:1px solid #888;background:#fff}.ui-slider-handle{background:#88a}.ui-button{border:1px solid #888;padding:7px 10px;background:#eee}.ui-spinner{border:1px solid #888}.ui-spinner-button{width:26px!important;background:#ddd;cursor:pointer}.ui-spinner-input{margin-right:30px!important}h1{font-size:17px;margin:8px 0}' }));
document.getElementById('app').innerHTML = `<div id="head"><b>DEPOT</b> &nbsp; ${link('n-parts', '/', 'Parts')}${link('n-file', '/file', 'Requisition')}${link('n-tools', '/tools', 'Tools')}${link('n-rules', '/rules', 'House rules')}</div>
<!-- ko if: msg --><div class="ok" data-bind="text: msg"></div><!-- /ko --><!-- ko if: err --><div class="bad" data-bind="text: err"></div><!-- /ko -->
<!-- ko if: where() === '/' --><h1>Parts in stock</h1><table id="list"><thead><tr><th>No.</th><th id="by-name" data-bind="click: sort('name')">Part</th><th id="by-left" data-bind="click: sort('left')">Left</th><th id="nosort">Shelf</th></tr></thead><tbody data-bind="foreach: shown"><tr class="row" data-bind="click: $root.open"><td data-bind="text: no"></td><td data-bind="text: name"></td><td data-bind="text: left"></td><td data-bind="text: shelf"></td></tr></tbody></table>
<p><a href="#" id="more" data-bind="click: more">more ...</a> &nbsp; <a href="#" id="few" data-bind="click: few, text: only() ? 'show all' : 'running out'"></a></p>
<p><input type="button" id="count" data-bind="click: count, value: busy() ? 'Counting' : 'Count'"> <input type="button" id="labels" value="Print labels" data-bind="click: press"> <input type="button" id="van" value="Call the van" data-bind="click: van"> <span class="lamp" id="horn" data-bind="click: horn">Horn x<b data-bind="text: lamp"></b></span> <a id="csv" href="/files/parts.csv" download>Export</a></p>
<div class="pic" id="plan">Plan of the hall</div><p id="foot">Numbers are those of last Friday. Whoever takes the last piece writes a requisition before the shelf is empty, not after it.</p><!-- /ko -->
<!-- ko if: where().indexOf('/part/') === 0 --><p><a href="#" id="back" data-bind="click: back">&lt;&lt; Back to list</a></p><h1 data-bind="text: part().name"></h1><p>Shelf <b id="shelf" data-bind="text: part().shelf"></b>, <span data-bind="text: part().left"></span> left. In the basket: <span id="basket" data-bind="text: basket().length"></span></p>
<p><span class="lamp" id="take" data-bind="click: take">Into the basket</span> <input type="button" id="reserve" value="Put aside" data-bind="click: reserve"> <a href="#" id="bind" data-bind="click: bind, text: bin() ? 'watched' : 'watch'"></a> <a href="#" id="pics" data-bind="click: photo">pictures</a> <input type="button" id="torch" value="Light (hold)" data-bind="event: { pointerdown: down, pointerup: up, pointercancel: up, contextmenu: none }"></p><!-- ko if: pics --><div class="pic">front</div><!-- /ko --><!-- ko if: torch --><p class="ok">The shelf is lit.</p><!-- /ko -->
<p>How many: <input id="many" data-bind="spin: 1"></p><div data-bind="tabs: 1" id="tabs"><ul><li><a href="#tab-a" id="t-a">Sizes</a></li><li><a href="#tab-b" id="t-b">Fits</a></li><li><a href="#tab-c" id="t-c">Maker</a></li></ul><div id="tab-a" data-bind="text: text(1, 2)"></div><div id="tab-b" data-bind="text: text(2, 2)"></div><div id="tab-c" data-bind="text: text(3, 2)"></div></div><div class="pic" id="drawing">Drawing</div><!-- ko foreach: rules.slice(0, 7) --><p class="par" data-bind="text: $root.text($data, 7)"></p><!-- /ko --><!-- /ko -->
<!-- ko if: where() === '/file' --><h1>Requisition</h1><form novalidate data-bind="submit: send"><table>${cell('who', 'Who needs it')}${cell('cost', 'Cost centre')}${cell('due', 'Needed on')}${cell('why', 'Remark')}</table><p><input type="submit" id="send" value="File" style="font:inherit;padding:8px 12px"> <input type="button" id="clear" value="Reset" data-bind="click: clear"></p></form><p><input type="checkbox" id="readit" data-bind="checked: read, event: { change: () => { window.__ran += 1; return true; } }"> I have read about ladders</p><p><input type="button" id="ladderok" value="Fetch from shelf D" data-bind="click: leave, enable: read"> <input type="button" id="askl" value="About ladders" data-bind="click: ask"></p><div id="ladder" title="Ladders" data-bind="dialog: 1"><p>One person climbs, one person holds.</p><a href="#" id="shut" data-bind="click: () => { window.__ran += 1; jQuery('#ladder').dialog('close'); }">Understood</a></div><!-- /ko -->
<!-- ko if: where() === '/tools' --><h1>Tools</h1><p>Volume <span id="vol">3</span></p><div id="slide" data-bind="slide: 1" style="width:220px;margin:12px"></div><div id="acc" data-bind="accordion: 1"><h3 id="a0">Drill</h3><div data-bind="text: text(4, 2)"></div><h3 id="a1">Saw</h3><div data-bind="text: text(5, 2)"></div><h3 id="a2">Crane</h3><div data-bind="text: text(6, 2)"></div></div><p><label for="size">Size</label> <select id="size" data-bind="choose: 1"><option>small</option><option>middle</option><option>large</option></select></p><p>Part: <input id="guess" data-bind="guess: 1"></p><p>Back on <input id="date" data-bind="date: 1"></p><div class="pic" id="crane">The crane</div><!-- /ko -->
<!-- ko if: where() === '/rules' --><h1>House rules</h1><p class="tiny" id="tiny" data-bind="text: text(2, 24)"></p><div class="belt" id="belt"><!-- ko foreach: PARTS.slice(0, 10) --><span data-bind="text: name + ' on ' + shelf"></span><!-- /ko --></div><!-- ko foreach: rules --><p><b data-bind="text: $data + 1"></b> <span class="par" data-bind="text: $root.text($data, 9)"></span></p><!-- /ko --><!-- /ko -->`;
Object.assign(window, { go, jQuery });
const seen = () => { window.__ran += 1; };
/** widget makes a binding out of a jQuery UI widget. */
const widget = (name, make) => { ko.bindingHandlers[name] = { init: (e) => { setTimeout(() => make(jQuery(e))); ko.utils.domNodeDisposal.addDisposeCallback(e, () => jQuery(e).removeData()); return { controlsDescendantBindings: false }; } }; };
widget('spin', (e) => e.spinner({ min: 1, max: 60, spin: seen }).spinner('value', 1)); widget('tabs', (e) => e.tabs({ activate: seen })); widget('slide', (e) => e.slider({ min: 0, max: 9, value: 3, change: (ev, u) => { seen(); jQuery('#vol').text(u.value); } })); widget('accordion', (e) => e.accordion({ heightStyle: 'content', animate: false, activate: seen })); widget('choose', (e) => e.selectmenu({ change: seen }));
widget('guess', (e) => e.autocomplete({ source: NAMES, delay: 200, select: seen, appendTo: e.parent() })); widget('date', (e) => e.datepicker({ onSelect: seen, duration: 0, showAnim: '' })); widget('dialog', (e) => e.dialog({ autoOpen: false, modal: true, appendTo: '#app', width: 320 }));
jQuery.fx.off = true;
routes((p) => { jQuery('#ladder').filter('.ui-dialog-content').dialog('destroy').remove(); if (p.startsWith('/part/')) m.part(PARTS[Number(p.slice(6)) - 1] ?? PARTS[0]); m.msg(''); m.err(''); m.where(p); });
ko.applyBindings(vm, document.getElementById('app'));
if (window.__boot.flavour === 1) beacon(24000);
if (window.__boot.flavour === 2) ticking(5000, (i) => `Gate ${1 + (i % 4)} is open`);
