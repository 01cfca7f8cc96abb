// Plays one session: innocent gestures and gestures at planted faults, and writes down what truly happened.
import { Hand } from './hand.mjs';
import { sequence } from '../../../demo/generator/src/rng.mjs';

export class Actor {
  constructor(stage, s, plan) {
    this.stage = stage; this.s = s; this.plan = plan; this.labels = []; this.events = [];
    this.touch = s.touch; this.loads = 0;
    this.h = new Hand(stage.page, stage.cdp, { touch: s.touch, ...stage.viewport, seed: s.id, start: s.start });
    this.rnd = sequence('act', s.id);
    this.groups = 0; // that are open
    this.pending = null; // a press outside of them, of which it is not known yet what came
    this.h.around = (press) => (this.groups ? press() : this.aside(press));
  }

  js(x) { return this.h.js(x); }

  async run() {
    const { plan } = this;
    await this.stage.show(this.s);
    await this.h.pause(1200);
    await this.js('__clock.frames()');
    const steps = plan.struggles ? this.deal() : this.draw();
    for (const x of steps) {
      this.id = x.name;
      if (x.fault) await this.fault(x.fault); else await x.play(this);
      if (plan.struggles) await this.settled();
      // Far enough from each other that no episode of one control spans two groups.
      await this.h.read(2400);
      if (this.rnd.chance(0.4)) await this.h.read(4000);
    }
    const last = plan.last && this.s.turn % 2 === 0 ? plan.last[this.rnd.int(0, plan.last.length - 1)] : null;
    await this.h.read(5200);
    this.id = 'last';
    if (last) await last(this);
    // People touch something before they go; without it the recording would end with the last event and prove no silence.
    this.id = 'heading';
    if (!last) await this.ok('h1', undefined, { ran: false, after: 3000 });
    await this.judged();
    await this.take();
    const bad = this.stage.errors.filter((e) => !e.includes("(reading '"));
    if (bad.length) throw new Error(`page error: ${bad[0]}`);
    if (plan.whole) this.complete();
    // Whoever leaves in the middle leaves no event behind: the group ends with the recording.
    const end = this.events.at(-1).timestamp;
    for (const l of this.labels) l.end_ms = Math.min(l.end_ms, end);
    return { events: this.events, labels: this.labels };
  }

  /** complete stops a session with a gesture that no label tells of. */
  complete() {
    const bare = this.h.strokes.find((t) => !this.labels.some((l) => !l.id.startsWith('aside:') && t >= l.start_ms - 1 && t <= l.end_ms + 1));
    if (bare !== undefined) throw new Error(`a gesture at ${bare - this.s.start} ms has no label`);
  }

  /** settled brings the page back to where steps begin, without messages that would go away during the next one. */
  async settled() {
    await this.plan.reset?.(this);
    for (let i = 0; i < 8 && (await this.js("document.querySelector('.toast') !== null")); i++) await this.h.wait(500);
  }

  /** take fetches what the recorder has written so far. */
  async take() { this.events.push(...JSON.parse(await this.js('__take()'))); }

  /** draw picks the steps of a plan without struggles at random. */
  draw() {
    const { plan } = this;
    const benign = shuffle(this.rnd, Object.keys(plan.benign).filter((k) => !(this.touch && plan.mouseOnly?.includes(k)))).slice(0, 6);
    const pool = shuffle(this.rnd, plan.faults);
    const first = pool.slice(0, 5).filter(stays).slice(0, 1);
    const faults = pool.filter((f) => !stays(f)).slice(0, 3 - first.length);
    return [...first.map((fault) => ({ fault })), ...shuffle(this.rnd, [...benign.map((name) => ({ name, play: plan.benign[name] })), ...faults.map((fault) => ({ fault }))])];
  }

