// A county's portal: pages that a server writes, forms that are posted and come back with what is wrong, and some jQuery in between.
// What was posted is kept until the next page is loaded, which is where the server would look at it.
import $ from 'jquery';
import { guard, fault, stand, asked, hash, ran, toast, beacon, ticking } from '../page/kit.js';
import { path } from '../page/router.js';
import './county.css';

const ROOT = '/county';
const STREETS = ['Alder Row', 'Bishop Lane', 'Canal Street', 'Dyers Court', 'Elm Walk', 'Ferry Road', 'Granary Yard', 'Hill Street', 'Inner Ring', 'Juniper Close', 'Kiln Lane', 'Long Acre', 'Mill Race', 'North Parade'];
const FACTS = ['Counters close at noon on Fridays.', 'Fees are paid at the machine in the hall.', 'Minutes are kept for ten years.', 'Hedges are cut before March.', 'A stamp costs four crowns.', 'Applications are read in the order they come.', 'Copies are made on the second floor.'];
const prose = (seed, n) => Array.from({ length: n }, (_, i) => FACTS[(seed * 5 + i * 3 + ((i * i) % 5)) % 7]).join(' ');
const PAGES = [['', 'Home', 'home'], ['/dog', 'Dog tax', 'dog'], ['/permit', 'Permits', 'permit'], ['/slots', 'Appointments', 'slots'], ['/waste', 'Waste', 'waste'], ['/desk', 'Write to us', 'desk'], ['/law', 'By-laws', 'law']];
const keep = (k, v) => sessionStorage.setItem(`county.${k}`, JSON.stringify(v));
const kept = (k, none) => JSON.parse(sessionStorage.getItem(`county.${k}`) ?? 'null') ?? none;
const here = path() === '/' ? '' : path();
const posted = kept('posted', null); keep('posted', null);
let n = kept('n', 0);
const count = () => { n += 1; keep('n', n); return n; };
const esc = (t) => $('<i>').text(t ?? '').html();
const on = (sel, run, type = 'click') => $(document).on(type, sel, run);
const say = (t) => $('#said').text(`${t} (${count()})`);

/** ask is a button whose answer the server gives while the page stays. */
const ask = (id, run, bad, opt) => on(`#${id}`, guard(id, run, { req: `/api/${id}`, bad: () => say(bad), ...opt }));
/** post lets the browser send a form, where no fault stands in the way: then nothing is sent. */
function post(id, sel, data) {
  on(sel, (e) => {
    const f = fault(id);
    if (f.mode === 'dead') { e.preventDefault(); return; }
    window.__ran += 1;
    if (f.mode === 'freeze') window.__clock.burn(f.ms);
    if (f.mode === 'silent') { e.preventDefault(); return; }
    if (f.mode === 'throw') { e.preventDefault(); throw new TypeError(`Cannot read properties of undefined (reading '${id}')`); }
    keep('posted', { id, ...data() });
  }, 'submit');
}
const values = (...ids) => Object.fromEntries(ids.map((k) => [k, $(`#${k}`).val()?.trim() ?? '']));
const field = (id, label, v = {}, wrong = {}, extra = '') => `<div class="f${wrong[id] ? ' wrong' : ''}"><label for="${id}">${label}</label>${wrong[id] ? `<strong class="no">${wrong[id]}</strong>` : ''}<input id="${id}" name="${id}" autocomplete="off" value="${esc(v[id])}" ${extra}></div>`;
const summary = (wrong) => (Object.keys(wrong).length ? `<div class="summary" role="alert"><h2>Please check</h2><ul>${Object.entries(wrong).map(([k, t]) => `<li><a href="#${k}">${t}</a></li>`).join('')}</ul></div>` : '');

