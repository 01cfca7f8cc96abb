// An airline: looking for a flight, choosing a seat, telling who flies, paying. Vue with Naive UI where forms are, and elements of its
// own for what airlines draw themselves: fares, days, a cabin.
import { createApp, ref, reactive, computed } from 'vue';
import { NButton, NSwitch, NInput, NSelect, NCheckbox, NCollapse, NCollapseItem, NConfigProvider } from 'naive-ui';
import { guard, fault, stand, asked, hash, ran, toast, beacon, ticking, el } from '../page/kit.js';
import { path, go, routes } from '../page/router.js';
import './aloft.css';

const TOWNS = ['Oslo', 'Lisbon', 'Krakow', 'Porto', 'Bergen', 'Palermo', 'Dublin', 'Riga', 'Sofia', 'Lyon', 'Bari', 'Cork', 'Split', 'Malaga'];
const RULES = ['Bags are handed in an hour before the flight.', 'Prams travel for nothing.', 'A seat by the door is not for children.', 'Who comes late flies later.', 'Skis are booked two days ahead.', 'Names are written as in the passport.', 'Refunds go to the card that paid.'];
const prose = (seed, n) => Array.from({ length: n }, (_, i) => RULES[(seed * 3 + i * 5 + ((i * i) % 4)) % 7]).join(' ');
const ROUTES = [['/', 'search', 'Search'], ['/fares', 'fares', 'Flights'], ['/seats', 'seats', 'Seat'], ['/who', 'who', 'Passenger'], ['/pay', 'pay', 'Payment'], ['/trips', 'trips', 'My trips']];
const clockOf = (m) => `${String(Math.floor(m / 60)).padStart(2, '0')}:${String(m % 60).padStart(2, '0')}`;
let n = 0;

/** run carries out one guarded thing with arguments, as templates want it. */
const run = (id, what, opt) => (...args) => guard(id, () => what(...args), opt)();

