// Turns planned steps into gestures on the page, and writes down what was really done (labels).
import { Human } from './human.mjs';
import { fault, TWINS } from './model.mjs';
import { sequence } from './rng.mjs';

const T = (id) => `[data-testid=${id}]`;
const twinIds = new Set(TWINS.map((t) => t.id));

export class Actor {
  constructor(stage, session) {
    this.stage = stage;
    this.s = session;
    this.labels = [];
    this.events = [];
    this.h = new Human(stage.page, stage.cdp, { touch: session.device.touch, ...session.viewport, seed: session.id, start: session.start });
    this.rnd = sequence('act', session.id);
  }

  js(x) { return this.h.js(x); }
  set(id, on) { return this.js(`__faults[${JSON.stringify(id)}]=${JSON.stringify(on)}`); }
  path() { return this.js('location.pathname'); }
  async take() { this.events.push(...JSON.parse(await this.js('__take()'))); }

  /** run performs all steps; it throws when the page does not do what the plan says. */
  async run() {
    await this.stage.show(this.s);
    await this.h.pause(900);
    for (let i = 0; i < this.s.steps.length; i++) await this.step(this.s.steps[i], this.s.steps.slice(i + 1));
    // Some stay on the last screen for a moment before the tab goes.
    await this.h.read(2600 + this.rnd.range(0, 2500));
    await this.take();
    if (this.stage.errors.length) throw new Error(`page error: ${this.stage.errors[0]}`);
    return { events: this.events, labels: this.labels };
  }

  /** gesture runs fn (which begins aimed at the target) and labels it. */
  async gesture(kind, id, selector, fn, { ran = true, after = 900 } = {}) {
    const screen = await this.path();
    const before = await this.js('__dom');
    const clicks = this.h.clicks;
    const start = await this.h.now();
    await fn();
    const end = await this.h.now();
    await this.h.wait(after);
    const label = { session: this.s.id, kind, id, start_ms: start, end_ms: end, screen, selector, taps: this.h.clicks - clicks, handler_ran: ran, dom_changed: (await this.js('__dom')) > before };
    this.labels.push(label);
    return label;
  }

  /** tap labelled as one harmless gesture group: aim first so that the label starts at the press. */
  async harmless(id, selector, nth, more, opts) {
    const kind = twinIds.has(id) ? 'twin' : 'benign';
    await this.h.aim(selector, nth ?? 0);
    return this.gesture(kind, id, selector, more, opts);
  }

  async expect(path) {
    for (let i = 0; i < 6; i++) {
      if ((await this.path()) === path || (path.endsWith('*') && (await this.path()).startsWith(path.slice(0, -1)))) return;
      await this.h.wait(300);
    }
    throw new Error(`expected ${path}, got ${await this.path()}`);
  }

  async step(step, rest) {
    const { h } = this;
    switch (step.a) {
      case 'open': if ((await this.path()) === '/' && this.rnd.chance(0.5)) await h.read(1500); return;
      case 'read': return h.read(step.ms);
      case 'category': {
        if ((await this.path()) === '/') {
          if (step.slug === 'lamps') await this.harmless('glow', T('hero-shop'), 0, () => h.press()); else await h.tap(T(`cat-${step.slug}`));
        } else if (!(await this.path()).startsWith('/c/')) await h.tap(T('nav-shop'));
        else if (this.rnd.chance(0.5)) { await h.tap(T('logo')); await h.pause(700); await h.tap(T(`cat-${step.slug}`)); }
        await this.expect('/c/*');
        return h.read(900);
      }
      case 'product': {
        if ((await this.path()).startsWith('/p/')) return;
        if (!(await this.path()).startsWith('/c/')) { await h.tap(T('nav-shop')); await h.pause(800); }
        const n = await this.js(`document.querySelectorAll('${T('product-card')}').length`);
        await h.tap(T('product-card'), Math.min(step.nth, n - 1));
        return this.expect('/p/*');
      }
      case 'cart': {
        const next = rest.find((x) => x.a === 'try' && x.id === 'checkout-covered');
        await this.set('checkout-covered', Boolean(next?.fail));
        await h.pause(700);
        await h.tap(T('nav-cart'));
        await this.expect('/cart');
        return h.read(1100);
      }
      case 'account': await h.tap(T('nav-account')); await this.expect('/account'); return h.read(900);
      case 'settings': await h.tap(T('open-settings')); return this.expect('/account/settings');
      case 'visit': await h.tap(T('nav-visit')); return this.expect('/visit');
      case 'book': await h.tap(T('day'), this.rnd.int(3, 24)); await h.pause(800); await h.tap(T('book')); return h.pause(1500);
      case 'thanks': await this.expect('/thank-you'); return h.read(2200);
      case 'do': return this[`do_${step.id.replace(/-/g, '_')}`]();
      case 'try': return this.attempt(step);
      default: throw new Error(`unknown step ${step.a}`);
    }
  }

