// Opening an account in four steps, each a route; just-validate checks the first, the page's own rules the others.
import JustValidate from 'just-validate';
import { el, control, form, guard, toast, line, ticking, $ } from '../page/kit.js';
import { path, go, routes } from '../page/router.js';

document.head.append(Object.assign(document.createElement('style'), { textContent: `
.top{display:flex;gap:14px;align-items:center}.dots{display:flex;gap:14px;margin:10px 0}.dots span{width:34px;height:34px;border-radius:17px;background:#47a;color:#fff;text-align:center;line-height:34px;box-shadow:0 1px 3px #777}
.dots .now{background:#294}.art{height:120px;border-radius:8px;background:linear-gradient(45deg,#a9d,#dbe)}.small{font-size:8px;line-height:10px;color:#666}label{display:block;margin:8px 0}.bad,.just-validate-error-label{color:#a11;font-size:14px}
.plans{display:flex;gap:8px;overflow-x:auto}.plans section{flex:0 0 210px;border:1px solid #bbb;border-radius:8px;padding:10px}.tag{background:#fc6;border-radius:9px;padding:1px 9px}` }));

const STEPS = [['/', 'You'], ['/home', 'Where you live'], ['/plan', 'Your plan'], ['/done', 'All done']];
const TERMS = 'The account is free in the first month and may be closed on any day without a reason. Whoever closes it gets back what was paid for the days to come. ';
let box;

function frame(title, at) {
  const root = $('#app');
  root.textContent = '';
  el('<div class="top"><a id="logo" href="/signup">Little Bank</a> <a id="help" href="#">Help</a> <a id="rates" href="#">Rates</a></div>');
  $('#logo').addEventListener('click', (e) => { e.preventDefault(); go('/'); });
  $('#help').addEventListener('click', (e) => { e.preventDefault(); go('/help'); });
  $('#rates').addEventListener('click', (e) => { e.preventDefault(); go('/rates'); });
  el(`<h1>${title}</h1>`);
  if (at >= 0) el(`<div class="dots">${STEPS.map((_, i) => `<span class="${i === at ? 'now' : ''}">${i + 1}</span>`).join('')}</div>`);
  box = el('<div></div>');
}

function you() {
  el('<div class="art" id="art"></div>', box);
  const f = el('<form novalidate id="first" autocomplete="off"><label>Name <input id="name"></label><label>Mail <input id="mail"></label><label>Password <input id="pass" type="password"></label><div class="bar" id="acts"></div><button id="on">Go on</button></form>', box);
  const v = new JustValidate('#first', { validateBeforeSubmitting: false, focusInvalidField: false });
  v.addField('#name', [{ rule: 'required', errorMessage: 'Please tell us your name.' }, { rule: 'minLength', value: 3, errorMessage: 'A name has three letters at least.' }])
    .addField('#mail', [{ rule: 'required', errorMessage: 'We need an address.' }, { rule: 'email', errorMessage: 'This address looks wrong.' }])
    .addField('#pass', [{ rule: 'required', errorMessage: 'Please choose a password.' }, { rule: 'minLength', value: 8, errorMessage: 'Eight letters at least.' }, { validator: (x) => /\d/.test(x), errorMessage: 'There has to be a digit in it.' }, { validator: (x) => /[A-Z]/.test(x), errorMessage: 'There has to be a capital in it.' }, { validator: (x) => /[^\w]/.test(x), errorMessage: 'There has to be a sign in it.' }])
    .onSuccess(guard('on', () => go('/home'), { req: '/api/you', bad: () => toast('That did not go through', true) }))
    .onFail(() => { window.__ran += 1; });
  control('show', '<button type="button">Show password</button>', () => {}, { at: $('#acts'), raw: true });
  let held = false;
  $('#show').addEventListener('pointerdown', () => { window.__ran += 1; held = true; $('#pass').type = 'text'; $('#show').textContent = 'Shown'; });
  for (const t of ['pointerup', 'pointercancel', 'pointerleave']) $('#show').addEventListener(t, () => { if (held) { $('#pass').type = 'password'; $('#show').textContent = 'Show password'; } held = false; });
  $('#show').addEventListener('contextmenu', (e) => e.preventDefault());
  const bar = el('<div class="bar"></div>', box);
  control('free', '<button>Is my name free?</button>', () => line(`${$('#name').value || 'It'} is free`), { at: bar, req: '/api/free', get: true });
  control('invite', '<button>I was invited</button>', () => toast('Your invitation counts'), { at: bar, req: '/api/invite', bad: () => toast('The invitation was not found', true) });
  control('bigger', '<button>Add a second person</button>', () => { el('<p class="card">Second person added</p>', box); }, { at: bar });
  el(`<p id="why">${TERMS}</p>`, box);
  el(`<p class="small" id="small">${TERMS.repeat(8)}</p>`, box);
}