// ---- home ----
function home() {
  on('#q', ran((e) => { stand('find'); const t = e.target.value.toLowerCase(); $('.tile').each((_, x) => { $(x).toggle($(x).text().toLowerCase().includes(t)); }); $('#hits').text(t ? `${$('.tile:visible').length} services` : ''); }), 'input');
  on('#larger', guard('larger', () => { size = Math.min(24, size + 1); paint(); })); on('#smaller', guard('smaller', () => { size = Math.max(12, size - 1); paint(); }));
  let size = 16; const paint = () => { $('#lead').css('font-size', size); $('#size').text(`${size} px`); };
  on('.head', (e) => { guard('news', () => { const b = $(e.currentTarget).next(); b.toggle(); $(e.currentTarget).toggleClass('open'); })(); });
  on('.thumb', (e) => { guard('thumb', () => { const b = $(e.currentTarget).find('b'); b.text(Number(b.text()) + 1); })(); });
  ask('wait', () => say(`${3 + (n % 9)} people wait in the hall`), 'The hall does not answer', { get: true }); ask('older', () => { for (let i = 0; i < 3; i++) $('#news').append(item(count())); }, 'Older news cannot be read', { get: true });
  ask('mailme', () => toast('You get our letter'), 'No letter today'); ask('weather', () => say(`${4 + (n % 12)} degrees at the tower`), 'The tower is silent', { late: true, get: true });
  on('#poll', (e) => { e.preventDefault(); guard('vote', () => { $('#votes').text(`${count()} votes`); })(); }, 'submit'); on('input[name=poll]', ran(() => $('#mine').text('Your choice is not sent yet')), 'change');
  on('.lang', (e) => { guard('lang', () => { $('.lang').removeClass('cur'); $(e.currentTarget).addClass('cur'); $('#greet').text({ en: 'Welcome', fr: 'Bienvenue', sv: 'Välkommen' }[$(e.currentTarget).data('l')]); })(); });
  on('#menu', hash('menu', () => $('#drop').toggle())); on('.entry', (e) => { e.preventDefault(); guard('entry', () => { $('#drop').hide(); say(`${$(e.currentTarget).text()} chosen`); })(); });
  // Another window in front: this page is not looked at, and stands.
  on('#register', ran((e) => { e.preventDefault(); window.__clock.burn(9000 + ((window.__clock.now() * 7) % 21000)); }));
  on('#print', ran(() => { asked(); })); on('#rprev', guard('ring', () => ring(-1))); on('#rnext', guard('ring', () => ring(1))); let k = 0; const ring = (d) => { k = (k + d + 5) % 5; $('#scene').css('background', `hsl(${k * 70} 30% 60%)`).find('b').text(`Picture ${k + 1} of 5: ${STREETS[k]}`); };
  return `<h1 id="greet">Welcome</h1><p id="lead">${prose(1, 3)}</p><div class="bar"><a id="larger" class="a">A+</a><a id="smaller" class="a">A−</a><small id="size">16 px</small>${['en', 'fr', 'sv'].map((l) => `<span class="lang${l === 'en' ? ' cur' : ''}" id="l-${l}" data-l="${l}">${l}</span>`).join('')}<span class="more"><a href="#" id="menu">Departments ▾</a><ul id="drop" hidden style="display:none">${['Roads', 'Schools', 'Parks'].map((t) => `<li><a href="#" class="entry">${t}</a></li>`).join('')}</ul></span></div>
    <input id="q" type="search" placeholder="Which service?" autocomplete="off"> <small id="hits"></small><div class="tiles">${PAGES.slice(1).map(([to, t]) => `<a class="tile" href="${ROOT}${to}">${t}</a>`).join('')}${['Libraries', 'Pools', 'Elections'].map((t) => `<div class="tile soon">${t}</div>`).join('')}</div>
    <div class="bar"><button id="wait">How long is the queue?</button><button id="weather">Weather</button><button id="mailme">Letter by mail</button><button id="print">Print</button><a id="register" class="btn" href="https://register.example/" target="_blank" rel="noopener">Land register ↗</a></div><p id="said"></p>
    <div class="scene"><button id="rprev">‹</button><div id="scene"><b>Picture 1 of 5: ${STREETS[0]}</b></div><button id="rnext">›</button></div>
    <h2>News</h2><div id="news">${[1, 2, 3, 4].map(item).join('')}</div><button id="older">Older news</button>
    <form id="poll"><fieldset><legend>Benches in the park?</legend>${['Yes', 'No', 'A few'].map((t, i) => `<label><input type="radio" name="poll" id="p${i}"> ${t}</label>`).join(' ')}<button id="vote">Vote</button> <span id="votes"></span><br><small id="mine"></small></fieldset></form><div id="arms" class="arms">Est. 1287</div>`;
}
const item = (i) => `<div class="item"><h3 class="head">${STREETS[i % 14]}: ${FACTS[i % 7]}</h3><div class="body" style="display:none">${prose(i, 4)}</div><mark class="stamp">official</mark> <span class="thumb">👍 <b>0</b></span></div>`;

