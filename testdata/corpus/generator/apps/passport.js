// A passport office: forms and nothing else, and each of them says no in its own way. No framework: the page is written as text and
// handlers are hung into it, as pages of offices are.
import { guard, fault, toast, beacon, ticking, el, $ } from '../page/kit.js';
import { path, go, routes } from '../page/router.js';

const OFFICES = ['North Gate', 'Old Mill', 'Harbour Street', 'Castle Hill', 'Market Place', 'Station Road', 'Green Lane', 'New Bridge', 'Mill Pond', 'Hill Top', 'South Quay', 'Old Town'];
const LINES = ['A picture is not older than half a year.', 'Children sign with their whole name.', 'The old passport is handed in.', 'Who is ill may send somebody.', 'Fees are not given back.', 'Glasses are taken off for the picture.'];
const prose = (seed, n) => Array.from({ length: n }, (_, i) => LINES[(seed * 5 + i * 7 + ((i * i) % 3)) % 6]).join(' ');
const ran = (run) => (e) => { window.__ran += 1; return run(e); };
const main = () => $('main');
const on = (sel, type, run) => document.querySelectorAll(sel).forEach((e) => e.addEventListener(type, run));
let n = 0;

/** sends hangs a guarded handler to a form; one whose fault is planted goes nowhere. */
function sends(id, sel, run, opt) {
  const h = guard(id, run, opt);
  $(sel).addEventListener('submit', (e) => { e.preventDefault(); h(e); });
}
const val = (id) => $(`#${id}`).value.trim();
const PATTERN = { mail: /^[^@ ]+@[^@ ]+\.[a-z]{2,}$/, phone: /^0\d{3} \d{3} \d{4}$/ };

// ---- one screen each ----

// A summary above the form, which names every mistake; the whole form is written anew with it.
let who = {}; let wrong = {}; let thanks = '';
const part = (id, label, size) => `<span class="part"><label for="${id}">${label}</label><input id="${id}" name="${id}" inputmode="${size < 9 ? 'numeric' : 'text'}" size="${size}" autocomplete="off" value="${who[id] ?? ''}"></span>`;
function whoForm() {
  const errors = Object.entries(wrong);
  return `<h1>Who are you?</h1>${errors.length ? `<div class="summary" role="alert" tabindex="-1"><h2>There is a problem</h2><ul>${errors.map(([k, t]) => `<li><a href="#${k}">${t}</a></li>`).join('')}</ul></div>` : ''}
    <form id="who" novalidate><div class="group${wrong.given ? ' bad' : ''}">${part('given', 'Given names', 24)}</div><div class="group${wrong.family ? ' bad' : ''}">${part('family', 'Family name', 24)}</div>
    <fieldset class="group${wrong.day ? ' bad' : ''}"><legend>Date of birth</legend>${part('day', 'Day', 2)}${part('month', 'Month', 2)}${part('year', 'Year', 4)}</fieldset><button id="go-on">Continue</button> <button type="button" id="anew">Begin again</button></form><p id="thanks">${thanks}</p><p class="photo" id="sample">Sample</p>`;
}
const birth = (w) => { const d = Number(w.day); const m = Number(w.month); const y = Number(w.year); return /^\d\d?$/.test(w.day) && /^\d\d?$/.test(w.month) && /^\d{4}$/.test(w.year) && d > 0 && d < 32 && m > 0 && m < 13 && y > 1899 && y < 2027; };
function openWho() {
  main().innerHTML = whoForm();
  sends('who', '#who', () => {
    who = Object.fromEntries(['given', 'family', 'day', 'month', 'year'].map((k) => [k, val(k)]));
    wrong = { ...(who.given.length < 2 && { given: 'Enter your given names' }), ...(who.family.length < 2 && { family: 'Enter your family name' }), ...(!birth(who) && { day: 'Date of birth must be a real date' }) };
    thanks = Object.keys(wrong).length ? '' : `Thank you. Your number is ${4000 + ++n}.`; if (thanks) who = {};
    openWho(); $('.summary')?.focus();
  }, { req: '/api/who', bad: () => toast('Something went wrong. Try again.', true) });
  on('#anew', 'click', ran(() => { who = {}; wrong = {}; thanks = ''; openWho(); }));
}