  // ---- controls with a planted fault ----

  async attempt(step) {
    const f = fault(step.id);
    await this.set('hold-spin', step.id === 'hold-spin' && step.live);
    if (step.id !== 'hold-spin' && step.id !== 'postcode-silent') await this.set(step.id, step.fail);
    if (step.id === 'postcode-silent') await this.set(step.id, step.live);
    if (step.id === 'search-slow') await this.js(`__faults.slowMs=${this.rnd.int(4000, 7000)}`);
    if (step.id === 'filter-freeze') await this.js(`__faults.freezeMs=${this.rnd.int(2500, 4000)}`);
    await this.prepare(step);
    if (!step.fail) return this.works(step);
    await this.fails(f, step);
    if (step.gives) return undefined;
    if (step.mode === 'reload' || step.mode === 'elsewhere') return this.around(step);
    return this.works(step, true);
  }

  /** prepare brings the screen to where the control makes sense: text typed, boxes ticked. */
  async prepare(step) {
    const { h } = this;
    switch (step.id) {
      case 'search-slow': return h.fill(T('search'), this.rnd.pick(['brass', 'wool', 'oak', 'green', 'small']));
      case 'filter-freeze': return h.tap(T(`colour-${this.rnd.pick(['natural', 'green', 'red', 'blue'])}`));
      case 'coupon-500': return h.fill(T('coupon'), this.rnd.pick(['AUTUMN10', 'HELLO5', 'LAMP7']));
      case 'settings-disabled': await h.read(800); return h.fill(T('display-name'), 'Test Buyer');
      case 'postcode-silent': return this.address(step);
      case 'pay-500': return this.card(step);
      default: return undefined;
    }
  }

  async address(step) {
    const { h } = this;
    const n = this.s.user.n;
    await h.fill(T('name'), 'Test Buyer');
    await h.fill(T('email'), `buyer${n}@example.com`);
    await h.fill(T('street'), `${1 + (n % 90)} Test St`);
    if (step.forget) {
      await this.harmless('visible-validation', T('to-payment'), 0, () => h.press());
      await h.pause(900);
    }
    await h.fill(T('city'), 'Sampleton');
    // The blank is what the silent check refuses; the others write the code in one word.
    await h.fill(T('postcode'), step.fail || (!step.live && step.blank) ? 'AB1 2CD' : 'AB12CD');
  }

  async card(step) {
    const { h } = this;
    await h.fill(T('holder'), 'Test Buyer');
    await h.fill(T('card'), '40000000');
    if (step.early) {
      await this.harmless('terms', T('pay'), 0, () => h.press(), { ran: false });
      await h.pause(600);
    }
    await h.tap(T('terms'));
    await h.pause(400);
  }

  /** target: what the finger aims at; for the covered button that is the button, not its cover. */
  target(id) { const f = fault(id); return f.intended || f.selector; }

  hold(id, ok) { return id === 'hold-spin' ? (ok ? this.rnd.range(720, 980) : this.rnd.range(90, 210)) : undefined; }

  /** works: the attempt succeeds. repaired: after a failed attempt the fault is gone. */
  async works(step, repaired) {
    const { h } = this;
    const { id } = step;
    if (repaired) {
      if (id === 'hold-spin') await h.pause(900); else if (id !== 'postcode-silent') await this.repair(id);
      if (id === 'postcode-silent') { await h.pause(1500); await h.retype(T('postcode'), 'AB12CD'); }
      if (id === 'settings-disabled') { await h.pause(600); await h.tap(T('news')); await h.wait(200); if (await this.js(`document.querySelector('${T('save-settings')}').disabled`)) throw new Error('save still disabled'); }
    }
    const sel = this.target(id);
    await h.aim(sel);
    const long = step.live && id === 'hold-spin';
    await this.gesture('benign', `ok:${id}`, sel, () => h.press(this.hold(id, long)), { after: id === 'search-slow' || id === 'pay-500' || id === 'coupon-500' ? 1300 : 800 });
    if (id === 'cart-dead') await this.want('document.querySelector(".badge").textContent!=="0"', 'cart badge');
    if (id === 'checkout-covered') await this.expect('/checkout');
    if (id === 'postcode-silent') await this.expect('/checkout/payment');
    if (id === 'hold-spin') { await this.want('document.querySelector(".spin")!==null', 'spin view'); await h.read(1200); await h.tap(sel); }
    if (id === 'search-slow' || id === 'filter-freeze') await h.read(900);
  }

