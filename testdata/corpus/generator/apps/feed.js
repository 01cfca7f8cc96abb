// An endless list of posts.
import { el, control, guard, form, toast, $ } from '../page/kit.js';

el('<h1>Neighbours</h1>');
const f = el('<form class="bar"><input id="say" placeholder="What is new?"><button id="post">Post</button></form>');
const bar = el('<div class="bar"></div>');
const list = el('<div id="list"></div>');
let n = 0; let busy = false;
function post(text, first) {
  const i = n++;
  const e = el(`<article class="card" id="p${i}"><p class="txt"></p><div class="bar"><span class="btn like">♡ <b>${(i * 7) % 20}</b></span><button class="follow">Follow</button><a class="more" href="#">More</a></div></article>`, list);
  if (first) list.prepend(e);
  $('.txt', e).textContent = text;
  $('.like', e).addEventListener('click', guard('like', () => { const b = $('.like b', e); b.textContent = +b.textContent + 1; }));
  $('.follow', e).addEventListener('click', guard('follow', () => { const b = $('.follow', e); b.textContent = b.textContent === 'Follow' ? 'Unfollow' : 'Follow'; }, { req: '/api/follow', bad: () => toast('Please try again', true) }));
  $('.more', e).addEventListener('click', (ev) => { ev.preventDefault(); guard('more', () => { $('.txt', e).textContent += ' The rest of the story is short and has a good end.'; })(); });
}
const load = () => { for (let k = 0; k < 6; k++) post(`Somebody near you lost a ${['cat', 'key', 'hat', 'bike'][n % 4]} on street ${n}.`); };
load(); load();
addEventListener('scroll', async () => {
  if (busy || innerHeight + scrollY < document.body.scrollHeight - 120 || n > 40) return;
  busy = true; await fetch('/api/posts'); load(); busy = false;
});
control('fresh', '<button>New posts</button>', () => { for (let k = 0; k < 5; k++) post('Just in: the market is open today.', true); }, { at: bar, req: '/api/new', get: true });
control('mute', '<button>Hide adverts</button>', () => toast('Adverts are hidden'), { at: bar });
control('invite', '<button>Invite a friend</button>', () => { el('<p class="card">Invitation sent</p>', bar); }, { at: bar, req: '/api/invite', bad: () => {} });
form('post', f, () => { post($('#say').value || 'Hello', true); $('#say').value = ''; });