// Words under each field as soon as it is left; the telephone number is put in order while it is written; the server knows whose address it is.
function openContact() {
  main().innerHTML = `<h1>How do we reach you?</h1><form id="contact" novalidate>${[['mail', 'Mail', 'email'], ['phone', 'Telephone, like 0431 555 0123', 'tel'], ['town', 'Town', 'text']].map(([id, t, type]) => `<div class="float"><input id="${id}" type="${type}" placeholder=" " autocomplete="off" aria-describedby="h-${id}"><label for="${id}">${t}</label><p class="hint" id="h-${id}"></p></div>`).join('')}<button id="keep">Keep this</button> <a id="wipe" role="button" tabindex="0">Wipe</a></form><p id="kept"></p>`;
  const hint = (id, t) => { $(`#h-${id}`).textContent = t; $(`#${id}`).setAttribute('aria-invalid', String(Boolean(t))); };
  const check = { mail: async (v) => (!PATTERN.mail.test(v) ? 'This is not an address.' : (await fetch('/api/taken'), v.startsWith('ann') ? 'Somebody uses this address already.' : '')), phone: async (v) => (PATTERN.phone.test(v) ? '' : 'A telephone number has eleven digits.'), town: async (v) => (v.length > 1 ? '' : 'Which town?') };
  for (const id of ['mail', 'phone', 'town']) on(`#${id}`, 'blur', ran(async () => { if (val(id)) hint(id, await check[id](val(id))); }));
  on('#phone', 'input', ran((e) => { const d = e.target.value.replace(/\D/g, '').slice(0, 11); const t = [d.slice(0, 4), d.slice(4, 7), d.slice(7)].filter(Boolean).join(' '); if (t !== e.target.value) e.target.value = t; }));
  sends('contact', '#contact', async () => {
    const said = await Promise.all(['mail', 'phone', 'town'].map((id) => check[id](val(id))));
    ['mail', 'phone', 'town'].forEach((id, i) => hint(id, said[i]));
    if (said.every((t) => !t)) { $('#contact').reset(); $('#kept').textContent = `Kept as ${++n}.`; }
  }, { req: '/api/contact', bad: () => toast('The office is not reached', true) });
  on('#wipe', 'click', ran(() => { $('#contact').reset(); ['mail', 'phone', 'town'].forEach((id) => hint(id, '')); $('#kept').textContent = ''; }));
}

// The bank refuses by a message which goes away again; card numbers fall into groups of four.
function openPay() {
  main().innerHTML = '<h1>Fee</h1><table class="layout"><tbody><tr><td>Fee</td><td><b id="fee">70.00</b></td></tr><tr><td><label for="express">Express</label></td><td><select id="express"><option value="70">no</option><option value="102">within a week</option><option value="140">within a day</option></select></td></tr></tbody></table><form id="pay" novalidate><table class="layout"><tbody><tr><td>Card</td><td><input id="card" inputmode="numeric" autocomplete="off" placeholder="0000 0000 0000 0000"></td></tr><tr><td>Valid until</td><td><input id="until" inputmode="numeric" size="5" placeholder="MM/YY" autocomplete="off"></td></tr><tr><td>Check digits</td><td><input id="cvc" size="3" inputmode="numeric" autocomplete="off"></td></tr></tbody></table><button id="settle">Pay</button> <span id="empty" class="btn">Empty</span></form><p id="paid"></p>';
  const group = (size, sep, max) => ran((e) => { const d = e.target.value.replace(/\D/g, '').slice(0, max); const t = d.match(new RegExp(`.{1,${size}}`, 'g'))?.join(sep) ?? ''; if (t !== e.target.value) e.target.value = t; });
  on('#card', 'input', group(4, ' ', 16)); on('#until', 'input', group(2, '/', 4));
  on('#express', 'change', ran((e) => { $('#fee').textContent = `${e.target.value}.00`; }));
  sends('pay', '#pay', () => { const ok = val('card').length === 19 && val('card').endsWith('1') && val('until').length === 5 && val('cvc').length === 3; if (ok) { $('#pay').reset(); $('#paid').textContent = `Paid, receipt ${900 + ++n}.`; } else toast('The bank says no. Look at your card once more.', true); }, { req: '/api/pay', busy: (x) => { $('#settle').textContent = x ? 'Asking the bank …' : 'Pay'; }, bad: () => toast('The bank does not answer', true) });
  on('#empty', 'click', ran(() => { $('#pay').reset(); $('#paid').textContent = ''; }));
}