  async repair(id) {
    await this.set(id, false);
    if (id === 'checkout-covered') await this.js('document.querySelector(".chat").classList.remove("big")');
  }

  async want(expr, what) { if (!(await this.js(expr))) throw new Error(`${this.s.id}: ${what} missing`); }

  /** fails: the failed attempt with this person's reaction. */
  async fails(f, step) {
    const { h } = this;
    const sel = this.target(f.id);
    const rage = step.mode === 'rage';
    // Somebody who does not know that the button wants to be held presses it a few times before giving up.
    const again = rage ? step.taps - 1 : f.id === 'hold-spin' ? 3 : step.mode === 'retry' ? 1 : 0;
    const slow = f.id === 'search-slow';
    await h.aim(sel);
    const label = await this.gesture('fault', f.id, f.selector, async () => {
      await h.press(this.hold(f.id, false));
      if (!again) return;
      // While the main thread is blocked taps queue up and arrive together.
      if (f.id === 'filter-freeze') { if (rage) await h.again(Math.min(again, 2), 1, 3, 1); return; }
      if (rage) await h.again(again, 170, 420, this.hold(f.id, false));
      else { await h.pause(slow ? 2200 : f.id === 'hold-spin' ? 700 : 1700); for (let i = 0; i < again; i++) { await h.press(this.hold(f.id, false)); await h.wait(this.rnd.range(450, 800)); } }
    }, { ran: f.handler, after: slow ? 7600 : f.id === 'filter-freeze' ? 900 : 2600 });
    if (slow && step.gives && this.rnd.chance(0.4)) return label;
    await h.read(700 + this.rnd.range(0, 1500));
    return label;
  }

  /** around: reload the page, or take another way to the same end. */
  async around(step) {
    const { h } = this;
    const { id } = step;
    if (step.mode === 'elsewhere') {
      if (id === 'checkout-covered') { await h.tap(T('checkout-top')); return this.expect('/checkout'); }
      if (id === 'search-slow' || id === 'filter-freeze') { await h.read(900); return undefined; }
      if (id === 'wishlist-dead' || id === 'hold-spin' || id === 'coupon-500' || id === 'settings-disabled') { await h.read(1500); return undefined; }
      return this.works(step, true);
    }
    await this.take();
    await this.js('__clock.advance(800)');
    await this.take();
    await this.js('__clock.save()');
    await this.stage.page.reload({ waitUntil: 'load' });
    await h.wait(700);
    if (['wishlist-dead', 'hold-spin', 'search-slow', 'filter-freeze'].includes(id)) return h.read(900);
    const now = { ...step, fail: false, early: false, forget: false };
    if (id === 'postcode-silent') await this.set(id, step.live);
    await this.prepare(now);
    return this.works(now);
  }

  // ---- innocent behaviour ----

