// A family planner with FullCalendar and Alpine.
import { Calendar } from '@fullcalendar/core';
import dayGrid from '@fullcalendar/daygrid';
import interaction from '@fullcalendar/interaction';
import Alpine from 'alpinejs';
import { el, guard, toast, ticking, beacon } from '../page/kit.js';

el('<h1>Family planner</h1>');
if (window.__boot.flavour !== 1) ticking(1000, () => new Date().toISOString().slice(11, 19));
el('<div id="cal"></div>');
el('<div id="pop" class="card"></div>');
const day = (n, t) => ({ title: t, start: new Date(Date.now() + n * 86400e3).toISOString().slice(0, 10) });
const cal = new Calendar(document.getElementById('cal'), {
  plugins: matchMedia('(hover: hover)').matches ? [dayGrid, interaction] : [dayGrid], initialView: 'dayGridMonth', height: 460, editable: true, fixedWeekCount: false, headerToolbar: { left: 'prev,next today', center: 'title', right: 'dayGridMonth,dayGridWeek' },
  events: [day(0, 'Dentist'), day(-3, 'Choir'), day(4, 'School play'), day(9, 'Bins')],
  eventClick: (i) => { window.__ran += 1; document.getElementById('pop').textContent = `${i.event.title}, all day`; },
  datesSet: () => { window.__ran += 1; },
});
cal.render();
document.getElementById('cal').addEventListener('click', (e) => { const d = e.target.closest('.fc-daygrid-day[data-date]'); if (!d || e.target.closest('.fc-event')) return; window.__ran += 1; document.getElementById('pop').textContent = `Nothing planned on ${d.dataset.date}`; });
window.g = (id, fn, opt) => guard(id, fn, opt)();
window.toast = toast;
let more = 0;
window.addEvent = () => { more += 1; cal.addEvent({ title: `Swim ${more}`, start: cal.getDate() }); };
el(`<div x-data="{ todo: ['Bread', 'Stamps', 'Bulbs'], done: [], kids: 2, open: false, view: 'all', tip: '', hush: false, aim: false, sure: 0 }">
  <div class="bar">
    <button id="add" @click="g('add', () => addEvent())">Add swimming</button>
    <button id="sync" @click="g('sync', () => { sure += 1; tip = 'In step with phone ' + sure }, { req: '/api/sync', bad: () => { tip = 'The phone could not be reached' } })">Sync phone</button>
    <button id="feeds" @click="g('feeds', () => { todo = [...todo, 'Cake'] }, { req: '/api/lists', get: true })">Fetch lists</button>
    <button id="share" @click="g('share', () => toast('Shared with everyone'), { req: '/api/share', bad: () => toast('Sharing failed', true) })">Share</button>
    <button id="tidy" @click="g('tidy', () => { sure += 1; tip = 'Tidied ' + sure })">Tidy up</button>
    <div class="btn" id="hush" role="switch" :aria-checked="hush" @click="g('hush', () => { hush = !hush })" x-text="hush ? 'Silent' : 'Loud'"></div>
    <button id="voice" @pointerdown="__ran += 1; aim = true" @pointerup="aim = false" @contextmenu.prevent="">Say it</button>
    <input id="date" type="date">
    <a class="btn" id="ics" href="/files/family.ics" download @click="__ran += 1">Calendar file</a>
  </div>
  <p x-show="aim">Listening …</p>
  <div class="bar"><span>Children</span><span class="btn" id="fewer" @click="g('fewer', () => { kids = Math.max(0, kids - 1) })">−</span><b x-text="kids"></b><span class="btn" id="kidsplus" @click="g('kidsplus', () => { kids += 1 })">+</span>
    <template x-for="v in ['all', 'mine', 'yours']"><span class="tab btn" :class="view === v ? 'on' : ''" @click="g('tab-' + v, () => { view = v })" x-text="v"></span></template></div>
  <p x-text="'Showing ' + view"></p>
  <ul><template x-for="(t, i) in todo" :key="t + i"><li class="todo"><label><input type="checkbox" @change="__ran += 1; sure += 1"> <span x-text="t"></span></label> <i class="bin" @click="g('bin', () => { todo.splice(i, 1); })">✕</i></li></template></ul>
  <form class="bar" @submit.prevent="g('jot', () => { todo = [...todo, $refs.what.value || 'Thing']; $refs.what.value = '' })"><input id="what" x-ref="what" placeholder="What to buy"><button id="jot">Add</button></form>
  <h3 id="fold" @click="g('fold', () => { open = !open })">House rules</h3><p x-show="open">Shoes off. Lights out at ten.</p>
  <p id="tip" x-text="tip"></p>
  <p id="about">Everybody sees the same plan. Colours tell whose day it is, and stars mark what must not be forgotten.</p></div>`);
el('<style>.bin{padding:4px 10px;cursor:pointer;font-style:normal}.todo{padding:4px}#fold{cursor:pointer}.tab{min-width:70px}#pop:empty{display:none}</style>');
Alpine.start();
beacon(21000);
