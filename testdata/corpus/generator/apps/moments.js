// Stories, photographs and a strip: a hand-made story viewer, PhotoSwipe and Splide, with jQuery.
import $ from 'jquery';
import PhotoSwipe from 'photoswipe';
import Splide from '@splidejs/splide';
import 'photoswipe/dist/photoswipe.css';
import '@splidejs/splide/dist/css/splide-core.min.css';
import { el, guard, toast } from '../page/kit.js';

const art = (h, w = 320, t = 240) => `data:image/svg+xml,${encodeURIComponent(`<svg xmlns="http://www.w3.org/2000/svg" width="${w}" height="${t}"><rect width="${w}" height="${t}" fill="hsl(${h},60%,70%)"/></svg>`)}`;
el(`<div><h1>Today</h1>
  <div id="story"><div id="bars" data-ambient><i></i></div><img id="pic" alt=""><p id="cap"></p><div id="zl"></div><div id="zr"></div></div>
  <div class="bar"><span class="heart" id="heart">♡ <b>0</b></span><span class="react" id="wow">😮</span><button id="reply">Reply</button><button id="save">Save story</button><button id="freezeit">Make a collage</button><div class="btn" id="voice">Hold to speak</div></div>
  <p id="said"></p>
  <section class="splide" id="strip" aria-label="Strip"><div class="splide__track"><ul class="splide__list"></ul></div></section>
  <div id="thumbs" class="bar"></div>
  <div class="bar"><button id="follow">Follow</button><button id="older">Older stories</button><button id="hide">Hide adverts</button><a class="btn" href="#who" id="who">Who saw it</a><div class="btn" id="close">Close friends</div><a class="btn" id="dl" href="/files/story.jpg" download>Save to device</a></div>
  <div id="viewers"></div><div id="oldlist"></div><p id="about">Stories stay for a day. Nobody is told when you look twice.</p></div>`);
el('<style>#story{position:relative;width:300px;height:340px;background:#111;color:#eee;user-select:none;overflow:hidden}#pic{width:100%;height:280px;pointer-events:none}#zl,#zr{position:absolute;top:0;bottom:0;width:50%}#zl{left:0}#zr{right:0}#bars{height:4px;background:#444}#bars i{display:block;height:4px;background:#fff;width:0}.heart,.react{font-size:22px;padding:4px 10px;cursor:pointer;user-select:none}.splide__slide{height:110px;background:#cde;border:4px solid #fff;text-align:center;padding:30px}.thumb{width:80px;height:60px;cursor:pointer}.splide__arrow{position:relative}</style>');
const caps = ['Breakfast', 'Fog', 'The bridge', 'A dog', 'Lunch', 'The hill', 'Rain', 'Bread', 'Evening', 'Lamp', 'Moon', 'Good night'];
let at = 0; let shown = 0;
const draw = () => { $('#pic').attr('src', art(at * 29)); $('#cap').text(`${caps[at % caps.length]} (${at + 1})`); shown = 0; };
draw();
$('#zr').on('click', guard('zr', () => { at += 1; draw(); }));
$('#zl').on('click', guard('zl', () => { at = Math.max(0, at - 1); draw(); }));
setInterval(() => { shown += 500; $('#bars i').css('width', `${Math.min(100, shown / 80)}%`); }, 500);
let hearts = 0; let n = 0;
$('#heart').on('click', guard('heart', () => { hearts += 1; $('#heart b').text(hearts); }));
$('#wow').on('click', guard('wow', () => { n += 1; $('#said').text(`You reacted ${n} times`); }));
$('#reply').on('click', guard('reply', () => { n += 1; $('#said').html(`Reply ${n}: <input id="answer" placeholder="Say something">`); }));
$('#save').on('click', guard('save', () => toast('Saved'), { req: '/api/save', bad: () => toast('This story cannot be saved now', true) }));
$('#freezeit').on('click', guard('freezeit', () => { n += 1; $('#said').text(`Collage ${n} is ready`); }));
$('#voice').on('pointerdown', () => { window.__ran += 1; $('#said').text(`Listening ${n += 1}`); }).on('pointerup pointerleave', () => { if ($('#said').text().startsWith('Listening')) $('#said').text(''); }).on('contextmenu', (e) => e.preventDefault());
$('#follow').on('click', guard('follow', () => { $('#follow').text($('#follow').text() === 'Follow' ? 'Following' : 'Follow'); }, { req: '/api/follow', bad: () => toast('Please try later', true) }));
$('#older').on('click', guard('older', () => { $('#oldlist').append(['Sea', 'Cliff', 'Gull'].map((x) => `<p class="card">${x} ${n += 1}</p>`).join('')); }, { req: '/api/older', get: true }));
$('#hide').on('click', guard('hide', () => toast('Adverts are hidden')));
$('#who').on('click', (e) => { e.preventDefault(); guard('who', () => { $('#viewers').text($('#viewers').text() ? '' : 'Ann, Ben and Cy'); })(); });
$('#close').on('click', guard('close', () => { $('#close').toggleClass('on'); }));
$('#dl').on('click', () => { window.__ran += 1; });
for (let i = 0; i < 26; i++) el(`<div class="card post"><b>Friend ${i + 1}</b><p>${['Lost a glove near the mill.', 'The bakery has rye again!', 'Who sings on Thursdays?', 'Fog until noon, then this sky.'][i % 4]} And then we walked home the long way, past the lock.</p></div>`);
for (let i = 0; i < 6; i++) {
  $('#strip .splide__list').append(`<li class="splide__slide">Friend ${i + 1}</li>`);
  $('#thumbs').append(`<img class="thumb" alt="" src="${art(i * 50, 80, 60)}">`);
}
window.strip = new Splide('#strip', { type: 'loop', perPage: innerWidth < 600 ? 2 : 4, speed: 1, autoplay: window.__boot.flavour === 1, interval: 3000, pagination: false }).mount();
if (window.__boot.flavour === 1) document.getElementById('strip').setAttribute('data-ambient', '');
$('.thumb').on('click', function open() {
  guard('thumb', () => {
    window.__ran += 1;
    const p = new PhotoSwipe({ dataSource: Array.from({ length: 8 }, (_, i) => ({ src: art(i * 50, 640, 480), width: 640, height: 480 })), index: $(this).index(), showHideAnimationType: 'none', zoomAnimationDuration: false, bgOpacity: 0.9 });
    p.init();
  })();
});