function home() {
  const f = el('<form novalidate autocomplete="off"><label>Street <input id="street"></label><label>Postcode <input id="zip"></label><label>Born (dd.mm.yyyy) <input id="born"></label><div class="bar"><button type="button" id="before">Back</button><button id="next">Go on</button></div></form>', box);
  $('#before').addEventListener('click', () => { window.__ran += 1; go('/'); });
  form('next', f, () => {
    f.querySelectorAll('.bad').forEach((e) => e.remove());
    const say = (id, text) => { const b = document.createElement('span'); b.className = 'bad'; b.id = `${id}bad`; b.textContent = ` ${text}`; $(`#${id}`).after(b); };
    if ($('#street').value.length < 3) say('street', 'The street is missing.');
    if (!/^\d{5}$/.test($('#zip').value)) say('zip', `${$('#zip').value || 'Nothing'} is no postcode.`);
    if (!/^\d\d\.\d\d\.\d{4}$/.test($('#born').value)) say('born', `Day, month and year with dots, not "${$('#born').value}".`);
    if (!f.querySelector('.bad')) go('/plan');
  });
}

function plan() {
  const row = el('<div class="plans" id="plans"></div>', box);
  for (const [i, n] of ['Start', 'Family', 'Travel', 'Shop', 'Club'].entries()) {
    const s = el(`<section><h3>${n}</h3><span class="tag">New</span><p>${i * 2} a month</p><button class="take">Choose</button></section>`, row);
    $('.take', s).addEventListener('click', guard('take', () => { row.querySelectorAll('.on').forEach((x) => x.classList.remove('on')); s.classList.add('on'); }));
  }
  const bar = el('<div class="bar"></div>', box);
  control('earlier', '<button>Back</button>', () => go('/home'), { at: bar });
  control('finish', '<button>Open the account</button>', () => go('/done'), { at: bar, req: '/api/open', bad: () => toast('Not possible just now', true) });
}

function done() { el('<p>Your account is open. We have sent you a letter.</p>', box); el('<a id="again" class="btn" href="#">Open another one</a>', box).addEventListener('click', (e) => { e.preventDefault(); go('/'); }); }
function words(n) { for (let i = 0; i < n; i++) el(`<p class="para">${i + 1}. ${TERMS.repeat(9)}</p>`, box); el('<a id="return" class="btn" href="#">Back to the form</a>', $('.top')).addEventListener('click', (e) => { e.preventDefault(); go('/'); }); }

routes((p) => {
  const at = STEPS.findIndex(([x]) => x === p);
  if (p === '/help' || p === '/rates') { frame(p === '/help' ? 'Help' : 'What it costs', -1); words(12); return; }
  frame(STEPS[Math.max(at, 0)][1], Math.max(at, 0));
  [you, home, plan, done][Math.max(at, 0)]();
  if (window.__boot.flavour === 1) ticking(1000, (n) => `${n} people open an account just now`);
});
