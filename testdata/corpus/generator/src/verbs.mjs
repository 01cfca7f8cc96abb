// What people do who struggle with more than one broken control, and what looks alike and is none. Each verb plays it, checks that the
// page did what the verb is about, and labels it.
import { Actor, SAYS } from './actor.mjs';

export class Person extends Actor {
  // ---- help ----

  /** must stops a session whose page did not do what its label would say. */
  must(ok, what) { if (!ok) throw new Error(`${this.id}: ${what}`); }

  path() { return this.js('location.pathname'); }

  /** friction and benign label the time that fn takes; opt.at: the control at whose place it lies, none for the whole page. */
  friction(pattern, id, fn, { at, also = [], ...opt } = {}) { return this.group({ kind: 'friction', id, pattern, also, ran: opt.ran }, at, fn, opt); }
  benign(fn, { at, id = this.id, ...opt } = {}) { return this.group({ kind: 'benign', id, ran: opt.ran }, at, fn, opt); }

  /** loading runs what makes the browser load a page, and waits for it. */
  async loading(fn) {
    const gone = /context|navigat|closed|Cannot find|__clock/i;
    const loaded = this.stage.page.waitForEvent('load', { timeout: 15000 });
    await Promise.all([loaded, fn().catch((e) => { if (!gone.test(e.message)) throw e; })]);
    this.loads += 1;
    this.h.t = await this.js('__clock.settle()');
    await this.h.wait(120);
  }

  /** follow presses a link or button that leads to another screen. */
  async follow(sel, nth = 0) {
    await this.h.aim(sel, nth);
    await this.lead(() => this.h.press());
  }

  /** way goes to another screen after a while, and labels the press that leads there. */
  async way(sel, { nth = 0, id = 'way', rest = 7500 } = {}) {
    await this.h.wait(rest);
    await this.ok(sel, () => this.lead(() => this.h.press()), { nth, id });
    await this.h.pause(1200);
  }

  /** tidy presses what empties a form. On an empty one it has nothing to do, and nobody can tell that from a press in vain. */
  async tidy(sel) {
    const full = await this.js("[...document.querySelectorAll('form input')].some((e) => e.type === 'text' && e.value !== '')");
    const said = await this.js(SAYS);
    await this.ok(sel, undefined, { id: 'clear', ran: true });
    if (!full && (await this.js(SAYS)) === said) this.labels.at(-1).kind = 'unclear'; // how the button looks when it is pressed says nothing
    await this.h.pause(2600);
  }

  /** submit presses sel, which sends a form; where forms are sent by loading a page, it waits for that. */
  async submit(sel) {
    await this.h.aim(sel);
    if (this.plan.loads && (await this.js(`__q(${JSON.stringify(sel)}).form?.method === 'post'`))) await this.loading(() => this.h.press()); else await this.h.press();
  }

  /** lead runs fn, which opens another screen. */
  async lead(fn) {
    const before = await this.path();
    if (this.plan.loads) await this.loading(fn); else { await fn(); await this.h.wait(90); }
    for (let i = 0; i < 8 && (await this.path()) === before; i++) await this.h.wait(150);
    this.must((await this.path()) !== before, `still on ${before}`);
  }

  /** back: the browser's own button. */
  back() {
    return this.lead(() => this.js(this.plan.loads ? 'history.back()' : 'new Promise((done) => { addEventListener("popstate", () => done(), { once: true }); history.back(); })'));
  }

  // ---- things that only look like controls ----

  /** lure presses again and again what has no handler. opt: nth, id, n (presses) */
  async lure(sel, { nth = 0, id = sel, n } = {}) {
    const { h, rnd } = this;
    const again = (n ?? rnd.int(3, 5)) - 1;
    const [lo, hi] = rnd.chance(0.5) ? [180, 420] : [700, 1500];
    await h.aim(sel, nth);
    const l = await this.friction('affordance_gap', `lure:${id}`, async () => { await h.press(); await h.again(again, lo, hi); }, { at: sel, nth, also: ['dead_tap', 'rage_tap'], after: 3200 });
    this.must(!l.dom_changed && !l.handler_ran, `${sel} is not idle`);
  }

