// Journeys by train: search, trips, a long form for all who travel; Vue and Quasar's components.
import { createApp, ref, reactive, computed } from 'vue';
import { Quasar, QBtn, QInput, QSelect, QToggle, QCheckbox, QTabs, QTab, QExpansionItem, QRating, QPagination, QCarousel, QCarouselSlide, QItem, QItemSection, QSlider, QBtnToggle } from 'quasar';
import 'quasar/dist/quasar.prod.css';
import { guard, toast, beacon } from '../page/kit.js';
import { path, go, routes } from '../page/router.js';

const TOWNS = ['Aalen', 'Berg', 'Calw', 'Dorf', 'Elm', 'Furth'];
const TRIPS = Array.from({ length: 20 }, (_, i) => ({ id: i + 1, at: `${6 + (i % 15)}:${String((i * 17) % 60).padStart(2, '0')}`, changes: (i * 3) % 4, price: 19 + ((i * 23) % 70), last: 80 + ((i * 31) % 120) }));
const SAID = ['Seats are held until the train has left.', 'Dogs travel at half price, small ones for nothing.', 'A bicycle needs a place of its own.', 'Who misses a change may take the next train.', 'Tickets are given back until the evening before.', 'Children below six need no ticket.'];
const talk = (seed, n) => Array.from({ length: n }, (_, i) => SAID[(seed * 5 + i * 7 + ((i * i) % 3)) % 6]).join(' ');
document.head.append(Object.assign(document.createElement('style'), { textContent: '.nav{display:flex;gap:14px;padding:8px 0}.mapx{height:120px;background:linear-gradient(90deg,#bcd,#dec);border-radius:8px;margin:10px 0}.tiny{font-size:8px;line-height:10px}.heart{padding:8px;cursor:pointer}.seat{display:inline-block;width:38px;height:38px;line-height:38px;text-align:center;border:1px solid #888;margin:3px;cursor:pointer;background:#fff}.seat.mine{background:#8c8}h1{font-size:26px;line-height:32px;margin:8px 0}h3{font-size:18px;line-height:22px}.stop{padding:6px 0;border-left:3px solid #58a;padding-left:12px}' }));