// ---- looking for a flight ----
const search = () => {
  const from = ref('Oslo'); const to = ref(''); const hints = ref([]); const oneWay = ref(false); const month = ref(3); const day = ref(0); const people = reactive({ adults: 1, children: 0 });
  const wait = ref(false); const alert = ref(false); const liked = reactive({}); const deal = ref(0); const cookies = ref(true); const near = ref('');
  const typed = ran((e) => { stand('hints'); to.value = e.target.value; hints.value = to.value ? TOWNS.filter((t) => t.toLowerCase().includes(to.value.toLowerCase())).slice(0, 5) : []; });
  return { from, to, hints, oneWay, month, day, people, wait, alert, liked, deal, cookies, near, typed,
    take: run('hint', (t) => { to.value = t; hints.value = []; }), swap: run('swap', () => { [from.value, to.value] = [to.value || 'Riga', from.value]; }), way: run('way', (v) => { oneWay.value = v; }), turn: run('month', (d) => { month.value = (month.value + d + 12) % 12; }), choose: run('day', (d) => { day.value = d; }),
    more: run('more', (k) => { people[k] = Math.min(9, people[k] + 1); }), less: run('less', (k) => { people[k] = Math.max(0, people[k] - 1); }), like: run('like', (i) => { liked[i] = !liked[i]; }), slide: run('slide', (d) => { deal.value = (deal.value + d + 6) % 6; }),
    watch: guard('watch', () => { alert.value = !alert.value; }), around: guard('around', () => { near.value = `Nearest airport: ${TOWNS[++n % 14]}`; }, { req: '/api/near', get: true, bad: () => { near.value = `No airport answers (${++n})`; } }),
    // The page says at once that it looks, and goes on when the flights are there.
    look: guard('look', () => { wait.value = true; setTimeout(() => { wait.value = false; stand('look-up'); go('/fares'); }, 1700); }, { late: true }) };
};
const SEARCH = `<h1>Where to?</h1>
  <section class="find"><div class="ways"><span id="return" :class="['pill', !oneWay && 'cur']" @click="way(false)">Return</span><span id="oneway" :class="['pill', oneWay && 'cur']" @click="way(true)">One way</span></div>
    <div class="legs"><label>From <input id="from" :value="from" readonly></label><i id="swap" class="swap" @click="swap()">⇄</i><label>To <input id="to" autocomplete="off" :value="to" @input="typed"></label></div>
    <ul class="hints" v-if="hints.length"><li v-for="t in hints" :key="t" class="hint" @click="take(t)">{{ t }}</li></ul>
    <div class="month"><a id="prevm" class="arrow" @click="turn(-1)">‹</a><b>Month {{ month + 1 }}</b><a id="nextm" class="arrow" @click="turn(1)">›</a></div>
    <div class="days"><div v-for="d in 28" :key="d" :class="['day', day === d && 'cur']" @click="choose(d)">{{ d }}<small>{{ 39 + (d * (month + 7) * 13) % 140 }}</small></div></div>
    <p v-for="k in ['adults', 'children']" :key="k" class="step">{{ k }} <button :id="'less-' + k" @click="less(k)" aria-label="one less">−</button><b>{{ people[k] }}</b><button :id="'more-' + k" @click="more(k)" aria-label="one more">+</button></p>
    <n-button id="look" type="primary" :disabled="false" @click="look">{{ wait ? 'Looking …' : 'Look for flights' }}</n-button> <n-button id="around" @click="around">Which airport is near?</n-button><p id="near">{{ near }}</p></section>
  <section><h2>Deals of the week</h2><div class="deals"><button id="dprev" @click="slide(-1)">◂</button><article v-for="i in 3" :key="i" class="deal"><div class="pic" :style="{ background: 'linear-gradient(#' + ['7ab', 'b97', '8b7', 'a8c', 'cb6', '69b'][(i + deal) % 6] + ',#fff)' }"></div><h3>{{ TOWNS[(i + deal) % 6] }}</h3><em class="price">from {{ 29 + (i + deal) % 6 * 11 }}</em><span class="heart" @click="like((i + deal) % 6)">{{ liked[(i + deal) % 6] ? '♥' : '♡' }}</span></article><button id="dnext" @click="slide(1)">▸</button></div>
    <p class="row"><n-switch id="watch" :value="alert" @click="watch" /> Tell me when it gets cheaper: {{ alert ? 'yes' : 'no' }}</p><div id="world" class="world">Where we fly: {{ TOWNS.length }} towns</div></section>`;

