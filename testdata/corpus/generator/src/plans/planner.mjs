import { press, many, typing, select, prose, wait, dragTo } from '../steps.mjs';

/** today brings the calendar back to the days that hold something. */
const today = async (a) => { if (await a.js("!document.querySelector('.fc-today-button').disabled")) { await a.ok('.fc-today-button', undefined, { id: 'today' }); await a.h.wait(2600); } };

export default {
  // Messages are gone before the next thing is done.
  reset: (a) => a.h.wait(3200),
  take: { benign: 8, faults: 4, struggles: 3 },
  mouseOnly: ['drag', 'hover', 'shake'],
  touchOnly: ['swipe', 'pan', 'swiped'],
  benign: {
    months: many('.fc-next-button', 4, 8), back: async (a) => { await a.times('.fc-next-button', 4); await a.h.pause(700); await a.times('.fc-prev-button', 4); }, view: async (a) => { await a.ok('.fc-dayGridWeek-button'); await a.h.pause(900); await a.ok('.fc-dayGridMonth-button', undefined, { id: 'month' }); }, day: (a) => a.ok('.fc-daygrid-day', undefined, { nth: a.rnd.int(9, 24) }),
    drag: async (a) => { await today(a); await dragTo('.fc-day-today .fc-event', '.fc-daygrid-day:not(.fc-day-today):not(.fc-day-other)')(a); }, add: many('#add', 2, 4, 500, 900), kids: many('#kidsplus', 4, 7), fewer: async (a) => { await a.times('#kidsplus', 3); await a.h.pause(500); await a.times('#fewer', 3); }, views: async (a) => { for (const n of [1, 2, 0]) await a.ok('.tab', undefined, { nth: n, after: 500 }); },
    hush: many('#hush', 2, 4, 500, 900), tidy: many('#tidy', 2, 3, 600, 1100), sync: press('#sync'), feeds: press('#feeds'), share: press('#share'), tick: (a) => a.ok('.todo input', undefined, { nth: 1 }), bin: (a) => a.ok('.bin', undefined, { nth: 0 }), jot: async (a) => { await a.h.fill('#what', 'Rope'); await a.h.pause(300); await a.ok('#jot'); },
    what: typing('#what', 'Candles'), fold: many('#fold', 1, 2, 800, 1300), voice: (a) => a.holding('#voice'), ics: press('#ics', wait), date: press('#date', { ran: true, ...wait }), hover: (a) => a.hover([['.fc-daygrid-day', 9], ['.fc-daygrid-day', 12], ['.fc-daygrid-day', 10]], { rounds: 3 }), pan: (a) => a.pan([500, -400]), select: select('#about', 3), prose: prose('#about'),
  },
  struggles: {
    title: (a) => a.lure('.fc-toolbar-title', { id: 'title' }), swipe: (a) => a.deadSwipe('.fc-view-harness', { id: 'calendar' }), swiped: (a) => a.deadSwipe('.fc-view-harness', { id: 'calendar' }), shake: (a) => a.shaking({ sel: '#feeds', mode: 'slow', req: '/api/lists' }), month: (a) => a.lure('.fc-toolbar-title', { id: 'title' }), reload: (a) => a.reloading({ sel: '#tidy' }),
  },
  faults: [{ sel: '.fc-next-button', id: 'next', mode: 'cut' }, { sel: '.fc-dayGridWeek-button', id: 'week', mode: 'cut' }, { sel: '.fc-day-today', id: 'day', mode: 'cut', before: today }, { sel: '#add', mode: 'dead' }, { sel: '#add', mode: 'off' }, { sel: '#sync', mode: 'error', req: '/api/sync' }, { sel: '#sync', mode: 'slow', req: '/api/sync' }, { sel: '#feeds', mode: 'slow', req: '/api/lists' }, { sel: '#feeds', mode: 'error', req: '/api/lists', quiet: true },
    { sel: '#share', mode: 'error', req: '/api/share' }, { sel: '#share', mode: 'cover' }, { sel: '#tidy', mode: 'freeze' }, { sel: '#tidy', mode: 'throw' }, { sel: '#hush', mode: 'dead' }, { sel: '#kidsplus', mode: 'dead' }, { sel: '.bin', id: 'bin', mode: 'dead' }, { sel: '#jot', mode: 'silent', before: (a) => a.write([['#what', 'Rope']]) }, { sel: '#fold', mode: 'dead' }, { sel: '#voice', mode: 'hold' }, { sel: '.tab', id: 'tab-mine', nth: 1, mode: 'dead' }, { sel: '.fc-prev-button', id: 'prev', mode: 'cover' }],
};