const App = {
  setup() {
    const where = ref(path()); routes((p) => { where.value = p; });
    const s = reactive({ from: 'Aalen', to: 'Elm', people: 1, direct: false, bike: false, top: 100, page: 1, kind: 'all', tab: 'way', slide: 0, stars: 3, said: '', open: false, mine: [], liked: {}, klass: 'two', agree: false, map: false, busy: false });
    const f = reactive({ name: '', mail: '', birth: '', phone: '', street: '' }); const bad = reactive({});
    let n = 0;
    const say = (t) => { n += 1; s.said = `${t} (${n})`; };
    const trip = computed(() => TRIPS.find((t) => where.value === `/trip/${t.id}`) ?? TRIPS[0]);
    const shown = computed(() => TRIPS.filter((t) => t.price <= s.top && (!s.direct || t.changes === 0)).slice((s.page - 1) * 5, s.page * 5));
    const empty = () => { for (const k of Object.keys(f)) f[k] = ''; for (const k of Object.keys(bad)) delete bad[k]; };
    const G = {
      swap: guard('swap', () => { [s.from, s.to] = [s.to, s.from]; }), plus: guard('plus', () => { s.people += 1; }), minus: guard('minus', () => { s.people = Math.max(1, s.people - 1); }), go: guard('go', () => go('/trips')), near: guard('near', () => say('The next station is Berg'), { req: '/api/near', get: true, bad: () => say('No station was found') }),
      news: guard('news', () => toast('You will hear from us'), { req: '/api/news', bad: () => toast('That did not work', true) }), delays: guard('delays', () => say('All trains are on time'), { req: '/api/delays', get: true, bad: () => say('Nobody knows') }), joke: guard('joke', () => say('A train walks into a bar')), direct: guard('direct', () => { s.direct = !s.direct; }), bike: guard('bike', () => { s.bike = !s.bike; }),
      like: guard('like', (e) => { const k = e.currentTarget?.dataset.k ?? trip.value.id; s.liked = { ...s.liked, [k]: (s.liked[k] ?? 0) + 1 }; }), hold: guard('hold', () => say('Held for an hour'), { req: '/api/hold', busy: (on) => { s.busy = on; }, bad: () => say('Could not be held') }), stops: guard('stops', () => { s.open = !s.open; }), back: guard('back', () => go('/trips')), fare: guard('fare', () => say('It may be given back')), seat: guard('seat', (i) => { s.mine = s.mine.includes(i) ? s.mine.filter((x) => x !== i) : [...s.mine, i]; }),
      send: guard('send', () => {
        for (const k of Object.keys(bad)) delete bad[k];
        if (f.name.length < 3) bad.name = 'Your name as on the pass';
        if (!/^[^@ ]+@[^@ ]+\.[a-z]+$/.test(f.mail)) bad.mail = 'This is no address for mail';
        if (!/^\d\d\.\d\d\.\d{4}$/.test(f.birth)) bad.birth = 'Like 31.12.1980';
        if (!Object.keys(bad).length) { empty(); say('Your seats are booked'); }
      }, { req: '/api/book', bad: () => toast('The booking did not go through', true) }),
      pay: guard('pay', () => say('Paid')), clear: () => { window.__ran += 1; empty(); s.said = ''; },
    };
    const link = (to) => (e) => { e.preventDefault(); window.__ran += 1; s.said = ''; go(to); };
    const seen = () => { window.__ran += 1; };
    return { s, f, bad, G, where, trip, shown, link, seen, go, TOWNS, talk, guard, hold: { down: () => { window.__ran += 1; s.map = true; }, up: () => { s.map = false; } } };
  },
  template: `<div class="nav"><a id="n-home" href="/rail" @click="link('/')($event)">Search</a><a id="n-trips" href="/rail/trips" @click="link('/trips')($event)">Trips</a><a id="n-book" href="/rail/book" @click="link('/book')($event)">Booking</a><a id="n-rules" href="/rail/rules" @click="link('/rules')($event)">Conditions</a></div>
  <div v-if="where === '/trips'"><h1>{{ s.from }} to {{ s.to }}</h1>
    <div class="bar"><q-toggle id="direct" :model-value="s.direct" @update:model-value="G.direct" label="Direct only"/><div style="width:200px;padding:0 14px"><q-slider id="top" v-model="s.top" :min="20" :max="100" @change="seen"/></div></div>
    <q-item v-for="t in shown" :key="t.id" class="trip card"><q-item-section class="open" @click="guard('open', () => go('/trip/' + t.id))()"><b>{{ t.at }}</b><span>{{ t.changes }} changes, {{ t.last }} min</span></q-item-section><q-item-section side><span class="heart" :data-k="t.id" @click="G.like">♡ {{ s.liked[t.id] ?? 0 }}</span></q-item-section><q-item-section side><b class="price">{{ t.price }} €</b></q-item-section></q-item>
    <q-pagination id="pages" v-model="s.page" :max="4" @update:model-value="seen"/><p id="note">Prices are for one grown-up in the second class. They may have changed since you looked.</p></div>
  <div v-else-if="where.startsWith('/trip/')"><q-btn flat no-caps id="back" label="‹ all trips" @click="G.back"/><h1>{{ trip.at }}, {{ trip.price }} €</h1><p id="said">{{ s.said }}</p>
    <q-tabs v-model="s.tab" no-caps @update:model-value="seen"><q-tab name="way" id="t-way" label="Way"/><q-tab name="train" id="t-train" label="Train"/><q-tab name="food" id="t-food" label="Food"/></q-tabs><p class="card">{{ { way: 'By the river', train: 'Six coaches', food: 'Soup and rolls' }[s.tab] }}</p>
    <div class="mapx" id="mapx"></div><div class="bar"><q-btn no-caps id="hold" @click="G.hold">{{ s.busy ? 'Holding' : 'Hold a seat' }}</q-btn><q-btn no-caps id="fare" label="May I give it back?" @click="G.fare"/><div class="heart" id="like" @click="G.like">♥ {{ s.liked[trip.id] ?? 0 }}</div><q-btn no-caps id="peek" label="Press for the map" @pointerdown="hold.down" @pointerup="hold.up" @pointercancel="hold.up" @contextmenu.prevent/></div><p v-if="s.map" class="card">Aalen – Berg – Elm</p>
    <div id="seats"><span v-for="i in 12" :key="i" class="seat" :class="{ mine: s.mine.includes(i) }" @click="G.seat(i)">{{ i }}</span></div><div class="heart" id="stops" @click="G.stops">Stops {{ s.open ? '▴' : '▾' }}</div><div v-if="s.open"><p v-for="t in TOWNS" class="stop">{{ t }}</p></div>
    <q-carousel id="views" v-model="s.slide" height="140px" swipeable arrows :animated="false" control-color="dark" @update:model-value="seen"><q-carousel-slide v-for="i in 4" :key="i" :name="i - 1" class="bg-grey-4">View {{ i }}</q-carousel-slide></q-carousel><p v-for="i in 8" class="par">{{ talk(trip.id + i, 6) }}</p></div>
  <div v-else-if="where === '/book'"><h1>Who travels?</h1><p id="said">{{ s.said }}</p><form novalidate @submit.prevent="G.send"><q-input for="name" v-model="f.name" label="Name" :error="!!bad.name" :error-message="bad.name"/><q-input for="birth" v-model="f.birth" label="Born on" :error="!!bad.birth" :error-message="bad.birth"/><q-input for="mail" v-model="f.mail" label="Mail" :error="!!bad.mail" :error-message="bad.mail"/><q-input for="phone" v-model="f.phone" label="Telephone"/><q-input for="street" v-model="f.street" label="Street"/>
    <q-btn-toggle id="klass" v-model="s.klass" no-caps :options="[{label:'Second',value:'two'},{label:'First',value:'one'},{label:'Sleeper',value:'bed'}]" @update:model-value="seen"/><div class="bar"><q-btn no-caps type="submit" id="send" label="Book"/><q-btn flat no-caps id="clear" label="Start again" @click="G.clear"/></div></form><q-checkbox id="agree" v-model="s.agree" label="I have read the conditions" @update:model-value="seen"/><div class="bar"><q-btn no-caps id="pay" :disable="!s.agree" label="Pay at the counter" @click="G.pay"/></div><div class="mapx" id="stamp">Valid with a stamp</div></div>
  <div v-else-if="where === '/rules'"><h1>Conditions</h1><p class="tiny" id="tiny">{{ talk(4, 22) }}</p><div v-for="i in 30"><h3>{{ i }}. {{ TOWNS[i % 6] }}</h3><p class="par">{{ talk(i, 9) }}</p></div></div>
  <div v-else><h1>Where to?</h1><div class="bar"><q-select class="from" style="width:140px" v-model="s.from" :options="TOWNS" label="From" @update:model-value="seen" behavior="menu"/><q-select class="to" style="width:140px" v-model="s.to" :options="TOWNS" label="To" @update:model-value="seen" behavior="menu"/></div>
    <div class="bar"><span class="heart" id="minus" @click="G.minus">–</span><b>{{ s.people }}</b><span class="heart" id="plus" @click="G.plus">+</span> people <div class="heart" id="swap" @click="G.swap">⇄ the other way</div> <q-toggle id="bike" :model-value="s.bike" @update:model-value="G.bike" label="Bicycle"/></div><div class="bar"><q-btn no-caps color="primary" id="go" label="Find trains" @click="G.go"/><q-btn no-caps id="near" label="Nearest station" @click="G.near"/><q-btn no-caps id="delays" label="Delays" @click="G.delays"/><q-btn no-caps id="news" label="Send me news" @click="G.news"/><q-btn no-caps id="joke" label="A joke" @click="G.joke"/></div><p id="said">{{ s.said }}</p>
    <div class="mapx" id="poster">Summer by the sea</div><q-rating id="stars" v-model="s.stars" icon="none" :max="5" size="2em" @update:model-value="seen"/><q-expansion-item v-for="i in 3" :key="i" class="faq" :label="TOWNS[i] + '?'" @update:model-value="seen" :duration="1"><p>{{ talk(i, 2) }}</p></q-expansion-item><p id="foot">We run to all towns that have a platform, and to some that have none. The last train goes at eleven.</p></div>`,
};
const app = createApp(App);
app.use(Quasar, { config: { ripple: false }, components: { QBtn, QInput, QSelect, QToggle, QCheckbox, QTabs, QTab, QExpansionItem, QRating, QPagination, QCarousel, QCarouselSlide, QItem, QItemSection, QSlider, QBtnToggle } });
app.mount('#app');
if (window.__boot.flavour !== 1) beacon(29000);
