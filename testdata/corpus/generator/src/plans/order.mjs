import { press, many, typing, select, prose, wait } from '../steps.mjs';

export default {
  day: 3,
  benign: { more: many('#more', 4, 8), less: async (a) => { await a.times('#more', 5); await a.h.pause(500); await a.times('#less', 3); }, cutlery: many('#cutlery', 1, 3, 500, 900), note: typing('#note', 'No onions please'), day: press('#day', wait), same: press('#same'), voucher: press('#voucher'), send: press('#send'),
    dish: async (a) => { await a.ok('#dish-ts-control'); await a.h.pause(500); await a.ok('#dish-ts-dropdown .option', undefined, { nth: a.rnd.int(1, 3), id: 'option' }); }, select: select('#terms', 3), prose: prose('#terms') },
  faults: [{ sel: '#send', mode: 'silent' }, { sel: '#send', mode: 'off' }, { sel: '#send', mode: 'error', req: '/api/lunch' }, { sel: '#voucher', mode: 'error', req: '/api/voucher' }, { sel: '#lookup', mode: 'slow', req: '/api/address' }, { sel: '#lookup', mode: 'error', req: '/api/address', quiet: true }, { sel: '#more', mode: 'dead' },
    { sel: '#same', mode: 'cover' }, { sel: '#same', mode: 'throw' }, { sel: '#same', mode: 'freeze' }],
};