// ---- the flights ----
const FLIGHTS = Array.from({ length: 60 }, (_, i) => ({ no: `AL ${210 + i * 7}`, leave: 345 + ((i * 83) % 900), long: 75 + ((i * 37) % 160), stops: (i * 5) % 3, price: 49 + ((i * 61) % 210), seats: (i * 7) % 9 }));
const fares = () => {
  const sort = ref('price'); const direct = ref(false); const top = ref(260); const open = reactive({}); const fare = ref(''); const upto = ref(12); const date = ref(3); const both = reactive({}); const said = ref(''); const fresh = ref(''); const bar = ref(0);
  const list = computed(() => FLIGHTS.filter((f) => (!direct.value || !f.stops) && f.price <= top.value).sort((a, b) => (a[sort.value] - b[sort.value]) || (a.no < b.no ? -1 : 1)).slice(0, upto.value));
  return { list, sort, direct, top, open, fare, upto, date, both, said, fresh, bar, clockOf,
    order: run('order', (k) => { sort.value = k; }), straight: (v) => guard('straight', () => { direct.value = v; })(), limit: ran((e) => { stand('limit'); top.value = Number(e.target.value); }), details: run('details', (k) => { open[k] = !open[k]; }), take: run('fare', (k) => { fare.value = k; }),
    when: run('when', (d) => { date.value = d; }), compare: run('compare', (k) => { both[k] = !both[k]; }), more: guard('more', () => { upto.value = upto.value > 40 ? 12 : upto.value + 12; }, { req: '/api/more', get: true, bad: () => toast('No more flights now', true) }),
    all: run('all', () => { upto.value = upto.value === 60 ? 12 : 60; }), keep: guard('keep', () => { said.value = `Kept for a day (${++n})`; }, { req: '/api/keep', bad: () => { said.value = `This price cannot be kept (${++n})`; } }), mail: guard('mail', () => toast('Sent to you'), { req: '/api/mail', late: true, bad: () => toast('Could not be sent', true) }),
    // Answers slowly now and then, and says from the first moment that it is at work.
    renew: guard('renew', () => { fresh.value = 'Asking the airports …'; bar.value = 0; const step = () => { bar.value += 12; if (bar.value < 100) setTimeout(step, 290); else { fresh.value = `Prices of ${clockOf(++n % 1440)}`; bar.value = 0; } }; step(); }) };
};
const FARES = `<h1>Flights</h1>
  <div class="dates"><span v-for="d in 7" :key="d" :class="['date', date === d && 'cur']" @click="when(d)">{{ d + 11 }} May<br>{{ 49 + (d * 37) % 80 }}</span></div>
  <div class="bar"><span v-for="k in ['price', 'long', 'leave']" :key="k" :id="'by-' + k" :class="['chip', sort === k && 'cur']" @click="order(k)">{{ { price: 'cheap', long: 'quick', leave: 'early' }[k] }}</span><n-checkbox id="straight" :checked="direct" @update:checked="straight">without stops</n-checkbox><label>up to {{ top }} <input id="limit" type="range" min="60" max="260" step="20" :value="top" @input="limit"></label></div>
  <div class="bar"><button id="renew" @click="renew">New prices</button><button id="keep" @click="keep">Keep this price</button><a id="mail" role="button" tabindex="0" class="btn" @click="mail">Mail the list</a><button id="all" @click="all()">All flights</button></div><p id="fresh">{{ fresh }}</p><div class="meter" v-if="bar"><div :style="{ width: bar + '%' }"></div></div><p id="said">{{ said }}</p>
  <div v-for="f in list" :key="f.no" :class="['flight', fare === f.no && 'cur']"><div class="line"><time>{{ clockOf(f.leave) }}</time><span class="dash">{{ f.stops ? f.stops + ' stops' : 'direct' }}</span><time>{{ clockOf((f.leave + f.long) % 1440) }}</time><u class="no">{{ f.no }}</u><b class="bag">23 kg</b><span class="det" @click="details(f.no)">details</span><i class="cmp" @click="compare(f.no)">{{ both[f.no] ? '☑' : '☐' }}</i><button class="fare" @click="take(f.no)">{{ fare === f.no ? 'chosen' : f.price }}</button></div><p v-if="open[f.no]" class="open">{{ f.long }} minutes in the air, {{ f.seats }} seats left. {{ RULES[f.seats % 7] }}</p></div>
  <button id="more" @click="more">More flights</button>`;

