import { press, many, select, prose, wait } from '../steps.mjs';

export default {
  day: 0,
  benign: { carousel: many('#next', 5, 8), back: many('#prev', 3, 5), dots: press('.swiper-pagination-bullet', { nth: 3 }), likes: many('#like', 6, 11, 130, 300), album: press('#album'), download: press('#original', wait), select: select('#caption', 3),
    peek: (a) => a.ok('#compare', () => a.h.press(a.rnd.range(800, 1500))), swipe: async (a) => { const r = await a.h.rect('.swiper'); await a.ok('.swiper', () => a.h.drag(r.x + 40, a.h.y)); }, prose: prose('#caption') },
  faults: [{ sel: '#next', mode: 'cut' }, { sel: '#like', mode: 'dead' }, { sel: '#album', mode: 'error', req: '/api/album' }, { sel: '#album', mode: 'slow', req: '/api/album' }, { sel: '#print', mode: 'slow', req: '/api/print' }, { sel: '#print', mode: 'error', req: '/api/print', quiet: true },
    { sel: '#enhance', mode: 'freeze' }, { sel: '#enhance', mode: 'throw' }, { sel: '#print', mode: 'cover' }, { sel: '#compare', mode: 'hold' }, { sel: '#album', mode: 'off' }],
};
