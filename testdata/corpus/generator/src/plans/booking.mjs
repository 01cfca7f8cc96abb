import { press, many, select, prose } from '../steps.mjs';

export default {
  day: 6,
  benign: { months: many('.flatpickr-next-month', 4, 8), back: many('.flatpickr-prev-month', 3, 4), day: press('.flatpickr-day:not(.prevMonthDay)', { nth: 12 }), guests: many('#plus', 4, 7), check: press('#check'), map: many('#map', 1, 2, 700, 1200), book: press('#book'), promo: press('#promo'), select: select('#blurb', 3), prose: prose('#blurb') },
  faults: [{ sel: '.flatpickr-next-month', mode: 'cut' }, { sel: '#check', mode: 'slow', req: '/api/rooms' }, { sel: '#check', mode: 'error', req: '/api/rooms', quiet: true }, { sel: '#book', mode: 'error', req: '/api/book' }, { sel: '#book', mode: 'silent' }, { sel: '#promo', mode: 'off' }, { sel: '#promo', mode: 'dead' }, { sel: '#map', mode: 'cover' },
    { sel: '#plus', mode: 'dead' }, { sel: '#promo', mode: 'throw' }, { sel: '#map', mode: 'freeze' }],
};