  async do_stepper() { const n = this.rnd.int(4, 8); await this.harmless('stepper', T('qty-plus'), 0, async () => { await this.h.press(); await this.h.again(n - 1, 190, 360); }); await this.h.aim(T('qty-minus')); await this.h.press(); await this.h.again(n - 2, 260, 420); }
  async do_backdrop() {
    await this.h.tap(T('size-guide'));
    await this.h.read(1500);
    const { h } = this;
    const y = this.s.viewport.height * 0.14; const x = this.s.viewport.width * 0.3;
    if (h.touch) { h.x = x; h.y = y; } else await h.glide(x, y);
    await this.gesture('twin', 'backdrop', T('size-backdrop'), () => h.press());
    await this.want('document.querySelector(".modal")===null', 'closed dialog');
  }
  async do_beacon() {
    const left = 23000 - ((await this.h.now()) - this.s.start) % 23000;
    if (left < 9000) await this.h.wait(Math.max(0, left - 300));
    await this.harmless('beacon', T('tab-delivery'), 0, async () => { await this.h.press(); });
    await this.h.aim(T('tab-reviews'));
    await this.h.press();
    await this.h.read(1200);
  }
  async do_sort_reload() {
    for (const k of ['sort-price', 'sort-name']) await this.harmless('sort-reload', T(k), 0, () => this.h.press(), { after: 1500 });
  }
  async do_likes() {
    if ((await this.path()) !== '/feed') { await this.h.tap(T('nav-feed')); await this.h.read(1300); }
    const n = this.rnd.int(8, 12);
    await this.harmless('likes', T('like'), this.rnd.int(0, 1), async () => { await this.h.press(); await this.h.again(n - 1, 150, 300); });
    if (this.rnd.chance(0.4)) await this.harmless('sort-reload', T('feed-refresh'), 0, () => this.h.press(), { after: 1400 });
  }
  async do_peek() {
    if ((await this.path()) !== '/feed') { await this.h.tap(T('nav-feed')); await this.h.read(1300); }
    for (let i = 0; i < 2; i++) await this.harmless('peek', T('story-peek'), i, () => this.h.press(this.rnd.range(800, 1500)));
  }
  async do_long_read() {
    await this.harmless('long-read', T('tab-reviews'), 0, () => this.h.press());
    await this.h.wait(this.rnd.int(14000, 22000));
  }
  async do_carousel() { await this.harmless('carousel', T('gallery-next'), 0, async () => { await this.h.press(); await this.h.again(this.rnd.int(4, 6), 220, 420); }); }
  async do_calendar() { await this.harmless('calendar', T('month-next'), 0, async () => { await this.h.press(); await this.h.again(7, 200, 380); }); }
  async do_triple() { await this.harmless('triple', T('blurb'), 0, () => this.h.multi(3)); }
  async do_double() { await this.harmless('double', T('tab-text'), 0, () => this.h.multi(2)); }
  async do_tabs() {
    const ids = (await this.path()) === '/account' ? ['acc-saved', 'acc-points', 'acc-orders'] : ['tab-delivery', 'tab-details', 'tab-delivery', 'tab-details'];
    for (const k of ids) { await this.harmless('tabs', T(k), 0, () => this.h.press(), { after: 250 }); }
  }
  async do_download() { await this.harmless('download', T('invoice'), 0, () => this.h.press(), { after: 2500 }); }
  async do_to_top() { await this.h.scroll(this.s.device.touch ? 500 : 300); await this.harmless('to-top', T('to-top'), 0, () => this.h.press()); }
  async do_current_tab() { await this.harmless('current-tab', T('tab-details'), 0, () => this.h.press(), { after: 2600 }); }
  async do_text_tap() { await this.harmless('text-tap', T('home-text'), 0, () => this.h.press(), { ran: false, after: 2300 }); }
  async do_canvas() {
    if ((await this.path()) !== '/') { await this.h.tap(T('logo')); await this.h.pause(900); }
    await this.h.tap(T('open-mixer'));
    await this.h.read(900);
    for (let i = 0; i < 4; i++) await this.harmless('canvas', T('canvas'), 0, () => this.h.press(), { after: 350 });
    await this.h.tap(T('logo'));
    await this.h.pause(800);
  }
  async do_chat() { await this.harmless('chat', T('chat'), 0, () => this.h.press()); await this.h.read(1200); await this.h.tap(T('chat')); }
  async do_order_poll() {
    if ((await this.path()) !== '/account') { await this.h.tap(T('nav-account')); await this.h.pause(700); }
    await this.h.tap(T('order-status'));
    await this.expect('/orders/1042');
    await this.h.wait(this.rnd.int(5000, 9000));
    await this.h.tap(T('nav-account'));
    await this.h.pause(600);
  }
  async do_copy() {
    if ((await this.path()) !== '/account') { await this.h.tap(T('nav-account')); await this.h.pause(700); }
    await this.h.tap(T('order-status'));
    await this.h.pause(900);
    await this.harmless('copy', T('copy-number'), 0, () => this.h.press(), { after: 2600 });
    await this.h.tap(T('nav-account'));
    await this.h.pause(600);
  }
}
