import { press, select, prose } from '../steps.mjs';

export default {
  day: 12,
  benign: { likes: (a) => a.times('.like', a.rnd.int(5, 9), 130, 300, { nth: 1 }), follow: (a) => a.ok('.follow', undefined, { nth: 0, after: 1200 }), more: (a) => a.ok('.more', undefined, { nth: 2 }), scroll: async (a) => { await a.h.scroll(900); await a.h.pause(900); await a.h.scroll(700); await a.h.pause(900); await a.h.scroll(-1700); }, fresh: press('#fresh'), mute: press('#mute'),
    post: async (a) => { await a.h.fill('#say', 'Fog'); await a.h.pause(300); await a.ok('#post'); }, select: select('.txt', 3), double: select('.txt', 2), prose: prose('.txt') },
  faults: [{ sel: '.like', id: 'like', mode: 'dead', nth: 0 }, { sel: '.follow', id: 'follow', mode: 'error', req: '/api/follow', nth: 1 }, { sel: '#fresh', mode: 'slow', req: '/api/new' }, { sel: '#fresh', mode: 'error', req: '/api/new', quiet: true }, { sel: '#post', mode: 'silent' }, { sel: '#mute', mode: 'cover' }, { sel: '#mute', mode: 'throw' }, { sel: '#mute', mode: 'off' },
    { sel: '#invite', mode: 'freeze' }, { sel: '.more', id: 'more', mode: 'dead', nth: 0 }],
};
