import { createSignal, createMemo, For, Show, Switch as Choose, Match, onMount, onCleanup } from 'solid-js';
import { Switch } from '@kobalte/core/switch';
import { Select } from '@kobalte/core/select';
import { Dialog } from '@kobalte/core/dialog';
import { Tabs } from '@kobalte/core/tabs';
import { Accordion } from '@kobalte/core/accordion';
import { NumberField } from '@kobalte/core/number-field';
import IMask from 'imask';
import { guard, toast, beacon } from '../page/kit.js';
import { path, go, routes } from '../page/router.js';

const WHO = ['Harbour bakery', 'Salary', 'Tram company', 'Rent Mill Lane', 'Book corner', 'Tax office', 'Green grocer', 'Cinema Lux'];
const BOOKED = Array.from({ length: 30 }, (_, i) => ({ id: i + 1, who: WHO[(i * 5) % 8], sum: i % 4 === 1 ? 900 + i * 13 : -(4 + ((i * 37) % 90)), day: 28 - (i % 27) }));
const WORDS = ['Standing orders are carried out on the morning of the day.', 'Foreign notes are changed at the counter only.', 'A card that was found may be left at any branch.', 'We never ask for a secret number on the telephone.', 'Fees are taken at the end of a quarter.', 'Statements are kept for ten years.'];
const talk = (seed, n) => Array.from({ length: n }, (_, i) => WORDS[(seed * 7 + i * 5 + ((i * i) % 4)) % 6]).join(' ');
const euro = (x) => `${x < 0 ? '−' : ''}${Math.abs(x).toFixed(2)} €`;
const Eye = () => <svg width="20" height="20"><path d="M2 10q8 -10 16 0q-8 10 -16 0" fill="none" stroke="currentColor" /><circle cx="10" cy="10" r="3" fill="currentColor" /></svg>;

function Accounts() {
  const [shut, setShut] = createSignal(false);
  const [kind, setKind] = createSignal('all');
  const [upto, setUpto] = createSignal(6);
  const [at, setAt] = createSignal('');
  const [said, setSaid] = createSignal('');
  const [done, setDone] = createSignal(false);
  const [q, setQ] = createSignal('');
  let n = 0;
  const list = createMemo(() => BOOKED.filter((b) => (kind() === 'all' || (kind() === 'in') === b.sum > 0) && b.who.toLowerCase().includes(q().toLowerCase())).slice(0, upto()));
  const again = guard('again', () => { n += 1; setAt(`as of now, no. ${n}`); }, { req: '/api/balance', get: true, bad: () => { n += 1; setAt(`could not be asked for (${n})`); } });
  return (<section>
    <h1>Your accounts</h1>
    <div class="sum"><span>Everyday account<br /><small>{at()}</small></span><b id="sum">{shut() ? '•••••' : '4,211.07 €'}</b><span class="ico" id="eye" onClick={guard('eye', () => setShut(!shut()))}><Eye /></span></div>
    <p id="iban">DE02 7001 0020 0000 1234 56 <span class="ico" id="copy" onClick={guard('copy', () => { setDone(true); setTimeout(() => setDone(false), 1600); })}>{done() ? 'Copied' : '⧉'}</span></p>
    <div class="bar"><div class="btn" id="again" onClick={again}>Ask for the balance</div><button id="statement" onClick={guard('statement', () => toast('The statement is on its way'), { req: '/api/statement', bad: () => toast('No statement today, sorry', true) })}>Order a statement</button>
      <button id="gold" onClick={guard('gold', () => { n += 1; setSaid(`Gold is at ${2000 + n * 3} € an ounce`); }, { req: '/api/gold', get: true, bad: () => { n += 1; setSaid(`The exchange is silent (${n})`); } })}>Price of gold</button><button id="tip" onClick={guard('tip', () => { n += 1; setSaid(`Tip ${n}: spend less on trams.`); })}>A tip</button></div>
    <p id="said">{said()}</p>
    <div class="ad" id="ad">Build your own house <small>from 3.1 % a year</small></div>
    <input id="find" placeholder="Who was it?" value={q()} onInput={(e) => { window.__ran += 1; setQ(e.currentTarget.value); }} />
    <div class="chips"><For each={[['all', 'All'], ['in', 'In'], ['out', 'Out']]}>{([k, t]) => <span class="chip" id={`chip-${k}`} classList={{ cur: kind() === k }} onClick={guard(`chip-${k}`, () => setKind(k))}>{t}</span>}</For></div>
    <div id="list"><For each={list()}>{(b) => <div class="row" onClick={guard('row', () => go(`/t/${b.id}`))}><span>{b.who}</span><span>{euro(b.sum)}</span></div>}</For></div>
    <div class="btn" id="more" onClick={guard('more', () => setUpto(upto() > 18 ? 6 : upto() + 6), { req: '/api/rows', get: true })}>Older ones</div>
    <p id="foot">Balances are those of last night. What was paid this morning is shown in italics, and may change until the evening.</p>
  </section>);
}

