// A sports club on the phone, written for phones and shown in a browser: React Native's components, all of them divs, no form among them.
import { useState, useEffect, useRef } from 'react';
import { View, Text, Pressable, TouchableOpacity, TextInput, Switch, ScrollView, Modal, StyleSheet } from 'react-native-web';
import { guard, toast } from '../page/kit.js';
import { path, go, routes } from '../page/router.js';

const SPORTS = ['Rowing', 'Judo', 'Chess', 'Climbing', 'Tennis', 'Boules', 'Fencing', 'Yoga'];
const COURSES = Array.from({ length: 16 }, (_, i) => ({ id: i + 1, sport: SPORTS[(i * 3) % 8], day: ['Mon', 'Tue', 'Wed', 'Thu', 'Fri'][(i * 7) % 5], hour: 8 + ((i * 5) % 12), level: ['new', 'some', 'much'][i % 3] }));
const LINES = ['Shoes with dark soles stay outside.', 'Water is free, the towel is not.', 'The last one puts out the light.', 'Boats are washed before supper.', 'Who is ill stays at home.', 'Keys hang behind the counter.'];
const talk = (seed, n) => Array.from({ length: n }, (_, i) => LINES[(seed * 5 + i * 7 + ((i * i) % 3)) % 6]).join(' ');
const st = StyleSheet.create({
  nav: { flexDirection: 'row', gap: 6, paddingVertical: 8 }, tab: { padding: 10, borderRadius: 8 }, here: { backgroundColor: '#dde7ff' }, row: { flexDirection: 'row', alignItems: 'center', borderBottomWidth: 1, borderColor: '#ddd' }, main: { flex: 1, padding: 13 }, h1: { fontSize: 23, fontWeight: '700', marginVertical: 8 }, btn: { backgroundColor: '#2450c8', padding: 11, borderRadius: 8, marginRight: 8, marginBottom: 8 }, white: { color: '#fff' }, flat: { padding: 11, borderWidth: 1, borderColor: '#99a', borderRadius: 8, marginRight: 8, marginBottom: 8 }, wrap: { flexDirection: 'row', flexWrap: 'wrap', marginVertical: 8 }, grey: { opacity: 0.35 },
  round: { width: 40, height: 40, borderRadius: 20, backgroundColor: '#eee', alignItems: 'center', justifyContent: 'center', margin: 4 }, card: { height: 120, borderRadius: 12, backgroundColor: '#f6dca8', padding: 14, marginVertical: 10 }, chip: { paddingVertical: 6, paddingHorizontal: 13, borderRadius: 14, backgroundColor: '#eee', margin: 4 }, chosen: { backgroundColor: '#9cd' }, input: { borderWidth: 1, borderColor: '#99a', borderRadius: 6, padding: 9, marginVertical: 4 }, wrong: { color: '#b00', fontSize: 13 }, tiny: { fontSize: 7.5, lineHeight: 9.5 }, par: { marginVertical: 8 }, badge: { backgroundColor: '#ffe08a', paddingHorizontal: 9, paddingVertical: 4, borderRadius: 6, marginRight: 6 }, sheet: { backgroundColor: '#fff', margin: 40, padding: 20, borderRadius: 12 }, shade: { flex: 1, backgroundColor: '#0007' }, slide: { width: 190, height: 90, marginRight: 10, borderRadius: 10, backgroundColor: '#cfe5cf', padding: 10 },
});
const Btn = ({ id, on, label, flat, off }) => <TouchableOpacity nativeID={id} id={id} onPress={on} disabled={off} style={[flat ? st.flat : st.btn, off && st.grey]} activeOpacity={0.6}><Text style={!flat && st.white}>{label}</Text></TouchableOpacity>;
const P = ({ id, on, style, children }) => <Pressable id={id} onPress={on} style={style}>{children}</Pressable>;
const T = ({ id, style, children }) => <Text id={id} style={style} role={style === st.h1 ? 'heading' : undefined}>{children}</Text>;
/** useSay keeps a line of text that says how often something was said. */
function useSay() { const [s, set] = useState(''); const n = useRef(0); return [s, (t) => { n.current += 1; set(t && `${t} · ${n.current}`); }]; }