// ---- dog tax: one form, its mistakes above and beside the fields ----
function dog() {
  let v = posted?.id === 'dog' ? posted : {}; const wrong = {}; let thanks = '';
  if (posted?.id === 'dog') {
    if (v.owner.length < 3) wrong.owner = 'Who keeps the dog?';
    if (!/^(0[1-9]|[12]\d|3[01])\/(0[1-9]|1[0-2])\/\d{4}$/.test(v.born)) wrong.born = 'The day of birth is written as 31/12/2020';
    if (!/^\d{15}$/.test(v.chip)) wrong.chip = 'A chip has fifteen digits';
    if (!/^0\d{9}$/.test(v.tel)) wrong.tel = 'A telephone number has ten digits and begins with 0';
    if (!Object.keys(wrong).length) { thanks = `Dog no. ${count()} is registered.`; v = {}; }
  }
  post('dog', '#f', () => values('owner', 'born', 'chip', 'tel')); on('#clear', ran(() => { $('#f input').val(''); $('.no, .summary').remove(); $('.wrong').removeClass('wrong'); $('#thanks').text(''); }));
  ask('fee', () => say(`The fee is ${80 + (n % 5) * 10} crowns`), 'The fee cannot be worked out', { get: true }); on('#second', ran((e) => { $('#tag').prop('disabled', !e.target.checked); }), 'change'); on('#tag', guard('tag', () => say('A tag is ordered')));
  return `<h1>Dog tax</h1><p id="about">${prose(3, 2)}</p>${summary(wrong)}<form id="f" method="post" action="${ROOT}/dog" novalidate>${field('owner', 'Who keeps the dog', v, wrong)}${field('born', 'Dog born on', v, wrong)}${field('chip', 'Chip', v, wrong)}${field('tel', 'Telephone', v, wrong)}<div class="bar"><button id="send">Register the dog</button><button type="button" id="clear">Empty</button></div></form><p id="thanks">${thanks}</p>
    <div class="bar"><button id="fee">What is the fee?</button><label><input type="checkbox" id="second"> It is my second dog</label><button id="tag" disabled>Order a tag</button></div><p id="said"></p><div class="arms" id="pup">Dog of the month</div>`;
}

// ---- a permit in three steps ----
function permit() {
  const st = kept('permit', { step: 1 }); const wrong = {}; let thanks = '';
  if (posted?.id === 'permit') {
    Object.assign(st, posted);
    if (st.step === 1) { if (!STREETS.includes(st.street)) wrong.street = 'This street is not in the county\'s list'; if (!/^\d+[a-z]?$/.test(st.house)) wrong.house = 'Which house?'; }
    if (st.step === 2) { if (!/^\d\d?\.\d\d?\.2027$/.test(st.from)) wrong.from = 'Permits are given for 2027: 1.5.2027'; if (!/^([1-9]|1\d)$/.test(st.days)) wrong.days = 'From one to nineteen days'; }
    if (!Object.keys(wrong).length) { if (st.step === 3) { thanks = `Permit ${count()} is asked for.`; Object.keys(st).forEach((k) => delete st[k]); st.step = 1; } else st.step += 1; }
  }
  delete st.id; keep('permit', st);
  post('permit', '#f', () => values(...$('#f input').map((_, e) => e.id).get())); on('#before', guard('before', () => { st.step = Math.max(1, st.step - 1); keep('permit', st); location.href = `${ROOT}/permit`; })); on('#anew', guard('anew', () => { keep('permit', null); location.href = `${ROOT}/permit`; }));
  ask('plan', () => say('The plan is drawn'), 'No plan today'); on('.why', (e) => { guard('why', () => $(e.currentTarget).next().toggle())(); });
  const step = [`${field('street', 'Street', st, wrong)}${field('house', 'House', st, wrong)}`, `${field('from', 'From', st, wrong)}${field('days', 'Days', st, wrong)}`, `<dl><dt>Where</dt><dd>${esc(st.street)} ${esc(st.house)}</dd><dt>When</dt><dd>${esc(st.from)}, ${esc(st.days)} days</dd></dl>`][st.step - 1];
  return `<h1>Permit for a skip</h1><ol class="steps">${['Where', 'When', 'Check'].map((t, i) => `<li class="${i + 1 === st.step ? 'cur' : ''}">${t}</li>`).join('')}</ol>${Object.keys(wrong).length ? `<p class="banner" role="alert">${Object.values(wrong)[0]}</p>` : ''}<form id="f" method="post" action="${ROOT}/permit" novalidate>${step}<div class="bar"><button id="further">${st.step === 3 ? 'Ask for it' : 'Further'}</button>${st.step > 1 ? '<button type="button" id="before">Back</button>' : ''}<a id="anew" role="button" tabindex="0" class="btn">Begin again</a></div></form><p id="thanks">${thanks}</p>
    <p>Skips stand on the road, not on the pavement. <i class="why">Why?</i><span class="because" style="display:none"> ${prose(2, 2)}</span></p><button id="plan">Draw a plan</button><p id="said"></p><div class="arms" id="skip">A skip, 5 m³</div>`;
}