function Booking(props) {
  const b = () => BOOKED.find((x) => x.id === props.id) ?? BOOKED[0];
  const [mark, setMark] = createSignal('');
  const [split, setSplit] = createSignal(1);
  return (<section>
    <p><span class="btn" id="back" onClick={guard('back', () => go('/'))}>‹ Accounts</span></p>
    <h1>{b().who}</h1>
    <p class="card">{euro(b().sum)} on day {b().day}. {talk(b().id, 3)}</p>
    <div class="chips"><For each={['food', 'home', 'travel']}>{(k) => <span class="chip mark" classList={{ cur: mark() === k }} onClick={guard('mark', () => setMark(k))}>{k}</span>}</For></div>
    <p>Split by <span class="ico" id="fewer" onClick={guard('fewer', () => setSplit(Math.max(1, split() - 1)))}>−</span><b>{split()}</b><span class="ico" id="split" onClick={guard('split', () => setSplit(split() + 1))}>+</span> : {euro(b().sum / split())}</p>
    <div class="plastic" id="shop">{b().who}</div>
    <For each={[1, 2, 3, 4, 5, 6, 7, 8]}>{(i) => <p class="par">{talk(b().id + i, 6)}</p>}</For>
  </section>);
}

function Transfer() {
  const [miss, setMiss] = createSignal({});
  const [from, setFrom] = createSignal('Everyday');
  const [sent, setSent] = createSignal('');
  let f; let masks = []; let n = 0;
  onMount(() => { masks = [IMask(f.querySelector('#to'), { mask: 'aa00 0000 0000 0000', prepareChar: (c) => c.toUpperCase() }), IMask(f.querySelector('#sum'), { mask: Number, scale: 2, min: 0, thousandsSeparator: ' ' })]; });
  onCleanup(() => masks.forEach((m) => m.destroy()));
  const val = (id) => f.querySelector(`#${id}`).value;
  const empty = () => { f.reset(); masks.forEach((m) => { m.value = ''; }); setMiss({}); };
  const send = guard('send', () => {
    const m = {};
    if (val('who').length < 3) m.who = 'Whom is it for?';
    if (val('to').replaceAll(' ', '').length < 16) m.to = 'An account number has two letters and fourteen digits.';
    if (!(Number(val('sum').replaceAll(' ', '')) > 0)) m.sum = 'How much?';
    setMiss(m);
    if (!Object.keys(m).length) { n += 1; setSent(`Order ${n} for ${val('who')} is taken.`); empty(); }
  }, { req: '/api/transfer', bad: () => toast('The order could not be taken', true) });
  const Field = (p) => <label class="fld">{p.label}<input id={p.id} /><Show when={miss()[p.id]}><span class="miss">{miss()[p.id]}</span></Show></label>;
  return (<section>
    <h1>Send money</h1>
    <Select options={['Everyday', 'Savings', 'Children']} value={from()} onChange={(v) => { window.__ran += 1; if (v) setFrom(v); }} itemComponent={(p) => <Select.Item item={p.item} class="opt"><Select.ItemLabel>{p.item.rawValue}</Select.ItemLabel></Select.Item>}>
      <Select.Trigger id="from"><Select.Value>{(s) => s.selectedOption()}</Select.Value> ▾</Select.Trigger><Select.Portal><Select.Content><Select.Listbox class="sel" /></Select.Content></Select.Portal>
    </Select>
    <form ref={f} noValidate onSubmit={(e) => { e.preventDefault(); send(); }}>
      <Field id="who" label="Name" /><Field id="to" label="Account number" /><Field id="sum" label="Amount" /><Field id="why" label="For" />
      <p><label>When <input type="date" id="day" value="2026-10-12" /></label></p>
      <div class="bar"><button id="send">Send</button><button type="button" id="clear" onClick={() => { window.__ran += 1; empty(); setSent(''); }}>Empty the form</button></div>
    </form>
    <p id="sent">{sent()}</p>
    <div class="plastic" id="seal">Sealed by two keys</div>
  </section>);
}