// ---- the cabin ----
const TAKEN = (r, s) => (r * 7 + s * 5) % 4 === 0;
const seats = () => {
  const seat = ref(''); const zoom = ref(1); const past = ref([]); const meal = ref('none'); const locked = ref(false); const x = ref(0); const bags = ref(0); const said = ref(''); const tip = ref(false); const turn = ref(0);
  let down = null; let near = 0; let held = 0;
  const move = (e) => { if (!down) return; const d = e.clientX - down.x; if (Math.abs(d) > 6) { down.moved = true; x.value = Math.max(-90, Math.min(90, down.from + d)); } };
  const gap = (e) => Math.hypot(e.touches[0].clientX - e.touches[1].clientX, e.touches[0].clientY - e.touches[1].clientY);
  return { seat, zoom, past, meal, locked, x, bags, said, tip, turn, TAKEN,
    // The cabin is dragged by its floor. Where it takes each press for a drag, no press arrives at a seat.
    grab: (e) => { down = { x: e.clientX, from: x.value }; if (fault('grab').mode === 'dead') e.currentTarget.setPointerCapture(e.pointerId); }, move, drop: () => { if (down?.moved) window.__ran += 1; down = null; },
    pinch: (e) => { if (e.touches.length !== 2) return; if (near) { zoom.value = Math.max(0.7, Math.min(2, Math.round(zoom.value * (gap(e) / near) * 50) / 50)); } near = gap(e); }, apart: () => { near = 0; },
    sit: (r, s) => { if (fault('grab').mode !== 'dead') guard('sit', () => { past.value.push(seat.value); seat.value = `${r}${'ABCDEF'[s]}`; })(); }, larger: guard('larger', () => { zoom.value = Math.round(zoom.value * 12) / 10; }), smaller: guard('smaller', () => { zoom.value = Math.round(zoom.value * 8) / 10; }),
    back: hash('back', () => { seat.value = past.value.pop() ?? seat.value; said.value = `Back (${++n})`; }), eat: run('eat', (m) => { meal.value = m; }), any: guard('any', () => { past.value.push(seat.value); seat.value = `${1 + (++n % 13)}${'CD'[n % 2]}`; }, { req: '/api/any', bad: () => { said.value = `No seat is free (${++n})`; } }),
    press: ran(() => { held = setTimeout(() => { locked.value = !locked.value; }, 800); said.value = ''; }), let: () => clearTimeout(held), bag: run('bag', (d) => { bags.value = Math.max(0, bags.value + d); }), help: guard('help', () => { tip.value = !tip.value; }), round: run('round', (d) => { turn.value = (turn.value + d + 8) % 8; }), view: guard('view', () => { said.value = `Seen from ${seat.value || 'nowhere'} (${++n})`; }) };
};
const SEATS = `<h1>Choose a seat</h1><div class="bar"><button id="larger" aria-label="larger" @click="larger">+</button><button id="smaller" aria-label="smaller" @click="smaller">−</button><button id="any" @click="any">Any seat</button><a id="back" href="#" @click="back">undo</a><button id="view" @click="view">What do I see?</button><span id="help" class="q" @click="help">?</span></div><p v-if="tip" id="tip">{{ RULES[2] }}</p>
  <svg id="cabin" viewBox="0 0 300 420" width="300" height="420" @pointerdown="grab" @pointermove="move" @pointerup="drop" @touchmove="pinch" @touchend="apart"><rect id="floor" x="0" y="0" width="300" height="420" fill="#eef2f6"/><g :transform="'translate(' + (x + 150 - 150 * zoom) + ' 0) scale(' + zoom + ')'"><g v-for="r in 13" :key="r"><g v-for="s in 6" :key="s" :class="TAKEN(r, s) ? 'taken' : 'seat'" :aria-disabled="TAKEN(r, s) ? 'true' : undefined" @click="TAKEN(r, s) || sit(r, s - 1)"><rect :x="20 + s * 36 + (s > 3 ? 20 : 0)" :y="r * 30 - 14" width="28" height="24" rx="4" :fill="TAKEN(r, s) ? '#ccd' : seat === r + 'ABCDEF'[s - 1] ? '#2b7' : '#9cd'"/></g><text x="163" :y="r * 30 + 2" font-size="11">{{ r }}</text></g></g></svg>
  <p id="which">{{ seat ? 'Seat ' + seat : 'No seat' }}, {{ locked ? 'kept for you' : 'not kept' }}, {{ zoom }}×</p><div class="legend"><span id="free-seat" class="key">■ free</span><span id="taken-seat" class="key grey">■ taken</span></div>
  <div class="bar"><span v-for="m in ['none', 'soup', 'fish', 'fruit']" :key="m" :id="'m-' + m" :class="['chip', meal === m && 'cur']" @click="eat(m)">{{ m }}</span></div>
  <p class="step">bags <i id="bag-less" class="st" @click="bag(-1)">−</i><b>{{ bags }}</b><i id="bag-more" class="st" @click="bag(1)">+</i></p>
  <figure class="round"><button id="rprev" @click="round(-1)">◂</button><figcaption>Cabin picture {{ turn + 1 }} of 8</figcaption><button id="rnext" @click="round(1)">▸</button></figure>
  <button id="lock" @pointerdown="press" @pointerup="let" @contextmenu.prevent>Keep pressed to keep the seat</button><p id="said">{{ said }}</p><div id="wing" class="world">The wing seen from row 9</div>`;