// ---- appointments ----
function slots() {
  let week = 0; let day = -1; let time = '';
  const full = (d) => (d * 3 + week * 5) % 7 === 2 || d === 6;
  const draw = () => { $('#week').text(`Week ${18 + week}`); $('#cal').html(Array.from({ length: 7 }, (_, d) => `<div class="cell${full(d) ? ' full' : ''}${d === day ? ' cur' : ''}" ${full(d) ? 'aria-disabled="true"' : 'data-free'} data-d="${d}">${['Mo', 'Tu', 'We', 'Th', 'Fr', 'Sa', 'Su'][d]}<small>${full(d) ? 'full' : `${3 + ((d + week) % 5)} free`}</small></div>`).join('')); $('#times').html(day < 0 ? '' : Array.from({ length: 8 }, (_, i) => `<span class="time${time === String(i) ? ' cur' : ''}" data-t="${i}">${8 + i}:${i % 2 ? '30' : '00'}</span>`).join('')); };
  on('#nextw', guard('week', () => { week += 1; day = -1; draw(); })); on('#prevw', guard('week', () => { week = Math.max(0, week - 1); day = -1; draw(); })); on('.cell[data-free]', (e) => { guard('cell', () => { day = $(e.currentTarget).data('d'); time = ''; draw(); })(); }); on('.time', (e) => { guard('time', () => { time = String($(e.currentTarget).data('t')); draw(); })(); });
  on('#plus', guard('persons', () => $('#persons').text(Number($('#persons').text()) + 1))); on('#minus', guard('persons', () => $('#persons').text(Math.max(1, Number($('#persons').text()) - 1))));
  ask('book', () => say('Your appointment is kept'), 'This time has just been taken'); ask('next', () => say(`Next free: week ${18 + (n % 9)}`), 'The calendar is closed', { get: true });
  // Goes through all the weeks: says at once that it does, and shows how far it is.
  on('#all', guard('all', () => { let k = 0; const step = () => { $('#said').text(`Week ${18 + k} looked at …`); if (k++ < 9) setTimeout(step, 260); else { stand('weeks'); say('Best: week 23'); } }; step(); })); on('#cancel', ran(() => { asked(); say('Cancelled'); })); on('#desks', guard('desks', (e) => say(`Desk ${1 + (n % 4)}`)), 'change');
  setTimeout(draw);
  return `<h1>Appointments</h1><p id="about">${prose(4, 2)}</p><div class="bar"><button id="prevw">‹</button><b id="week"></b><button id="nextw">›</button><button id="next">Next free</button><button id="all">Look through all weeks</button></div><div id="cal" class="cal"></div><div id="times" class="bar"></div><p class="bar">Persons <i id="minus" class="st">−</i><b id="persons">1</b><i id="plus" class="st">+</i> <select id="desks"><option>Any desk</option><option>Passports</option><option>Cars</option></select></p>
    <div class="bar"><button id="book">Book</button><button id="cancel">Cancel mine</button></div><p id="said"></p><p class="legend"><span id="k-free" class="key">free</span> <span id="k-full" class="key full">full</span></p><div class="arms" id="hall">The hall on the first floor</div>`;
}