  /** deal hands the steps of a plan round, so that over the sessions of an app each of them comes equally often. */
  deal() {
    const { plan, s } = this;
    const n = { benign: 7, faults: 2, struggles: 4, ...plan.take };
    const round = (key, all) => {
      const a = shuffle(sequence('deal', s.app, key, Number(this.touch)), all);
      const k = Math.min(n[key], a.length);
      return Array.from({ length: k }, (_, i) => a[(s.turn * k + i) % a.length]);
    };
    const here = (steps) => Object.keys(steps).filter((k) => !(this.touch ? plan.mouseOnly : plan.touchOnly)?.includes(k)).map((name) => ({ name, play: steps[name] }));
    const faults = round('faults', plan.faults ?? []);
    const first = faults.filter(stays).slice(0, 1);
    return [...first.map((fault) => ({ fault })), ...shuffle(this.rnd, [...round('benign', here(plan.benign)), ...round('struggles', here(plan.struggles)), ...faults.filter((f) => !stays(f)).map((fault) => ({ fault }))])];
  }

  /** aside runs a press outside of every group, as plans make to get somewhere. What came of it is seen when the next one begins. */
  async aside(press) {
    await this.judged();
    const at = await this.js(`(() => { const e = document.elementFromPoint(${this.h.x}, ${this.h.y}); if (!e) return null; const c = e.closest(${JSON.stringify(CONTROLS)}); const r = (c ?? e).getBoundingClientRect(); return { name: (c ?? e).id || (c ?? e).localName, control: Boolean(c), rect: [r.x, r.y, r.width, r.height].map(Math.round) }; })()`);
    const before = await this.js(SEEN);
    const start = await this.h.now();
    await press();
    this.pending = { at, before, start, end: await this.h.now(), loads: this.loads };
  }

  /**
   * judged labels the press that waits for it. It is innocent if the page changed, or if it lay on no control. A handler that ran and had
   * nothing to do (a form emptied that is empty) and a control that may have had none are for nobody to judge.
   */
  async judged() {
    const p = this.pending;
    if (!p) return;
    this.pending = null;
    const now = await this.js(SEEN);
    const left = this.loads > p.loads;
    const ran = left || now.ran > p.before.ran; const changed = left || now.dom > p.before.dom || now.values !== p.before.values;
    const kind = changed || !(ran || p.at?.control) ? 'benign' : 'unclear';
    this.labels.push({ session: this.s.id, app: this.s.app, kind, id: `aside:${p.at?.name ?? 'page'}`, start_ms: p.start, end_ms: p.end, rect: p.at?.rect, taps: 1, handler_ran: ran, dom_changed: changed });
  }

  /**
   * group runs fn, aimed at the control already, and labels it. Without sel the group lies at no one place. meanwhile: what is done
   * after the gestures of the group and before its answer may be due.
   */
  async group(label, sel, fn, { nth = 0, after = 900, meanwhile } = {}) {
    await this.judged();
    this.groups += 1;
    try { return await this.watched(label, sel, fn, { nth, after, meanwhile }); } finally { this.groups -= 1; }
  }

  async watched(label, sel, fn, { nth, after, meanwhile }) {
    const r = sel ? await this.h.rect(sel, nth) : null;
    const before = await this.js('[__ran, __dom]');
    const clicks = this.h.clicks; const loads = this.loads;
    const start = await this.h.now();
    await fn();
    const end = await this.h.now();
    const taps = this.h.clicks - clicks;
    await meanwhile?.();
    await this.h.wait(after);
    const now = await this.js('[__ran, __dom]');
    const left = this.loads > loads; // a new page: its counters begin anew, and it is itself what the gestures did
    const changed = left || now[1] > before[1];
    const l = { session: this.s.id, app: this.s.app, ...label, start_ms: start, end_ms: end, selector: sel, rect: r ? [r.x, r.y, r.w, r.h].map(Math.round) : undefined, taps,
      // A third-party handler cannot count itself; where nothing is broken, what it changed proves it.
      handler_ran: label.ran ?? (left || now[0] > before[0] || (label.kind === 'benign' && changed)), dom_changed: changed, ran: undefined };
    this.labels.push(l);
    return l;
  }

  /** heard marks a group of whose presses the recorder wrote nothing: some browsers tell nobody of those on disabled controls, and only that the focus went. */
  async heard(l) {
    await this.take();
    if (!this.events.some((e) => e.type === 3 && e.data.source === 2 && e.data.type !== 5 && e.data.type !== 6 && e.timestamp >= l.start_ms - 5 && e.timestamp <= l.end_ms + 5)) l.unseen = true;
  }