// Six boxes of one digit; the last one sends them, and a wrong code empties all of them.
function openCode() {
  main().innerHTML = `<h1>Your code</h1><p>We have sent six digits to your telephone.</p><div class="code" role="group" aria-label="code">${[1, 2, 3, 4, 5, 6].map((i) => `<input id="c${i}" maxlength="1" inputmode="numeric" autocomplete="off" aria-label="digit ${i}">`).join('')}</div><p id="codesaid"></p><button id="resend">Send it again</button>`;
  const boxes = [...document.querySelectorAll('.code input')];
  const done = guard('code', () => { const ok = boxes.map((b) => b.value).join('') === '471102'; for (const b of boxes) b.value = ''; $('#codesaid').textContent = ok ? `That is right (${++n}).` : 'That is not the code we sent.'; $('#codesaid').className = ok ? '' : 'hint'; if (!ok) boxes[0].focus(); }, { req: '/api/code', bad: () => toast('Please try later', true) });
  boxes.forEach((b, i) => b.addEventListener('input', ran((e) => { b.value = b.value.replace(/\D/g, ''); if (!b.value) return; if (i < 5) boxes[i + 1].focus(); else done(e); })));
  on('#resend', 'click', guard('resend', () => toast('A new code is on its way'), { req: '/api/resend', bad: () => toast('No code was sent', true) }));
}

// The browser itself says what is missing: nothing of that is in the page.
function openHome() {
  main().innerHTML = '<h1>Where do you live?</h1><form id="home"><p><label>Street <input id="street" required minlength="4" autocomplete="off"></label></p><p><label>Postcode <input id="post" required pattern="\\d{5}" title="five digits" autocomplete="off"></label></p><p><label>Since <input id="since" type="date" max="2026-12-31"></label></p><p><label><input type="checkbox" id="alone"> I live alone</label></p><input type="submit" id="report" value="Report"> <input type="reset" id="undo" value="Reset"></form><p id="reported"></p>';
  sends('home', '#home', () => { $('#home').reset(); $('#reported').textContent = `Reported, no. ${++n}`; }, { req: '/api/home', bad: () => toast('It could not be reported', true) });
  on('#home', 'reset', ran(() => { $('#reported').textContent = ''; }));
}