// ---- waste ----
function waste() {
  const BINS = ['paper', 'glass', 'garden', 'rest', 'metal']; const days = {};
  const table = (by = 0, many = 60) => STREETS.slice(0, 14).concat(STREETS).slice(0, Math.min(28, many)).map((s, i) => [s, BINS[(i * 3) % 5], 1 + ((i * 11) % 28)]).sort((a, b) => (a[by] < b[by] ? -1 : 1)).map((r) => `<tr><td class="street">${r[0]}</td><td><span class="bin">${r[1]}</span></td><td>${r[2]}. May</td><td class="note">–</td></tr>`).join('');
  on('th', (e) => { const by = $(e.currentTarget).index(); guard('sort', () => { $('#rows').html(table(by)); $('th').removeClass('cur').eq(by).addClass('cur'); })(); }); on('#street', ran((e) => { stand('street'); const t = e.target.value.toLowerCase(); $('#offer').html(t ? STREETS.filter((s) => s.toLowerCase().includes(t)).slice(0, 5).map((s) => `<li class="offer">${s}</li>`).join('') : ''); }), 'input');
  on('.offer', (e) => { guard('offer', () => { $('#street').val($(e.currentTarget).text()); $('#offer').empty(); say(`Next: ${BINS[count() % 5]}`); })(); }); on('.chip', (e) => { guard('chip', () => { const k = e.currentTarget.id; days[k] = !days[k]; $(e.currentTarget).toggleClass('cur'); })(); });
  on('#remind', guard('remind', () => toast('A reminder is set'), { req: '/api/remind', bad: () => toast('No reminder can be set', true) })); ask('pickup', () => say('We fetch it'), 'The lorry is full'); on('#full', guard('full', () => { $('#rows').html(table(0, 28)); say('All streets are shown'); })); on('#sum', guard('sum', () => say(`${$('#rows tr').length} days`)));
  $(document).on('dblclick', '.note', (e) => { window.__ran += 1; const c = $(e.currentTarget); if (c.find('input').length) return; c.html(`<input class="ed" size="7" value="${c.text() === '–' ? '' : esc(c.text())}">`).find('input').trigger('focus').on('blur', (b) => { window.__ran += 1; c.text(b.target.value || '–'); }); });
  return `<h1>Waste</h1><p id="about">${prose(6, 2)}</p><label>Street <input id="street" autocomplete="off"></label><ul id="offer"></ul><p class="bar">${BINS.map((b) => `<span id="c-${b}" class="chip">${b}</span>`).join('')}</p><div class="bar"><button id="remind">Remind me</button><button id="pickup">Fetch my sofa</button><button id="full">All streets</button><button id="sum">How many days?</button><a class="btn" id="ics" href="/files/waste.ics" download>Calendar file</a></div><p id="said"></p>
    <table><thead><tr><th id="th-street">Street</th><th id="th-bin">Bin</th><th id="th-day">Day</th><th>Note</th></tr></thead><tbody id="rows">${table(0, 9)}</tbody></table><div class="arms" id="truck">Lorry 7</div>`;
}