function Courses({ claps, clap }) {
  const [day, setDay] = useState(''); const [q, setQ] = useState(''); const [said, say] = useSay(); const [upto, setUpto] = useState(6); const [open, setOpen] = useState(-1); const [asking, setAsking] = useState(false);
  const list = COURSES.filter((c) => (!day || c.day === day) && c.sport.toLowerCase().includes(q.toLowerCase())).slice(0, upto);
  return <View>
    <T style={st.h1} id="title">This week</T><TextInput id="find" style={st.input} placeholder="Which sport?" value={q} onChangeText={(t) => { window.__ran += 1; setQ(t); }} />
    <View style={st.wrap}>{['Mon', 'Tue', 'Wed'].map((d) => <P key={d} id={`d-${d}`} style={[st.chip, day === d && st.chosen]} on={guard(`d-${d}`, () => setDay(day === d ? '' : d))}><Text>{d}</Text></P>)}</View>
    <View id="list">{list.map((c) => <View key={c.id} style={st.row}><Pressable style={st.main} testID="course" onPress={guard('open', () => go(`/course/${c.id}`))}><Text>{c.sport}, {c.day} at {c.hour}</Text></Pressable><View style={st.badge} testID="level"><Text>{c.level}</Text></View><Pressable style={st.round} testID="clap" onPress={guard('clap', () => clap(c.id))}><Text>👏{claps[c.id] ?? 0}</Text></Pressable></View>)}</View>
    <Btn id="more" flat label={upto > 12 ? 'Fewer' : 'More courses'} on={guard('more', () => setUpto(upto > 12 ? 6 : upto + 5), { req: '/api/courses', get: true })} />
    <View style={st.wrap}><Btn id="free" label={asking ? 'Looking …' : 'Is the hall free?'} on={guard('free', () => say('The hall is free at six'), { req: '/api/hall', get: true, busy: setAsking, bad: () => say('Nobody knows') })} /><Btn id="news" label="Get the news" on={guard('news', () => toast('You get the news'), { req: '/api/news', bad: () => toast('That did not work', true) })} /><Btn id="score" flat label="Last score" on={guard('score', () => say('Three to two'), { req: '/api/score', get: true, bad: () => say('No score yet') })} /><Btn id="cheer" flat label="Cheer" on={guard('cheer', () => say('Hurray'))} /></View>
    <T id="said">{said}</T>
    <ScrollView horizontal id="slides">{SPORTS.map((s) => <View key={s} style={st.slide}><Text>{s} for all</Text></View>)}</ScrollView>
    <View style={st.card} id="poster"><Text>Summer games</Text></View>
    {['Fees', 'Lockers', 'Guests'].map((t, i) => <View key={t}><P id={`q${i}`} style={st.main} on={guard(`q${i}`, () => setOpen(open === i ? -1 : i))}><Text>{open === i ? '▾' : '▸'} {t}</Text></P>{open === i && <Text>{talk(i, 2)}</Text>}</View>)}
    <T id="foot">The hall is shut in the last week of August. Whoever wants to train then goes to the river, where there is always room.</T>
  </View>;
}

function Course({ id, claps, clap }) {
  const c = COURSES[id - 1] ?? COURSES[0]; const [seats, setSeats] = useState(1); const [tab, setTab] = useState('what'); const [said, say] = useSay(); const [secret, setSecret] = useState(false); const [noted, setNoted] = useState(false);
  const seat = guard('seat', () => setSeats((x) => x + 1)); const fewer = guard('fewer', () => setSeats((x) => Math.max(1, x - 1)));
  return <View>
    <P id="back" style={st.tab} on={guard('back', () => go('/'))}><Text>‹ Courses</Text></P><T style={st.h1}>{c.sport}</T><View style={st.row}><View style={st.badge} id="badge"><Text>{c.level}</Text></View><Text>{c.day} at {c.hour}</Text></View>
    <View style={st.wrap}><Btn id="join" label="Take part" on={guard('join', () => say('You are on the list'), { req: '/api/join', bad: () => say('The list is full') })} /><Btn id="remind" flat label="Remind me" on={guard('remind', () => toast('You will be reminded'), { req: '/api/remind', bad: () => toast('No reminder, sorry', true) })} /><P id="clapc" style={st.round} on={guard('clapc', () => clap(c.id))}><Text>👏{claps[c.id] ?? 0}</Text></P><P id="note" style={st.chip} on={guard('note', () => setNoted(!noted))}><Text>{noted ? '★' : '☆'}</Text></P>
      <Pressable id="code" style={st.flat} onPressIn={() => { window.__ran += 1; setSecret(true); }} onPressOut={() => setSecret(false)} delayLongPress={90000}><Text>Keep pressed: door code</Text></Pressable></View>
    {secret && <Text style={st.card}>4 7 1 1</Text>}<T id="said">{said}</T>
    <View style={st.row}><P id="fewer" style={st.round} on={fewer}><Text>–</Text></P><Text>{seats} seats</Text><P id="seat" style={st.round} on={seat}><Text>+</Text></P></View>
    <View style={st.row}>{['what', 'where', 'who'].map((t) => <P key={t} id={`t-${t}`} style={[st.tab, tab === t && st.here]} on={guard(`t-${t}`, () => setTab(t))}><Text>{t}</Text></P>)}</View><Text>{tab}: {talk(tab.length + id, 2)}</Text>
    <View style={st.card} id="photo" />{[1, 2, 3, 4, 5, 6, 7].map((i) => <Text key={i} style={st.par} testID="par">{talk(id + i, 7)}</Text>)}
  </View>;
}