// ---- who flies ----
const WHO = { given: [/^\S.+$/, 'As in the passport'], family: [/^\S.+$/, 'As in the passport'], birth: [/^(0[1-9]|[12]\d|3[01])\.(0[1-9]|1[0-2])\.(19|20)\d\d$/, 'dd.mm.yyyy'], pass: [/^[A-Z]{2}\d{7}$/, 'Two letters, seven digits'], phone: [/^\+\d{9,13}$/, 'With + and the country']  };
const LABELS = { given: 'Given name', family: 'Family name', birth: 'Born on', pass: 'Passport', phone: 'Telephone' };
const who = () => {
  const form = reactive(Object.fromEntries(Object.keys(WHO).map((k) => [k, '']))); const wrong = reactive({}); const done = ref(''); const land = ref(null); const infant = ref(false); const said = ref('');
  const check = (k) => { wrong[k] = WHO[k][0].test(form[k].trim()) ? '' : `${WHO[k][1]}, please`; return !wrong[k]; };
  return { form, wrong, done, land, infant, said, WHO, LABELS, lands: TOWNS.map((t) => ({ label: `Kingdom of ${t}`, value: t })), left: (k) => { if (form[k]) ran(() => check(k))(); },
    send: guard('send', () => { done.value = ''; if (Object.keys(WHO).map(check).every(Boolean)) { done.value = `Passenger ${++n} noted`; Object.keys(WHO).forEach((k) => { form[k] = ''; }); } }, { req: '/api/who', bad: () => { done.value = `Not noted, the office sleeps (${++n})`; } }),
    empty: ran(() => { Object.keys(WHO).forEach((k) => { form[k] = ''; wrong[k] = ''; }); done.value = ''; }), baby: (v) => guard('baby', () => { infant.value = v; })(), infants: guard('infants', () => { said.value = `A cot is noted (${++n})`; }) };
};
const PERSON = `<h1>Who flies?</h1><p id="why">{{ prose(2, 2) }}</p><form id="f" novalidate @submit.prevent="send"><div v-for="(rule, k) in WHO" :key="k" class="f"><label :for="k">{{ LABELS[k] }}</label><n-input v-model:value="form[k]" :placeholder="rule[1]" :input-props="{ id: k, autocomplete: 'off' }" @blur="left(k)" /><small :class="wrong[k] ? 'no' : 'fine'">{{ wrong[k] }}</small></div>
  <div class="bar"><button id="send">Note this passenger</button><a id="empty" role="button" tabindex="0" class="btn" @click="empty">Empty</a></div></form><p id="done">{{ done }}</p>
  <p class="row"><n-checkbox id="baby" :checked="infant" @update:checked="baby">With a baby</n-checkbox> <button id="cot" :disabled="!infant" @click="infants">Ask for a cot</button> {{ said }}</p><n-select id="land" v-model:value="land" :options="lands" placeholder="Passport of" /><n-collapse><n-collapse-item v-for="i in 3" :key="i" :title="RULES[i]" :name="i"><p>{{ prose(i, 3) }}</p></n-collapse-item></n-collapse><div id="sample" class="world">P&lt; SPECIMEN</div>`;