// Three steps one after the other on one screen; a step that is not complete does not let anybody through.
let step = 1; let trip = {}; let miss = '';
function openTrip() {
  const pick = (name, list) => list.map((v) => `<label class="radio"><input type="radio" name="${name}" value="${v}"${trip[name] === v ? ' checked' : ''}> ${v}</label>`).join('');
  const pages = { 1: `<h2>1 of 3: whereto</h2><p>${pick('where', ['near', 'far', 'sea'])}</p><p><label for="land">Country</label><input id="land" autocomplete="off" value="${trip.land ?? ''}"></p>`, 2: `<h2>2 of 3: how long</h2><p><label for="days">Days</label><input id="days" type="number" value="${trip.days ?? ''}"></p><p><label for="why">Reason</label><textarea id="why" rows="2">${trip.why ?? ''}</textarea></p>`, 3: `<h2>3 of 3: is this right?</h2><dl><dt>Whereto</dt><dd>${trip.where}, ${trip.land}</dd><dt>Days</dt><dd>${trip.days}</dd></dl>` };
  main().innerHTML = `<h1>Visa</h1><ol class="steps">${[1, 2, 3].map((k) => `<li${k === step ? ' aria-current="step"' : ''}>${k}</li>`).join('')}</ol><section id="trip">${pages[step]}</section>${miss ? `<p class="banner" role="alert">${miss}</p>` : ''}<div class="bar">${step > 1 ? '<button id="before">Back</button>' : ''}<button id="further">${step < 3 ? 'Next' : 'Ask for it'}</button></div><p id="asked">${thanks}</p>`;
  const keep = () => { for (const k of ['land', 'days', 'why']) if ($(`#${k}`)) trip[k] = val(k); trip.where = $('input[name=where]:checked')?.value ?? trip.where; };
  on('#further', 'click', guard('further', () => {
    keep(); thanks = '';
    miss = step === 1 && (!trip.where || !trip.land) ? 'Tell us where you go.' : step === 2 && !(Number(trip.days) > 0 && Number(trip.days) < 91) ? 'One day to ninety days.' : step === 2 && (trip.why ?? '').length < 5 ? 'Give a reason.' : '';
    if (!miss) { step += 1; if (step > 3) { step = 1; trip = {}; thanks = `Asked for, no. ${++n}`; } }
    openTrip();
  }));
  on('#before', 'click', ran(() => { keep(); step -= 1; miss = ''; openTrip(); }));
}

// Nothing has to be sent here: what is written is kept, and said to be kept.
let draft = ''; const list = []; let saving = 0;
function openDesk() {
  main().innerHTML = `<h1>My desk</h1><label for="draft">A letter to the office</label><textarea id="draft" rows="4">${draft}</textarea><small id="state"></small><p><label for="nick">Call me</label><input id="nick" autocomplete="off"><label for="lang">in</label><select id="lang"><option>English</option><option>German</option><option>French</option></select></p>
    <form id="todo" novalidate><input id="item" placeholder="What is still missing?" autocomplete="off"><button id="add">Add</button></form><ul id="items">${list.map((t) => `<li>${t}</li>`).join('')}</ul><button id="friend">Somebody to call</button><dialog id="box"><form id="call" method="dialog"><p><label for="name">Name</label><input id="name" autocomplete="off"></p><p><label for="tel">Number</label><input id="tel" autocomplete="off"></p><button id="ok" value="ok">Put down</button><button type="button" id="cancel">Cancel</button></form></dialog><p id="called"></p>
    <p><label for="born">Born in</label><input id="born" inputmode="numeric" size="4" autocomplete="off"> <label for="kids">Children</label><input id="kids" type="number" min="0" max="9" value="0"> Fee: <output id="sum">70</output></p>`;
  const keep = (what) => { clearTimeout(saving); $('#state').textContent = 'Saving …'; saving = setTimeout(async () => { await fetch('/api/draft', { method: 'POST' }); if ($('#state')) $('#state').textContent = `${what} kept (${++n})`; }, 700); };
  on('#draft', 'input', ran((e) => { draft = e.target.value; keep('Letter'); }));
  on('#nick', 'change', ran(() => keep('Name'))); on('#lang', 'change', ran(() => keep('Language')));
  sends('todo', '#todo', () => { const t = val('item'); if (!t) return; list.push(t); el(`<li>${t}</li>`, $('#items')); $('#item').value = ''; $('#item').focus(); });
  on('#friend', 'click', guard('friend', () => $('#box').showModal())); on('#cancel', 'click', ran(() => { $('#call').reset(); $('#box').close(); })); on('#call', 'submit', ran(() => { $('#called').textContent = `${val('name')} will be called (${++n})`; $('#call').reset(); }));
  const fee = ran(() => { const age = 2026 - Number(val('born') || 1990); $('#sum').textContent = String((age < 24 ? 37 : 70) + 13 * Number(val('kids') || 0)); });
  on('#born', 'input', fee); on('#kids', 'input', fee);
}