  // ---- greyed out ----

  /** greyed presses n times on what the page itself has greyed out, and gives up. */
  async greyed(sel, { n = this.rnd.int(2, 4), id = sel.replace(/^#/, '') } = {}) {
    const { h, rnd } = this;
    await h.aim(sel);
    this.must(await this.js(`__q(${JSON.stringify(sel)}).matches(':disabled, [aria-disabled=true], .disabled')`), `${sel} is not greyed out`);
    const l = await this.friction('disabled_press', `off:${id}`, async () => { await h.press(); await h.again(n - 1, 350, 1600); }, { at: sel, after: 3200 });
    this.must(!l.dom_changed && !l.handler_ran, `${sel} answered`);
    await this.heard(l);
  }

  // ---- swipes ----

  /** swipes flings sideways over sel; dir -1 is to the left. */
  async swipes(sel, n, dir = -1) {
    const { h, rnd } = this;
    for (let i = 0; i < n; i++) {
      if (i) await h.wait(rnd.range(350, 900));
      const r = await h.rect(sel);
      h.x = dir < 0 ? r.x + r.w * rnd.range(0.7, 0.82) : r.x + r.w * rnd.range(0.18, 0.3);
      h.y = r.y + r.h * rnd.range(0.4, 0.6);
      await h.fling(dir * r.w * rnd.range(0.38, 0.55), rnd.range(-9, 9));
    }
  }

  /** deadSwipe flings over something that does not move. */
  async deadSwipe(sel, { id = sel, n = this.rnd.int(2, 4) } = {}) {
    await this.h.aim(sel);
    const place = '[scrollX, scrollY, visualViewport.scale].join()';
    const was = await this.js(place);
    const l = await this.friction('dead_swipe', `swipe:${id}`, () => this.swipes(sel, n, this.rnd.pick([-1, 1])), { at: sel, after: 3400 });
    this.must(!l.dom_changed && (await this.js(place)) === was, `${sel} moved`);
  }

  /** swipe flings over something that answers; still: where nothing is there to be changed in the page. */
  async swipe(sel, { n = this.rnd.int(2, 4), dir = -1, scrolls } = {}) {
    await this.h.aim(sel);
    const place = `(() => { const e = __q(${JSON.stringify(sel)}); return [e.scrollLeft, scrollY].join(); })()`;
    const was = await this.js(place);
    const l = await this.benign(() => this.swipes(sel, n, dir), { at: sel, ran: scrolls });
    this.must(scrolls ? (await this.js(place)) !== was : l.dom_changed, `${sel} did not answer`);
  }

  /** pan scrolls the page with the finger or wheel in several strokes. */
  pan(list) {
    return this.benign(async () => { for (const dy of list) { await this.h.turn(dy); await this.h.pause(700); } }, { ran: false });
  }

  // ---- the mouse ----

  /** shaking meets fault f and throws the mouse about while nothing comes. */
  async shaking(f) {
    await this.fault({ ms: this.rnd.int(5200, 7000), mood: 'once', ...f, meanwhile: async () => {
      await this.h.wait(this.rnd.range(900, 1500));
      const dom = await this.js('__dom');
      await this.friction('thrashed_cursor', `shake:${f.mode}`, () => this.h.shake(this.rnd.int(13, 18)), { after: 0, ran: false });
      this.must((await this.js('__dom')) === dom, 'the page answered meanwhile');
    } });
  }

  /** hover moves over a list of things, down and up, as people do while they choose. */
  async hover(sels, { ms = 240, rounds = 1 } = {}) {
    const at = [];
    for (const [sel, nth = 0] of sels.map((s) => [s].flat())) { const r = await this.h.rect(sel, nth); at.push([r.x + r.w / 2 + this.rnd.range(-12, 12), r.y + r.h / 2]); }
    const way = Array.from({ length: rounds }, () => [...at, ...at.slice(0, -1).reverse()]).flat();
    await this.h.glide(...at[0]);
    await this.benign(() => this.h.trace(way, ms), { ran: false });
  }

  /** lines follows the lines of a text with the mouse. */
  async lines(sel, { nth = 0, n = 6 } = {}) {
    await this.h.aim(sel, nth);
    const r = await this.h.rect(sel, nth);
    const w = Math.min(r.w, 620) - 20;
    const top = Math.max(r.y + 10, 10);
    await this.h.glide(r.x + 8, top);
    await this.benign(async () => {
      for (let i = 0; i < n; i++) {
        await this.h.trace([[r.x + 8 + w, top + i * 22]], this.rnd.range(800, 1500));
        await this.h.trace([[r.x + 8, top + i * 22 + 22]], this.rnd.range(180, 320));
      }
    }, { ran: false });
  }

  /** scribble draws to and fro with the button down. */
  async scribble(sel, { n = 14 } = {}) {
    const r = await this.h.rect(sel);
    await this.h.glide(r.x + r.w * 0.2, r.y + r.h * 0.3);
    await this.benign(() => this.h.trace(Array.from({ length: n }, (_, i) => [r.x + r.w * (i % 2 ? 0.2 : 0.8) + this.rnd.range(-9, 9), r.y + r.h * (0.3 + (0.5 * i) / n)]), 120, true), { at: sel, ran: true });
  }

  /** circles moves the mouse round and round over sel. */
  async circles(sel, { turns = 4 } = {}) {
    await this.h.aim(sel);
    const r = await this.h.rect(sel);
    const [cx, cy, a] = [r.x + r.w / 2, r.y + r.h / 2, Math.min(r.w, r.h) * 0.4];
    const way = Array.from({ length: turns * 8 }, (_, i) => [cx + a * Math.cos((i * Math.PI) / 4), cy + a * Math.sin((i * Math.PI) / 4)]);
    await this.h.glide(...way[0]);
    await this.benign(() => this.h.trace(way, 80), { at: sel, ran: false });
  }

  // ---- screens ----

  /** peek opens a screen, looks at it without touching anything, and goes back. how: the selector of the page's own way back. */
  async peek(sel, { nth = 0, how } = {}) {
    await this.h.aim(sel, nth);
    const was = await this.path();
    await this.friction('quick_back', `peek:${sel}`, async () => {
      await this.lead(() => this.h.press());
      await this.h.wait(this.rnd.range(1900, 3800));
      if (how) await this.follow(how); else await this.back();
    });
    this.must((await this.path()) === was, 'not back');
  }

  /** visit opens a screen, does act there, and goes back. */
  async visit(sel, act, { nth = 0, how } = {}) {
    await this.h.aim(sel, nth);
    await this.benign(async () => {
      await this.lead(() => this.h.press());
      await act(this);
      if (how) await this.follow(how); else await this.back();
    });
  }

  /** circle goes round between screens without doing anything on them. way: selectors (or null for back), one round */
  async circle(way, { rounds = 2, id = 'circle' } = {}) {
    const [first] = way;
    await this.h.aim(...[first].flat());
    const begin = await this.h.now();
    const was = await this.path();
    await this.friction('loop', `loop:${id}`, async () => {
      for (let i = 0; i < rounds; i++) {
        for (const [k, w] of way.entries()) {
          if (i || k) await this.h.wait(this.rnd.range(900, 2200));
          if (!w) await this.back(); else if (i || k) await this.follow(...[w].flat()); else await this.lead(() => this.h.press());
        }
      }
    }, { also: ['quick_back'] });
    this.must((await this.path()) === was && (await this.h.now()) - begin < 30000, 'no round of half a minute');
  }

  /** reloading presses a dead control and loads the page again when nothing comes. f: {sel, id, nth} */
  async reloading(f) {
    const { h, rnd } = this;
    const id = f.id ?? f.sel.replace(/^#/, '');
    const { sel, nth = 0 } = f;
    await this.js(`__faults[${JSON.stringify(id)}]={mode:'dead'}`);
    await h.aim(sel, nth);
    const start = await h.now();
    const l = await this.friction('dead_tap', `dead:${id}`, async () => { await h.press(); if (rnd.chance(0.5)) { await h.wait(rnd.range(900, 1800)); await h.press(); } }, { at: sel, nth, also: ['loop'], after: rnd.range(2300, 4200) });
    this.must(!l.dom_changed && !l.handler_ran, `${sel} answered`);
    await this.loading(() => this.js('location.reload()'));
    this.note({ kind: 'friction', id: `reload:${id}`, pattern: 'loop', also: [], taps: l.taps }, start, await h.now());
  }

  /** reload loads the idle page again: nothing was pressed before. */
  async reload() {
    await this.h.read(11000);
    await this.benign(() => this.loading(() => this.js('location.reload()')));
  }

  /** note writes a label of a stretch of time that no single group covers. */
  note(label, start, end) {
    this.labels.push({ session: this.s.id, app: this.s.app, ...label, start_ms: start, end_ms: end, handler_ran: false, dom_changed: true });
  }

  // ---- scrolling ----

  /** hunt scrolls up and down a long page looking for something. */
  async hunt() {
    const { h, rnd } = this;
    const screen = await this.js('innerHeight');
    this.must((await this.js('document.documentElement.scrollHeight')) > screen * 3, 'the page is too short');
    await this.friction('excessive_scroll', 'hunt:page', async () => {
      let down = (await this.js('scrollY')) < screen;
      for (let i = 0, n = rnd.int(6, 8); i < n; i++) {
        await h.turn((down ? 1 : -1) * screen * rnd.range(0.8, 1.3));
        await h.wait(rnd.range(200, 700));
        down = !down;
      }
    }, { ran: false });
  }

  /** reading goes down a long page, with small corrections. */
  async reading() {
    const { h, rnd } = this;
    await this.benign(async () => {
      for (let i = 0; i < 5; i++) {
        await h.turn(rnd.range(320, 560));
        await h.pause(900);
        if (i % 2) { await h.turn(-rnd.range(90, 200)); await h.pause(700); }
      }
    }, { ran: false });
  }

  /** toTop goes far down, and once back to the top. */
  async toTop() {
    await this.benign(async () => { await this.h.turn(2200); await this.h.pause(900); await this.h.turn(-2600); }, { ran: false });
  }

  // ---- forms ----

  /** write fills fields: [[sel, text]...]; a field that is filled already is written anew. */
  async write(list) {
    for (const [sel, text] of list) {
      if (await this.js(`__q(${JSON.stringify(sel)}).value !== ''`)) await this.h.retype(sel, text); else await this.h.fill(sel, text);
      await this.h.pause(350);
    }
  }

  /** amend writes into one field again and again because the page does not take what is written. done: leaves the field */
  async amend(sel, texts, done, bad) {
    const l = await this.friction('form_trouble', `retype:${sel.replace(/^#/, '')}`, async () => {
      for (const t of texts) {
        await this.write([[sel, t]]);
        await done(this);
        await this.h.pause(900);
        this.must(await this.js(bad), `the page takes ${t}`);
      }
    }, { after: 1500 });
    this.must(l.dom_changed, 'nothing was said');
  }

  /** refused sends a form that the page refuses by words beside its fields. fixes: what is changed between two tries */
  async refused(send, fixes, bad, { also = [] } = {}) {
    await this.friction('form_trouble', `refused:${send.replace(/^#/, '')}`, async () => {
      for (const [i, fix] of [null, ...fixes].entries()) {
        if (i) { await this.h.pause(900); await fix(this); }
        await this.submit(send);
        await this.h.pause(700);
        this.must(await this.js(bad), 'the page takes it');
      }
    }, { also, after: 1500 });
  }

  /** abandon fills in some of a form and leaves without sending it. leave: opens another screen; none: the session ends there */
  async abandon(list, leave) {
    await this.friction('form_trouble', 'abandon:form', async () => {
      await this.write(list);
      await this.h.wait(this.rnd.range(1800, 4200));
      if (leave) await leave(this);
    }, { after: leave ? 900 : 4000 });
  }

  /** sending fills in a form and sends it; the page must take it. */
  async sending(list, send, good) {
    await this.benign(async () => { await this.write(list); await this.submit(send); await this.h.pause(900); });
    this.must(await this.js(good), 'the form was not taken');
  }

  // ---- zoom ----

  /** squint pinches small print larger, again and again. */
  async squint(sel, { nth = 0, n = this.rnd.int(2, 3) } = {}) {
    await this.h.aim(sel, nth);
    await this.take();
    const l = await this.friction('zoom_struggle', `squint:${sel}`, async () => {
      for (let i = 0; i < n; i++) {
        if (i) await this.h.wait(this.rnd.range(1500, 2800));
        await this.h.pinch(this.rnd.range(2.2, 3));
        await this.h.wait(this.rnd.range(1500, 3000));
        await this.h.pinch(1 / 3);
      }
    }, { at: sel, nth, ran: false });
    await this.unzoom(l);
  }

  /** unzoom puts the page back to its own size, and says whether the recorder told of two fingers. */
  async unzoom(l) {
    await this.stage.cdp.send('Emulation.resetPageScaleFactor');
    await this.take();
    let last = -Infinity; let two = 0;
    for (const e of this.events) {
      if (e.timestamp < l.start_ms - 5 || e.timestamp > l.end_ms + 5 || e.type !== 3 || e.data.source !== 2) continue;
      if (e.data.type === 9) last = -Infinity;
      if (e.data.type === 7) { if (e.timestamp - last < 200) two += 1; last = e.timestamp; }
    }
    if (!two) l.unseen = true;
  }

  /** pinching enlarges something that answers to it, n pinches each in so many groups. */
  async pinching(sel, { n = this.rnd.int(2, 3), groups = 1 } = {}) {
    await this.h.aim(sel);
    const { x, y } = this.h;
    for (let k = 0; k < groups; k++) {
      if (k) await this.h.wait(this.rnd.range(3000, 5000));
      const l = await this.benign(async () => {
        for (let i = 0; i < n; i++) { Object.assign(this.h, { x, y }); await this.h.pinch(i % 2 ? 0.45 : this.rnd.range(1.8, 2.6)); await this.h.wait(this.rnd.range(700, 1600)); }
      }, { at: sel });
      this.must(l.dom_changed, `${sel} does not answer to two fingers`);
    }
    this.must((await this.js('visualViewport.scale')) === 1, 'the page grew with it');
  }

  // ---- a page that stands still ----

  /**
   * stuck meets a page that stands still for some seconds from begin on. Whatever is done meanwhile waits in the browser and arrives at
   * once when the page moves again. at: where it happens, none for the page as a whole.
   */
  async stuck(id, sel, { nth = 0, begin = () => this.h.press(), meanwhile = () => this.flurry(), at = sel, after = 3200 } = {}) {
    const { h, rnd } = this;
    const ms = rnd.int(2600, 4600);
    await this.js(`__faults[${JSON.stringify(id)}]={mode:'freeze',ms:${ms}}`);
    await h.pause(300);
    if (sel) await h.aim(sel, nth);
    await this.friction('ui_freeze', `freeze:${id}`, async () => {
      const t = await h.now();
      await begin(this);
      this.must((await h.now()) - t >= ms, 'the page moved all the time');
      await meanwhile(this);
    }, { at, nth, also: ['slow_response', 'rage_tap'], after });
    await this.js('__faults={}');
  }

  /** flurry is what has piled up while a page stood still: nothing, more presses, or the mouse at another place. */
  async flurry() {
    const { h, rnd } = this;
    const what = rnd.pick(['wait', 'press', 'press', 'move']);
    if (what === 'press') { for (let i = rnd.int(1, 3); i > 0; i--) { await h.wait(rnd.range(1, 4)); await h.press(1); } }
    if (what === 'move' && !this.touch) { for (let i = 0; i < 2; i++) { h.x += rnd.range(-60, 60); h.y += rnd.range(-60, 60); await h.wait(rnd.range(1, 3)); await h.mouse('mouseMoved'); } }
  }

  // ---- holding ----

  /** holding keeps a control pressed, as it wants to be. */
  holding(sel, { lo = 900, hi = 1700, n = 1 } = {}) {
    return this.ok(sel, async () => { for (let i = 0; i < n; i++) { if (i) await this.h.wait(this.rnd.range(500, 1200)); await this.h.press(this.rnd.range(lo, hi)); } }, { ran: true });
  }
}