// ---- payment ----
const pay = () => {
  const card = reactive({ card: '', until: '', cvc: '' }); const code = ref(''); const off = ref(''); const terms = ref(false); const step = ref(0); const otp = reactive(['', '', '', '', '', '']); const said = ref(''); const paid = ref(''); const wallet = ref(0);
  return { card, code, off, terms, step, otp, said, paid, wallet,
    group: ran((e) => { const d = e.target.value.replace(/\D/g, '').slice(0, 16); card.card = d.replace(/(\d{4})(?=\d)/g, '$1 '); e.target.value = card.card; }),
    charge: guard('charge', () => { if (!/^4/.test(card.card) || card.card.length < 19) toast('Your bank does not know this card', true); else { step.value = 1; said.value = 'A code was sent to your telephone'; } }, { req: '/api/charge', bad: () => toast('The bank does not answer', true) }),
    clear: ran(() => { Object.keys(card).forEach((k) => { card[k] = ''; }); step.value = 0; otp.fill(''); code.value = ''; off.value = ''; said.value = ''; paid.value = ''; }),
    digit: (e, i) => { window.__ran += 1; otp[i] = e.target.value.slice(-1); if (otp[i] && i < 5) document.getElementById(`o${i + 1}`).focus(); if (otp.every(Boolean)) { const good = otp.join('') === '314159'; said.value = good ? '' : `That code is wrong (${++n})`; if (good) paid.value = `Paid, receipt ${++n}`; otp.fill(''); document.activeElement.blur(); } },
    again: guard('again', () => { said.value = `Sent again (${++n})`; }, { req: '/api/again', late: true, bad: () => { said.value = `Not sent (${++n})`; } }),
    redeem: guard('redeem', () => { off.value = code.value === 'SPRING24' ? `Ten off (${++n})` : `${code.value || 'Nothing'} is no voucher (${++n})`; }, { req: '/api/redeem', bad: () => { off.value = `Vouchers rest (${++n})`; } }), agree: (v) => ran(() => { terms.value = v; })(), buy: guard('buy', () => { said.value = `Insured (${++n})`; }), by: run('by', (i) => { wallet.value = i; }), split: guard('split', () => { said.value = `In ${2 + (++n % 5)} parts`; }), tell: ran(() => { asked(); said.value = `Read (${++n})`; }) };
};
const PAY = `<h1>Payment</h1><p id="sum">212.40 for one seat</p><div class="bar"><span v-for="(w, i) in ['card', 'transfer', 'phone']" :key="w" :id="'w-' + w" :class="['pill', wallet === i && 'cur']" @click="by(i)">{{ w }}</span><img id="seal" alt="secure" width="60" height="30" src="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' width='60' height='30'%3E%3Crect width='60' height='30' rx='5' fill='%23386'/%3E%3C/svg%3E"></div>
  <form id="f" novalidate @submit.prevent="charge"><div class="f"><label for="card">Card</label><input id="card" inputmode="numeric" autocomplete="off" :value="card.card" @input="group"></div><div class="f"><label for="until">Until</label><input id="until" size="6" autocomplete="off" v-model="card.until"> <label for="cvc">Code</label><input id="cvc" size="4" autocomplete="off" v-model="card.cvc"></div><div class="bar"><button id="charge">Pay 212.40</button><a id="clear" role="button" tabindex="0" class="btn" @click="clear">Begin again</a></div></form>
  <div v-if="step" class="otp"><input v-for="(v, i) in otp" :key="i" :id="'o' + i" inputmode="numeric" size="1" autocomplete="off" :value="v" @input="digit($event, i)"><a id="again" class="lk" @click="again">Send it again</a></div><p id="paid">{{ paid }}</p><p id="said">{{ said }}</p>
  <p class="row"><input id="code" size="12" placeholder="Voucher" autocomplete="off" v-model="code"><button id="redeem" @click="redeem">Redeem</button> <span id="off">{{ off }}</span></p>
  <p class="row"><n-checkbox id="terms" :checked="terms" @update:checked="agree">I have read what is insured</n-checkbox><button id="buy" :disabled="!terms" @click="buy">Insure me</button><b id="split" class="btn" @click="split">In parts</b><button id="tell" @click="tell">What does it cost in all?</button></p><div id="ad" class="world">Our card: a mile for each crown</div>`;