// A form bound to a model: what is wrong shows once a field was left or the form was sent. Emptying it after it was taken leaves it
// sent, as such forms do, so that it thanks and complains at once.
function openVisit() {
  const model = { guest: '', day: '', count: '' }; const left = {}; let tried = false;
  const right = { guest: (v) => v.length > 2, day: (v) => /^\d{1,2}\.\d{1,2}\.$/.test(v), count: (v) => /^[1-9]$/.test(v) };
  main().innerHTML = `<h1>Come and see us</h1><form id="visit" novalidate>${[['guest', 'Who comes?'], ['day', 'On which day? (like 3.10.)'], ['count', 'How many?']].map(([id, t]) => `<div class="field"><label for="${id}">${t}</label><input id="${id}" autocomplete="off"></div>`).join('')}<button id="come">Come</button> <button type="button" id="none">Start over</button></form><p id="coming"></p>`;
  const show = () => { for (const id of Object.keys(model)) { const f = $(`#${id}`); const bad = !right[id](model[id]) && (left[id] || tried); if (f.value !== model[id]) f.value = model[id]; f.setAttribute('aria-invalid', String(bad)); f.parentNode.classList.toggle('wrong', bad); const m = f.parentNode.querySelector('em'); if (bad && !m) el('<em class="hint" role="alert">This is needed.</em>', f.parentNode); if (!bad) m?.remove(); } };
  for (const id of Object.keys(model)) { on(`#${id}`, 'input', ran((e) => { model[id] = e.target.value.trim(); show(); })); on(`#${id}`, 'blur', ran(() => { left[id] = true; show(); })); }
  const empty = () => { for (const id of Object.keys(model)) { model[id] = ''; left[id] = false; } };
  sends('visit', '#visit', () => { tried = true; if (Object.keys(model).every((id) => right[id](model[id]))) { empty(); $('#coming').textContent = `You are expected (${++n}).`; } show(); }, { req: '/api/visit', bad: () => toast('Nobody answers', true) });
  on('#none', 'click', ran(() => { empty(); tried = false; $('#coming').textContent = ''; show(); }));
}

// A list that follows its search box, and a picture that is looked at after it was chosen.
let tries = 0;
function openStart() {
  main().innerHTML = `<h1>Passport office</h1><p id="about">${prose(1, 3)}</p><div class="finder"><input id="q" type="search" placeholder="Which office?" autocomplete="off"><select id="open"><option value="">any day</option><option value="1">open on Saturday</option></select><label><input type="checkbox" id="lift"> with a lift</label></div><ul id="offices"></ul><p id="count"></p>
    <section class="upload"><h2>Your picture</h2><input type="file" id="file" accept="image/*"><p id="pic"></p></section><div class="bar"><button id="queue">How long is the queue?</button><button id="news">Tell me the news</button><span class="flag" id="flag">new</span></div><p id="said"></p><div class="photo" id="poster">Travel safely</div>`;
  const show = () => { const list = OFFICES.filter((o, i) => o.toLowerCase().includes($('#q').value.toLowerCase()) && (!$('#open').value || i % 3 === 0) && (!$('#lift').checked || i % 2 === 0)); $('#offices').innerHTML = list.slice(0, 6).map((o) => `<li>${o} <button class="mark" type="button">☆</button></li>`).join('') || '<li>No such office.</li>'; $('#count').textContent = `${list.length} offices`; };
  show();
  on('#q', 'input', ran(show)); on('#open', 'change', ran(show)); on('#lift', 'change', ran(show));
  $('#offices').addEventListener('click', (e) => { const m = e.target.closest('.mark'); if (m) guard('mark', () => { m.textContent = m.textContent === '☆' ? '★' : '☆'; })(e); });
  on('#file', 'change', ran(async (e) => { const f = e.target.files[0]; $('#pic').textContent = 'Looking at it …'; await fetch('/api/picture', { method: 'POST' }); if (!$('#pic')) return; $('#pic').className = f.name.includes('good') ? '' : 'hint'; $('#pic').textContent = f.name.includes('good') ? `The picture is good (${++n}).` : `This picture is ${['too dark', 'too small', 'not sharp'][tries++ % 3]}. Choose another one.`; if (!f.name.includes('good')) e.target.value = ''; }));
  on('#queue', 'click', guard('queue', () => { $('#said').textContent = `${3 + (++n % 7)} people wait (${n})`; }, { req: '/api/queue', get: true, bad: () => { $('#said').textContent = 'Nobody knows.'; } }));
  on('#news', 'click', guard('news', () => toast('News will be mailed'), { req: '/api/news', bad: () => toast('No news', true) }));
}