// ---- a letter with a picture and a signature; the browser itself says what is missing ----
function desk() {
  const done = posted?.id === 'desk' ? `Letter ${count()} has come.` : '';
  post('desk', '#f', () => values('mail', 'about', 'code')); on('#letter', ran((e) => { stand('letter'); $('#left').text(`${300 - e.target.value.length} letters left`); }), 'input'); on('#clear', ran(() => { $('#f input').val(''); $('#thanks').text(''); }));
  on('#pic', ran((e) => { const f = e.target.files[0]; $('#picsaid').text(!f ? '' : f.name.startsWith('good') ? `${f.name} is attached (${count()})` : `${f.name} is too large, choose another (${count()})`); e.target.value = ''; }), 'change');
  let held = 0; on('#voice', ran(() => { held = setTimeout(() => $('#heard').text(`Recorded ${count()}`), 700); }), 'pointerdown'); on('#voice', () => clearTimeout(held), 'pointerup pointercancel'); on('#voice', (e) => e.preventDefault(), 'contextmenu');
  let drawing = false; on('#sign', ran((e) => { drawing = true; const c = $('#sign')[0].getContext('2d'); c.beginPath(); c.moveTo(e.offsetX, e.offsetY); }), 'pointerdown'); on('#sign', (e) => { if (drawing) { const c = $('#sign')[0].getContext('2d'); c.lineTo(e.offsetX, e.offsetY); c.stroke(); } }, 'pointermove'); on('#sign', () => { drawing = false; }, 'pointerup pointercancel'); on('#wipe', guard('wipe', () => { $('#sign')[0].getContext('2d').clearRect(0, 0, 320, 110); $('#heard').text(`Wiped ${count()}`); }));
  ask('draft', () => say('Your draft is kept'), 'The draft is lost'); on('#truth', ran((e) => { $('#seal').prop('disabled', !e.target.checked); }), 'change'); on('#seal', guard('seal', () => say('Sealed')));
  return `<h1>Write to us</h1><form id="f" method="post" action="${ROOT}/desk">${field('mail', 'Mail', {}, {}, 'type="email" required')}${field('about', 'What about', {}, {}, 'required minlength="5"')}${field('code', 'Letters in the picture: QX7', {}, {}, 'required pattern="QX7"')}<div class="bar"><button id="send">Send</button><button type="button" id="clear">Empty</button></div></form><p id="thanks">${done}</p>
    <textarea id="letter" rows="3" cols="34" placeholder="Your letter"></textarea> <small id="left">300 letters left</small><p><label for="pic">A picture</label> <input id="pic" type="file"> <span id="picsaid"></span></p><canvas id="sign" width="320" height="110"></canvas><div class="bar"><button id="wipe">Wipe the signature</button><button id="voice">Keep pressed to speak</button><button id="draft">Keep a draft</button><label><input type="checkbox" id="truth"> All of it is true</label><button id="seal" disabled>Seal it</button></div><p id="heard"></p><p id="said"></p><div class="arms" id="captcha">QX7</div>`;
}

// ---- by-laws ----
function law() {
  on('.para', (e) => { guard('para', () => { $(e.currentTarget).next('.more-of').toggle(); })(); }); on('#mark', guard('mark', () => { $('.par').slice(0, 3).toggleClass('lit'); say('Marked'); })); ask('version', () => say('Version of May'), 'No other version', { get: true });
  return `<h1>By-laws</h1><p class="tiny" id="tiny">${prose(5, 24)}</p><div class="bar"><button id="mark">Mark what is new</button><button id="version">Which version?</button><a id="toend" href="#end">To the end</a></div><p id="said"></p><div id="wide" class="wide"><table><tr>${STREETS.map((s) => `<td>${s}</td>`).join('')}</tr></table></div><div class="arms" id="lawmap">Map of wards</div>${Array.from({ length: 28 }, (_, i) => `<h4 class="para">§ ${i + 1}</h4><div class="more-of" style="display:none">${FACTS[i % 7]}</div><p class="par">${prose(i, 7)}</p>`).join('')}<p id="end">End of the by-laws.</p>`;
}

const SCREENS = { '': home, '/dog': dog, '/permit': permit, '/slots': slots, '/waste': waste, '/desk': desk, '/law': law };
const links = PAGES.map(([to, t, id]) => `<a id="n-${id}" class="${to === here ? 'here' : ''}" href="${ROOT}${to}">${t}</a>`).join('');
$('#app').html(`<header><div class="crest">⚜</div><b>County of Marl</b></header><nav>${links}</nav><main></main>`);
$('main').html((SCREENS[here] ?? home)());
// The page in front may have something to finish before it lets go.
on('nav a', () => { window.__ran += 1; stand('leave'); });
if (window.__boot.flavour === 1) ticking(1000, (i) => `Hall clock ${String(9 + Math.floor(i / 3600)).padStart(2, '0')}:${String(Math.floor(i / 60) % 60).padStart(2, '0')}:${String(i % 60).padStart(2, '0')}`);
if (window.__boot.flavour === 2) beacon(21000);