function Member() {
  const [f, setF] = useState({}); const [bad, setBad] = useState({}); const [done, say] = useSay();
  const empty = () => { setF({}); setBad({}); };
  const now = useRef(f); now.current = f;
  const send = guard('send', () => {
    const v = (k) => now.current[k] ?? '';
    const b = {}; if (v('name').length < 3) b.name = 'Who are you?'; if (!/^\d\d\.\d\d\.\d{4}$/.test(v('born'))) b.born = 'Write it like 31.12.1990'; if (!/^[^@ ]+@[^@ ]+\.[a-z]+$/.test(v('mail'))) b.mail = 'That is no address';
    setBad(b); if (!Object.keys(b).length) { empty(); say('Welcome to the club'); }
  }, { req: '/api/member', bad: () => toast('The office did not answer', true) });
  const field = (k, label) => <View key={k}><Text>{label}</Text><TextInput id={k} style={st.input} value={f[k] ?? ''} onChangeText={(t) => setF((x) => ({ ...x, [k]: t }))} />{bad[k] ? <Text style={st.wrong} testID="wrong">{bad[k]}</Text> : null}</View>;
  return <View><T style={st.h1}>Become a member</T>{field('name', 'Name')}{field('born', 'Born on')}{field('mail', 'Mail')}{field('why', 'Why us?')}<View style={st.wrap}><Btn id="send" label="Join" on={send} /><Btn id="clear" flat label="Start anew" on={() => { window.__ran += 1; empty(); say(''); }} /></View><T id="done">{done}</T><View style={st.card} id="card"><Text>Members' card</Text></View></View>;
}

function Me() {
  const [on, setOn] = useState({ push: true, mail: false }); const [said, say] = useSay(); const [read, setRead] = useState(false); const [box, setBox] = useState(false);
  const flip = (k) => guard(k, () => { setOn((x) => ({ ...x, [k]: !x[k] })); say(`${k} changed`); });
  return <View><T style={st.h1}>My club</T>{['push', 'mail'].map((k) => <View key={k} style={st.row}><Switch id={k} testID={k} value={on[k]} onValueChange={flip(k)} /><Text style={st.main}>{k === 'push' ? 'Tell me on the phone' : 'Tell me by mail'}</Text></View>)}<T id="said">{said}</T>
    <View style={st.row}><Switch id="read" testID="read" value={read} onValueChange={(v) => { window.__ran += 1; setRead(v); }} /><Text style={st.main}>I have read the rules</Text></View><View style={st.wrap}><Btn id="key" label="Get a key" off={!read} on={guard('key', () => say('The key is yours'))} /><Btn id="pay" label="Pay the fee" on={guard('pay', () => say('The fee is paid'), { req: '/api/pay', bad: () => say('The fee was not taken') })} /><Btn id="leave" flat label="Leave the club" on={() => { window.__ran += 1; setBox(true); }} /><Btn id="medal" flat label="My medals" on={guard('medal', () => say('One of bronze'))} /></View>
    {box && <Modal transparent visible animationType="none"><View style={st.shade}><View style={st.sheet}><Text>Leave for good?</Text><Btn id="stay" label="Stay" on={() => { window.__ran += 1; setBox(false); }} /></View></View></Modal>}<View style={st.card} id="graph"><Text>Your year</Text></View></View>;
}

const Rules = () => <View><T style={st.h1}>House rules</T><T style={st.tiny} id="tiny">{talk(4, 26)}</T>{SPORTS.concat(SPORTS, SPORTS, SPORTS, SPORTS, SPORTS).map((s, i) => <View key={i}><Text style={{ fontWeight: '700' }}>{i + 1}. {s}</Text><Text style={st.par}>{talk(i, 9)}</Text></View>)}</View>;

/** Live is what changes whatever anybody does. */
function Live() { const [n, set] = useState(0); useEffect(() => { setInterval(() => set((x) => x + 1), 7000); }, []); return <small data-ambient="1">{`${n % 9} people in the hall`}</small>; }

export default function Club() {
  const [where, setWhere] = useState(path()); const [claps, setClaps] = useState({});
  useEffect(() => { routes(setWhere); }, []);
  const clap = (id) => setClaps((x) => ({ ...x, [id]: (x[id] ?? 0) + 1 }));
  const tab = (to, id, t) => <Pressable id={id} style={[st.tab, where === to && st.here]} onPress={() => { window.__ran += 1; go(to); }}><Text>{t}</Text></Pressable>;
  return <View style={{ padding: 12 }}>
    <View style={st.nav}>{tab('/', 'n-week', 'Week')}{tab('/member', 'n-member', 'Join')}{tab('/me', 'n-me', 'Me')}{tab('/rules', 'n-rules', 'Rules')}</View>
    {window.__boot.flavour === 2 && <Live />}
    {where === '/member' ? <Member /> : where === '/me' ? <Me /> : where === '/rules' ? <Rules /> : where.startsWith('/course/') ? <Course key={where} id={Number(where.slice(8))} claps={claps} clap={clap} /> : <Courses claps={claps} clap={clap} />}
  </View>;
}
