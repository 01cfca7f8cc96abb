import { press, many, typing } from '../steps.mjs';

export default {
  day: 11,
  benign: { stars: async (a) => { for (let i = 0; i < 3; i++) { await a.ok('#stars >>> .rating__symbol', undefined, { nth: 1 + i, after: 500, ran: true }); } }, anon: many('#anon', 2, 3, 500, 900), tabs: async (a) => { await a.ok('#tabb', undefined, { after: 400 }); await a.ok('#taba', undefined, { after: 400 }); }, details: many('#det >>> .details__header', 1, 2, 700, 1200), helpful: many('#helpful >>> button', 4, 8),
    draft: press('#draft'), send: press('#send'), word: typing('#word', 'Lovely'), check: press('#check') },
  faults: [{ sel: '#draft', mode: 'dead' }, { sel: '#send', mode: 'error', req: '/api/review' }, { sel: '#send', mode: 'slow', req: '/api/review' }, { sel: '#photos', mode: 'slow', req: '/api/photos' }, { sel: '#photos', mode: 'error', req: '/api/photos', quiet: true }, { sel: '#check', mode: 'freeze' }, { sel: '#check', mode: 'cover' }, { sel: '#draft', mode: 'off' },
    { sel: '#helpful', mode: 'cut' }, { sel: '#anon', mode: 'cut' }, { sel: '#check', mode: 'throw' }],
};
