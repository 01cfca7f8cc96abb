// A sign-up form with React, Radix primitives, react-hook-form and react-select.
import { createRoot } from 'react-dom/client';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import Select from 'react-select';
import { Accordion, Checkbox, Dialog, DropdownMenu, RadioGroup, Switch, Tabs } from 'radix-ui';
import { guard, toast, beacon } from '../page/kit.js';
import { path, go, routes } from '../page/router.js';
import './join.css';

const LANDS = ['Austria', 'Belgium', 'Denmark', 'Estonia', 'Finland', 'Ireland'].map((x) => ({ value: x, label: x }));
const FAQ = [['Can I leave at any time?', 'Yes, with one press.'], ['Is there a contract?', 'No, you pay by the month.'], ['Do you sell my data?', 'Never.']];
function App() {
  const { register, handleSubmit, formState: { errors }, reset } = useForm({ shouldFocusError: false });
  const [eye, setEye] = useState(false);
  const [news, setNews] = useState(false);
  const [terms, setTerms] = useState(false);
  const [seats, setSeats] = useState(1);
  const [plan, setPlan] = useState('small');
  const [land, setLand] = useState(null);
  const [tongue, setTongue] = useState('English');
  const [note, setNote] = useState('');
  const [busy, setBusy] = useState(false);
  const [hints, setHints] = useState(0);
  const [preview, setPreview] = useState(false);
  const field = (name, label, rule, extra) => (
    <label className="f">{label}<input id={name} {...register(name, rule)} {...extra} />{errors[name] ? <em role="alert">{errors[name].message}</em> : null}</label>
  );
  const join = guard('join', () => { toast('Welcome aboard'); reset(); }, { req: '/api/join', busy: window.__boot.flavour === 1 ? setBusy : undefined, bad: () => toast('We could not create your account', true) });
  const [where, setWhere] = useState(path());
  show.set = setWhere;
  const link = (to) => (e) => { e.preventDefault(); window.__ran += 1; go(to); };
  const top = <p className="bar"><a id="front" href="/join/front" onClick={link('/front')}>Front page</a><a id="help" href="/join/help" onClick={link('/help')}>Help</a><a id="formlink" href="/join" onClick={link('/')}>Sign up</a></p>;
  if (where !== '/') return (<div>{top}<h1>{where === '/help' ? 'Help' : 'A quiet place for notes'}</h1><p id="blurb">{where === '/help' ? 'Most questions are answered below the form. For the rest there is the telephone, from nine to five.' : 'Write down what must not be lost, on any device, and find it again in ten years.'}</p><div id="wave" onClick={guard('wave', () => setHints((x) => x + 1))}>Applause <b>{hints}</b></div></div>);
  return (<div>{top}
    <h1>Create your account</h1>
    <div className="bar">
      <DropdownMenu.Root>
        <DropdownMenu.Trigger id="tongue">{tongue} ▾</DropdownMenu.Trigger>
        <DropdownMenu.Portal><DropdownMenu.Content className="menu">{['English', 'Deutsch', 'Suomi'].map((x) => <DropdownMenu.Item className="item" key={x} onSelect={() => setTongue(x)}>{x}</DropdownMenu.Item>)}</DropdownMenu.Content></DropdownMenu.Portal>
      </DropdownMenu.Root>
      <Dialog.Root>
        <Dialog.Trigger id="tour">Take the tour</Dialog.Trigger>
        <Dialog.Portal><Dialog.Overlay className="dim" /><Dialog.Content className="dialog" aria-describedby={undefined}><Dialog.Title>Three things to know</Dialog.Title><p>Your first month is free.</p><Dialog.Close id="got">Got it</Dialog.Close></Dialog.Content></Dialog.Portal>
      </Dialog.Root>
      <a id="invite" className="btn" onClick={guard('invite', () => { navigator.clipboard?.writeText('https://corpus.example/i/42').catch(() => {}); })}>Copy invite link</a>
    </div>
    <form onSubmit={handleSubmit(join)} noValidate>
      {field('mail', 'E-mail', { required: 'Please enter your e-mail', pattern: { value: /.+@.+\..+/, message: 'This is not an e-mail address' } })}
      {field('name', 'User name', { required: 'Please choose a name' })}
      <div className="row">{field('pass', 'Password', { required: 'Please choose a password', minLength: { value: 8, message: 'At least 8 characters' } }, { type: eye ? 'text' : 'password' })}
        <div id="eye" onClick={guard('eye', () => setEye((x) => !x))}><svg width="22" height="22" viewBox="0 0 24 24"><circle cx="12" cy="12" r={eye ? 5 : 3} fill="#357" /><path d="M2 12c4-8 16-8 20 0c-4 8-16 8-20 0" fill="none" stroke="#357" /></svg></div></div>
      <div className="f">Country<Select inputId="land" classNamePrefix="rs" options={LANDS} value={land} onChange={setLand} /></div>
      <div className="row"><span>Seats</span><span className="step" id="less" onClick={guard('less', () => setSeats((x) => Math.max(1, x - 1)))}>–</span><b>{seats}</b><span className="step" id="moreseats" onClick={guard('moreseats', () => setSeats((x) => x + 1))}>+</span></div>
      <RadioGroup.Root className="row" value={plan} onValueChange={(v) => { window.__ran += 1; setPlan(v); }}>{['small', 'team', 'large'].map((x) => <label key={x} className="row"><RadioGroup.Item id={`plan-${x}`} value={x} className="radio"><RadioGroup.Indicator className="dot" /></RadioGroup.Item>{x}</label>)}</RadioGroup.Root>
      <div className="row"><Switch.Root id="news" className="switch" checked={news} onCheckedChange={guard('news', () => setNews((x) => !x))}><Switch.Thumb className="thumb" /></Switch.Root><span>Monthly letter</span></div>
      <div className="row"><Checkbox.Root id="terms" className="check" checked={terms} onCheckedChange={() => { window.__ran += 1; setTerms((x) => !x); }}><Checkbox.Indicator>✓</Checkbox.Indicator></Checkbox.Root><label htmlFor="terms">I accept the terms</label></div>
      <div className="bar"><button id="join">{busy ? 'One moment …' : 'Create account'}</button><button type="button" id="clear" onClick={() => { window.__ran += 1; reset(); }}>Start over</button>
        <button type="button" id="coupon" onClick={guard('coupon', () => setNote('Coupon WELCOME: 10 % off'), { req: '/api/coupon', bad: () => setNote('This coupon cannot be used now') })}>Use coupon</button>
        <button type="button" id="free" onClick={guard('free', () => setNote(`The name is free (${hints})`) || setHints((x) => x + 1), { req: '/api/name', get: true })}>Is my name free?</button>
        <button type="button" id="strong" onClick={guard('strong', () => { setHints((x) => x + 1); setNote(`Try "blue-boat-${hints + 17}"`); })}>Suggest a password</button>
        <button type="button" id="peek" onPointerDown={() => { window.__ran += 1; setPreview(true); }} onPointerUp={() => setPreview(false)} onContextMenu={(e) => e.preventDefault()}>Preview card</button></div>
    </form>
    {preview ? <p className="card">Member card: {plan}, {seats} seats</p> : null}
    <p id="note">{note}</p>
    <Tabs.Root defaultValue="a"><Tabs.List className="bar"><Tabs.Trigger id="taba" value="a">Why</Tabs.Trigger><Tabs.Trigger id="tabb" value="b">Prices</Tabs.Trigger><Tabs.Trigger id="tabc" value="c">Safety</Tabs.Trigger></Tabs.List>
      <Tabs.Content value="a">Because it saves an hour a day.</Tabs.Content><Tabs.Content value="b">Small 4, team 9, large 19 a month.</Tabs.Content><Tabs.Content value="c">Two keys for every door.</Tabs.Content></Tabs.Root>
    <Accordion.Root type="single" collapsible>{FAQ.map(([q, x], i) => <Accordion.Item key={q} value={q}><Accordion.Header><Accordion.Trigger id={`faq${i}`}>{q}</Accordion.Trigger></Accordion.Header><Accordion.Content>{x}</Accordion.Content></Accordion.Item>)}</Accordion.Root>
    <p id="blurb">We keep your notes in two places, encrypted, and nobody but you can read them. Ask us anything.</p>
    <p id="fine" style={{ fontSize: 8, lineHeight: '10px' }}>The account is yours for as long as you use it once in two years. We may close it when it is used to harm others. Payments are taken on the first day of the month; a month that has begun is paid in full. Prices may rise once a year, and we tell you sixty days before. Disputes are settled where you live.</p>
    <img id="badge" alt="" width="120" height="60" style={{ background: '#cde', display: 'block' }} />
  </div>);
}
const show = { set: null };
createRoot(document.getElementById('app')).render(<App />);
routes((p) => show.set?.(p));
beacon(23000);