  /** ok: an innocent group that begins aimed at sel. */
  async ok(sel, fn, opt = {}) {
    await this.h.aim(sel, opt.nth ?? 0);
    await this.group({ kind: 'benign', id: opt.id ?? this.id, ...(opt.ran === undefined ? {} : { ran: opt.ran }) }, sel, fn ?? (() => this.h.press()), opt);
  }

  /** times: n quick presses on sel, all meant and all answered. */
  times(sel, n, lo = 200, hi = 420, opt = {}) { return this.ok(sel, async () => { await this.h.press(); await this.h.again(n - 1, lo, hi); }, opt); }

  /** fault plants f and behaves as somebody who meets it. f: {sel, id, mode, req, quiet, nth, before, after, mood, ms, meanwhile} */
  async fault(f) {
    const { h, rnd } = this;
    const id = f.id ?? f.sel.replace(/^#/, '');
    const mood = f.mood ?? rnd.pick(['once', 'retry', 'retry', 'hammer', 'hammer']);
    await f.before?.(this);
    let sel = f.sel; const nth = f.nth ?? 0;
    let planted = f.mode;
    const ms = f.ms ?? (f.mode === 'freeze' ? rnd.int(2600, 4200) : rnd.int(3000, 6000));
    if (f.mode === 'cut') await this.js(`__dead.push(${JSON.stringify(sel)})`);
    else if (f.mode === 'burn') await this.js(`__burn=${JSON.stringify({ sel, ms })}`);
    else if (f.mode === 'cover') {
      await h.bring(sel, nth);
      const r = await h.rect(sel, nth);
      await this.js(`(() => { const d = document.createElement('div'); d.className = 'cover'; d.id = 'cover'; d.style.cssText = 'left:${Math.round(r.x - 6)}px;top:${Math.round(r.y - 6)}px;width:${Math.round(r.w + 12)}px;height:${Math.round(r.h + 12)}px'; document.body.append(d); })()`);
      await h.pause(500);
      planted = 'cover';
    } else if (f.mode === 'off') await this.js(`(() => { const e = __q(${JSON.stringify(sel)}, ${nth}); ${f.aria ? "e.setAttribute('aria-disabled','true'); __faults[" + JSON.stringify(id) + "]={mode:'dead'}" : 'e.disabled = true'} })()`);
    else if (f.mode === 'error') await this.js(`__server[${JSON.stringify(f.req)}]={status:${rnd.pick([500, 502, 422])}}; __faults[${JSON.stringify(id)}]={quiet:${Boolean(f.quiet)}}`);
    else if (f.mode === 'slow') await this.js(`__server[${JSON.stringify(f.req)}]={ms:${ms}}`);
    else await this.js(`__faults[${JSON.stringify(id)}]=${JSON.stringify({ mode: f.mode, ms: f.mode === 'freeze' ? ms : 0 })}`);
    if (planted !== 'cover') await h.pause(300);
    await h.aim(sel, nth);
    const hammer = mood === 'hammer';
    const short = f.mode === 'hold' ? () => h.press(rnd.range(80, 190)) : () => h.press();
    const plain = await this.js(`!__q(${JSON.stringify(sel)}, ${nth}).closest(${JSON.stringify(CONTROLS)})`);
    const label = { kind: 'friction', id: `${f.mode}:${id}` };
    const family = { cut: 'dead', dead: 'dead', cover: 'dead', silent: 'dead', hold: 'hold', off: 'off', error: 'error', throw: 'error', slow: 'slow', freeze: 'freeze', burn: 'freeze' }[f.mode];
    let again = hammer ? rnd.int(3, 6) : mood === 'retry' ? 1 : 0;
    if (family === 'off') again = Math.max(again, 1);
    if (family === 'hold') again = Math.max(again, 3);
    if (family === 'freeze') again = hammer ? 2 : 0;
    const raged = hammer && again >= 2;
    const PATTERN = { dead: raged ? 'rage_tap' : 'dead_tap', hold: 'hold_confusion', off: 'disabled_press', error: 'error_tap', slow: 'slow_response', freeze: 'ui_freeze' };
    label.pattern = PATTERN[family];
    // What else a careful observer would accept for the same moment.
    label.also = { dead: f.mode === 'silent' ? ['form_trouble'] : f.mode === 'cover' || plain ? ['affordance_gap'] : [], hold: ['rage_tap'], off: [], error: ['rage_tap', ...(f.quiet || f.mode === 'throw' ? ['dead_tap'] : [])], slow: ['rage_tap'], freeze: ['slow_response', 'rage_tap'] }[family];
    if (family === 'error' && !this.s.plugins) {
      // Without a record of errors and requests the failure itself cannot be seen: a silent one looks dead, a shown one looks answered.
      if (f.quiet || f.mode === 'throw') label.pattern = raged ? 'rage_tap' : 'dead_tap'; else label.unseen = true;
    }
    if (family === 'slow' && again > 0 && hammer) again = Math.min(again, 4);
    if (planted === 'cover') { label.covers = sel; sel = '#cover'; }
    const said = await this.js(SAYS);
    await this.group(label, sel, async () => {
      await short();
      for (let i = 0; i < again; i++) {
        if (family === 'freeze') await h.wait(rnd.range(1, 4));
        else if (hammer) await h.wait(rnd.range(150, 400));
        else await h.wait(rnd.range(family === 'hold' ? 450 : 1300, family === 'hold' ? 900 : 2400));
        await (family === 'freeze' ? h.press(1) : short());
      }
    }, { nth: planted === 'cover' ? 0 : nth, after: family === 'slow' ? ms + 1500 : 3200, meanwhile: f.meanwhile && (() => f.meanwhile(this)) });
    // What is broken must say nothing: some controls act on the focus alone. How it looks while pressed does not matter.
    if (this.plan.whole && family === 'dead' && (await this.js(SAYS)) !== said) throw new Error(`${f.sel} answered in spite of ${f.mode}`);
    if (family === 'off') await this.heard(this.labels.at(-1));
    // A layer that goes or a control that wakes up must not look like an answer: the detectors wait ten seconds for one.
    if (planted === 'cover' || family === 'off') await h.wait(11000);
    // Repaired for the rest of the session, so that innocent gestures elsewhere stay innocent.
    await this.js(`__dead.length=0; __burn=null; __faults={}; __server={}; document.getElementById('cover')?.remove()`);
    if (f.mode === 'off') await this.js(`(() => { const e = __q(${JSON.stringify(f.sel)}, ${nth}); e.removeAttribute('aria-disabled'); e.disabled = false; })()`);
    await f.after?.(this);
  }
}

// What only looks like a control is one that nobody can prove to be meant for pressing.
const CONTROLS = 'button,a,input,label,select,textarea,[role=button],[tabindex],sl-button,sl-switch,x-count,ion-button,ion-toggle,ion-checkbox,ion-item,ion-chip,ion-segment-button,ion-fab-button';
// What shows that a press did something: a handler that counts itself, changes of the page, and of what stands in its fields.
const SEEN = "({ ran: __ran, dom: __dom, values: JSON.stringify([...document.querySelectorAll('input,textarea,select')].map((e) => [e.value, e.checked])) })";
// What the page says: its words and what is chosen, without its ambient life and without empty things, which kits put into a control that is pressed.
export const SAYS = `[...document.querySelectorAll('body *')].filter((e) => !e.closest('[data-ambient]') && (e.childElementCount || e.textContent || e.matches(${JSON.stringify(CONTROLS)}))).map((e) => [...e.childNodes].filter((n) => n.nodeType === 3).map((n) => n.data).join() + (e.checked ?? '') + (e.ariaSelected ?? '') + (e.ariaExpanded ?? '') + e.hidden + e.open).join()`;

// Planting a layer or a disabled state changes the page: at most one of those, before the first gesture, so that it answers nobody.
const stays = (f) => f.mode === 'cover' || f.mode === 'off';

export function shuffle(rnd, list) {
  const a = [...list];
  for (let i = a.length - 1; i > 0; i--) { const j = rnd.int(0, i); [a[i], a[j]] = [a[j], a[i]]; }
  return a;
}