function Cards() {
  const [said, setSaid] = createSignal('All is well.');
  const [pin, setPin] = createSignal(false);
  const [open, setOpen] = createSignal(false);
  const [asked, setAsked] = createSignal(false);
  const [cap, setCap] = createSignal(300);
  let n = 0;
  const sw = (id, label) => { const [on, setOn] = createSignal(id === 'online'); return <Switch class="sw" checked={on()} onChange={guard(id, () => { setOn(!on()); setSaid(`${label} is ${on() ? 'on' : 'off'}.`); })}><Switch.Input /><Switch.Control class="swc" id={id}><Switch.Thumb class="swt" /></Switch.Control><Switch.Label>{label}</Switch.Label></Switch>; };
  return (<section>
    <h1>Cards</h1>
    <Tabs defaultValue="debit"><Tabs.List class="bar"><Tabs.Trigger class="tab" value="debit" id="tabd">Debit</Tabs.Trigger><Tabs.Trigger class="tab" value="credit" id="tabc">Credit</Tabs.Trigger><Tabs.Trigger class="tab" value="old" id="tabo">Old ones</Tabs.Trigger></Tabs.List>
      <Tabs.Content value="debit"><p>Number ends with 1180.</p></Tabs.Content><Tabs.Content value="credit"><p>Number ends with 7741, paid on the third.</p></Tabs.Content><Tabs.Content value="old"><p>None that you could use.</p></Tabs.Content></Tabs>
    <div class="plastic" id="plastic">Harbour Bank<br />•••• 1180</div>
    <p id="state">{said()}</p>
    {sw('online', 'Paying in shops on the net')}{sw('abroad', 'Paying abroad')}{sw('lock', 'Locked for now')}
    <NumberField class="num" minValue={0} step={50} rawValue={cap()} onRawValueChange={(v) => { if (v !== cap()) window.__ran += 1; setCap(v); }}><NumberField.Label>A day at most</NumberField.Label><NumberField.Input id="cap" /><NumberField.DecrementTrigger id="down">−</NumberField.DecrementTrigger><NumberField.IncrementTrigger id="up">+</NumberField.IncrementTrigger></NumberField>
    <div class="bar"><button id="pin" onPointerDown={() => { window.__ran += 1; setPin(true); }} onPointerUp={() => setPin(false)} onPointerCancel={() => setPin(false)} onContextMenu={(e) => e.preventDefault()}>Show the number</button>
      <button id="renew" onClick={guard('renew', () => { n += 1; setSaid(`A new card is ordered (${n}).`); }, { req: '/api/renew', bad: () => { n += 1; setSaid(`No card could be ordered (${n}).`); } })}>Order a new card</button>
      <button id="limits" onClick={guard('limits', () => { n += 1; setSaid(`Abroad you have ${n * 10} € left.`); })}>Limits abroad</button></div>
    <Show when={pin()}><p class="card">4 0 1 1</p></Show>
    <p><label><input type="checkbox" checked={asked()} id="agree" onChange={(e) => { window.__ran += 1; setAsked(e.currentTarget.checked); }} /> I know what a loan costs</label></p>
    <div class="bar"><button id="loan" disabled={!asked()} onClick={guard('loan', () => { n += 1; setSaid(`The loan is asked for (${n}).`); })}>Ask for a loan</button>
      <Dialog open={open()} onOpenChange={(o) => { window.__ran += 1; setOpen(o); }}><Dialog.Trigger id="block">Block the card</Dialog.Trigger><Dialog.Portal><Dialog.Overlay class="shade" /><Dialog.Content class="box"><Dialog.Title>Block it for good?</Dialog.Title><p>A blocked card cannot be used again.</p><Dialog.CloseButton id="keep">Keep it</Dialog.CloseButton></Dialog.Content></Dialog.Portal></Dialog></div>
    <Accordion collapsible class="acc"><For each={['Lost abroad', 'Fees', 'Contactless']}>{(t, i) => <Accordion.Item value={t}><Accordion.Header><Accordion.Trigger id={`q${i()}`}>{t}</Accordion.Trigger></Accordion.Header><Accordion.Content><p>{talk(i() + 3, 2)}</p></Accordion.Content></Accordion.Item>}</For></Accordion>
  </section>);
}

const Terms = () => (<section><h1>Terms</h1><p class="tiny" id="tiny">{talk(9, 24)}</p><div class="plastic" id="crest">Founded at the harbour</div><For each={Array.from({ length: 22 }, (_, i) => i)}>{(i) => <div><h3>{i + 1}. {WHO[i % 8]}</h3><p class="par">{talk(i, 8)}</p></div>}</For></section>);

export default function Bank() {
  const [where, setWhere] = createSignal(path());
  routes(setWhere);
  if (window.__boot.flavour === 1) beacon(26000);
  const link = (to, id, text) => <a id={id} href={`/bank${to === '/' ? '' : to}`} classList={{ cur: where() === to }} onClick={(e) => { e.preventDefault(); window.__ran += 1; go(to); }}>{text}</a>;
  const [rate, setRate] = createSignal(0);
  if (window.__boot.flavour === 2) setInterval(() => setRate(rate() + 1), 4000);
  return (<main>
    <nav>{link('/', 'n-accounts', 'Accounts')}{link('/pay', 'n-pay', 'Send')}{link('/cards', 'n-cards', 'Cards')}{link('/terms', 'n-terms', 'Terms')}</nav>
    <Show when={window.__boot.flavour === 2}><small data-ambient>Dollar {(1.08 + (rate() % 7) / 1000).toFixed(3)}</small></Show>
    <Choose fallback={<Accounts />}><Match when={where() === '/pay'}><Transfer /></Match><Match when={where() === '/cards'}><Cards /></Match><Match when={where() === '/terms'}><Terms /></Match><Match when={where().startsWith('/t/')}><Booking id={Number(where().slice(3))} /></Match></Choose>
  </main>);
}