const SCREENS = { '/': openStart, '/who': openWho, '/contact': openContact, '/pay': openPay, '/code': openCode, '/home': openHome, '/trip': openTrip, '/desk': openDesk, '/visit': openVisit };
const NAV = [['/', 'Start', 'start'], ['/who', 'Who', 'who'], ['/contact', 'Contact', 'contact'], ['/home', 'Home', 'home'], ['/trip', 'Visa', 'trip'], ['/pay', 'Fee', 'pay'], ['/code', 'Code', 'code'], ['/desk', 'Desk', 'desk'], ['/visit', 'Visit', 'visit']];
el('<style>header{background:#3d2645;padding:10px}header a{color:#f0e6ef;margin:0 6px;display:inline-block;padding:4px}main{padding:6px 0}.summary{border:4px solid #b3261e;padding:8px 14px;margin-bottom:12px}.summary h2{margin:0;font-size:19px}.group{margin:12px 0;border:0;padding:0}.group.bad{border-left:4px solid #b3261e;padding-left:10px}.part{display:inline-block;margin-right:12px}.part label{display:block}.float{position:relative;margin:18px 0}.float input{width:100%;padding:14px 8px 6px}.float label{position:absolute;left:9px;top:-9px;font-size:12px;background:#fafafa}.hint{color:#b3261e;margin:2px 0;min-height:4px}.layout td{padding:6px 14px 6px 0}.code input{width:40px;height:44px;text-align:center;margin-right:6px}.radio{margin-right:14px}.steps{display:flex;gap:16px;padding:0;list-style:none}.steps li{width:26px;height:26px;border-radius:13px;border:1px solid #777;text-align:center}.steps [aria-current]{background:#3d2645;color:#fff}.banner{background:#fde7e9;padding:10px;border-left:5px solid #b3261e}textarea{width:100%}.photo{height:110px;background:linear-gradient(#cdb4db,#bde0fe);margin:12px 0;padding:10px}.flag{background:#ffd166;padding:2px 9px;border-radius:9px;align-self:center}#offices{padding:0;list-style:none}#offices li{padding:7px 4px;border-bottom:1px solid #ddd}.mark{padding:1px 9px}#state{display:block;min-height:20px}</style>', document.head);
$('#app').innerHTML = `<header>${NAV.map(([to, t, id]) => `<a id="n-${id}" href="/passport${to === '/' ? '' : to}">${t}</a>`).join('')}</header><main></main>`;
NAV.forEach(([to, , id]) => $(`#n-${id}`).addEventListener('click', (e) => { e.preventDefault(); window.__ran += 1; go(to); }));
routes((p) => { who = {}; wrong = {}; thanks = ''; step = 1; trip = {}; miss = ''; (SCREENS[p] ?? openStart)(); });
document.addEventListener('click', (e) => { const a = e.target.closest?.('.summary a'); if (a) { e.preventDefault(); window.__ran += 1; $(a.getAttribute('href')).focus(); } });
if (window.__boot.flavour === 1) beacon(21000);
if (window.__boot.flavour === 2) ticking(9000, (i) => `Number ${120 + (i % 60)} is served`);
