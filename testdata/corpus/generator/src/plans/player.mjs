import { press, many, select, prose } from '../steps.mjs';

export default {
  day: 9,
  benign: { play: many('.plyr button[data-plyr=play]', 2, 2, 900, 1500), forward: many('.plyr button[data-plyr=fast-forward]', 4, 7), rewind: many('.plyr button[data-plyr=rewind]', 2, 4), mute: many('.plyr button[data-plyr=mute]', 2, 4, 400, 800), seek: press('.plyr input[data-plyr=seek]', {}), nextep: many('#nextep', 2, 4), follow: press('#follow'), speed: many('#faster', 4, 7),
    queue: press('#queue'), select: select('#about', 3), prose: prose('#about') },
  faults: [{ sel: '#nextep', mode: 'dead' }, { sel: '#follow', mode: 'error', req: '/api/follow' }, { sel: '#text', mode: 'slow', req: '/api/text' }, { sel: '#text', mode: 'error', req: '/api/text', quiet: true }, { sel: '.plyr button[data-plyr=mute]', mode: 'cut' }, { sel: '#clip', mode: 'freeze' }, { sel: '#clip', mode: 'cover' }, { sel: '#clip', mode: 'off' },
    { sel: '#faster', mode: 'dead' }, { sel: '#queue', mode: 'throw' }],
};