// ---- booked trips ----
const trips = () => {
  const flipped = reactive({}); const said = ref(''); const pic = ref(''); const tags = reactive({}); const gone = reactive({}); const rate = ref(0); const wish = ref(''); const edit = ref(false); const name = ref('Spring in Porto');
  return { flipped, said, pic, tags, gone, rate, wish, edit, name,
    flip: run('flip', (i) => { flipped[i] = !flipped[i]; }), checkIn: guard('check-in', () => { said.value = `Checked in (${++n})`; }, { req: '/api/check-in', bad: () => { said.value = `Not yet possible (${++n})`; } }), print: ran(() => { asked(); }), cancel: run('cancel', (i) => { if (asked()) gone[i] = !gone[i]; }),
    scanned: ran((e) => { const f = e.target.files[0]; pic.value = !f ? '' : f.name.startsWith('good') ? `${f.name} is fine (${++n})` : `${f.name} is not sharp. Choose another (${++n})`; e.target.value = ''; }), star: run('star', (k) => { rate.value = k; }), remind: guard('remind', () => toast('We shall remind you'), { req: '/api/remind', bad: () => toast('No reminder today', true) }), tag: run('tag', (t) => { tags[t] = !tags[t]; }),
    write: ran((e) => { stand('wish'); wish.value = e.target.value; }), rename: ran(() => { edit.value = true; }), named: (e) => { window.__ran += 1; name.value = e.target.value || name.value; edit.value = false; }, miles: guard('miles', () => { said.value = `${1200 + ++n * 40} miles`; }, { req: '/api/miles', get: true, bad: () => { said.value = `Miles are not counted now (${++n})`; } }) };
};
const TRIPS = `<h1>My trips</h1><p class="tiny" id="tiny">{{ prose(5, 16) }}</p><h2 id="name" @dblclick="rename"><input v-if="edit" id="edit" :value="name" @blur="named" autocomplete="off"><template v-else>{{ name }}</template></h2>
  <div v-for="i in 3" :key="i" class="pass"><div class="half" @click="flip(i)"><b>{{ TOWNS[i] }} → {{ TOWNS[i + 4] }}</b><p>{{ flipped[i] ? 'Gate ' + (i * 4) + ', group ' + i : 'Press to see the gate' }}</p></div><code class="ref">K{{ i }}QX{{ 7 - i }}P</code><a class="cancel" href="#" @click.prevent="cancel(i)">{{ gone[i] ? 'take back' : 'cancel' }}</a><div class="bars"></div></div>
  <div class="bar"><button id="check-in" @click="checkIn">Check in</button><button id="remind" @click="remind">Remind me</button><button id="print" @click="print">Print</button><button id="miles" @click="miles">Count my miles</button><label class="btn" for="scan">Passport picture</label><input id="scan" type="file" @change="scanned"></div><p id="pic">{{ pic }}</p><p id="said">{{ said }}</p>
  <p id="stars">How was it? <i v-for="k in 5" :key="k" class="star" @click="star(k)">{{ k <= rate ? '★' : '☆' }}</i> {{ rate }}</p><p class="bar"><span v-for="t in ['sea', 'town', 'snow', 'food']" :key="t" :id="'t-' + t" class="tag" :class="tags[t] && 'cur'" @click="tag(t)">{{ t }}</span></p><textarea id="wish" rows="2" cols="30" placeholder="Tell us" :value="wish" @input="write"></textarea> <small>{{ wish.length }} of 200</small><div id="strip" class="strip"><b v-for="t in TOWNS" :key="t">{{ t }}</b></div><h2>Conditions</h2><p v-for="i in 26" :key="i" class="par">§ {{ i }} {{ prose(i, 6) }}</p>`;

const KITS = { NButton, NSwitch, NInput, NSelect, NCheckbox, NCollapse, NCollapseItem };
const page = (template, setup) => ({ components: KITS, template: `<section>${template}</section>`, setup: () => ({ TOWNS, RULES, prose, ...setup() }) });
const PAGES = { '/': page(SEARCH, search), '/fares': page(FARES, fares), '/seats': page(SEATS, seats), '/who': page(PERSON, who), '/pay': page(PAY, pay), '/trips': page(TRIPS, trips) };
const at = ref('/'); let first = true;
routes((p) => { if (!first) stand(`go${p}`); first = false; at.value = p; });

createApp({
  components: { NConfigProvider },
  setup: () => ({ at, ROUTES, screen: computed(() => PAGES[at.value] ?? PAGES['/']), open: ran((to) => go(to)) }),
  template: `<n-config-provider><header><b class="logo">aloft</b><a v-for="[to, id, t] in ROUTES" :key="id" :id="'n-' + id" :class="at === to && 'here'" :href="'/aloft' + to" @click.prevent="open(to)">{{ t }}</a></header><component :is="screen" :key="at" /></n-config-provider>`,
}).mount('#app');
if (window.__boot.flavour === 1) ticking(2000, (i) => `${40 + (i * 7) % 23} people look at flights just now`);
if (window.__boot.flavour === 2) beacon(23000);
