// A pair of hands: real input through the DevTools protocol, virtual time in between.
import { sequence } from './rng.mjs';

const STEP = 50; // ms between two samples of a moving mouse or finger

export class Human {
  /** page: Playwright page; cdp: its session; seed: key of the hand movements. */
  constructor(page, cdp, { touch, width, height, seed, start }) {
    Object.assign(this, { page, cdp, touch, width, height });
    this.rnd = sequence('hand', seed);
    this.x = width * this.rnd.range(0.35, 0.65);
    this.y = height * this.rnd.range(0.3, 0.6);
    this.tempo = this.rnd.range(0.8, 1.25);
    this.clicks = 0;
    this.t = start;
  }

  async js(expression) {
    const r = await this.cdp.send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true });
    if (r.exceptionDetails) throw new Error(`page: ${r.exceptionDetails.exception?.description || r.exceptionDetails.text} in ${expression.slice(0, 120)}`);
    return r.result.value;
  }

  /** wait lets ms of virtual time go by. */
  async wait(ms) { this.t = await this.js(`__clock.advance(${Math.round(ms)})`); }

  /** pause waits about ms, in this person's tempo. */
  pause(ms) { return this.wait(ms * this.tempo * this.rnd.range(0.7, 1.4)); }

  now() { return this.js('Math.floor(__clock.now())'); }

  mouse(type, extra) {
    return this.cdp.send('Input.dispatchMouseEvent', { type, x: Math.round(this.x), y: Math.round(this.y), pointerType: 'mouse', ...extra });
  }

  finger(type, points, at) {
    // Time stamps of a swipe are spread out, else the browser sees a fling.
    return this.cdp.send('Input.dispatchTouchEvent', { type, ...(at ? { timestamp: at / 1000 } : {}), touchPoints: points ?? [{ x: Math.round(this.x), y: Math.round(this.y), id: 0, radiusX: 11, radiusY: 11, force: 0.5 }] });
  }

  /** glide moves the mouse along a bowed path with a smooth start and end. */
  async glide(tx, ty) {
    const sx = this.x; const sy = this.y;
    const dist = Math.hypot(tx - sx, ty - sy);
    if (dist < 3) return;
    const time = (190 + 130 * Math.log2(1 + dist / 50)) * this.tempo * this.rnd.range(0.85, 1.2);
    const n = Math.max(2, Math.round(time / STEP));
    const bow = dist * this.rnd.range(-0.12, 0.12);
    for (let i = 1; i <= n; i++) {
      const t = i / n;
      const e = t * t * t * (10 - 15 * t + 6 * t * t);
      const b = bow * Math.sin(Math.PI * e);
      this.x = sx + (tx - sx) * e - ((ty - sy) / dist) * b + (i < n ? this.rnd.range(-1.5, 1.5) : 0);
      this.y = sy + (ty - sy) * e + ((tx - sx) / dist) * b + (i < n ? this.rnd.range(-1.5, 1.5) : 0);
      await this.wait(STEP);
      await this.mouse('mouseMoved');
    }
  }

  /** wander: a small aimless movement, as hands do while reading. */
  async wander() {
    if (this.touch) return;
    await this.glide(Math.min(this.width - 20, Math.max(20, this.x + this.rnd.range(-90, 90))), Math.min(this.height - 20, Math.max(60, this.y + this.rnd.range(-60, 60))));
  }

  /** read: stay on a text for about ms. */
  async read(ms) {
    await this.pause(ms * 0.5);
    if (this.rnd.chance(0.6)) await this.wander();
    await this.pause(ms * 0.5);
  }

  /** scroll moves the page by about dy pixels (down is positive) with wheel notches or a swipe. */
  async scroll(dy) {
    if (this.touch) {
      let left = dy;
      while (Math.abs(left) > 8) {
        const part = Math.sign(left) * Math.min(Math.abs(left), this.height * 0.5);
        // Pictures of the feed take the finger for themselves: there the thumb scrolls along the edge.
        this.x = (await this.js('location.pathname')) === '/feed' ? this.width - this.rnd.range(8, 24) : this.width * this.rnd.range(0.55, 0.75);
        this.y = this.height * (part > 0 ? 0.72 : 0.28) + this.rnd.range(-15, 15);
        const real = Date.now() - 700;
        await this.finger('touchStart', undefined, real);
        // The first 15 pixels are swallowed as slop, as on a real phone.
        const n = 5;
        const from = this.y;
        for (let i = 1; i <= n; i++) {
          await this.wait(STEP);
          this.y = from - (part + Math.sign(part) * 15) * (i / n);
          await this.finger('touchMove', undefined, real + i * STEP);
          await this.js('__clock.frames()');
        }
        await this.js('__clock.frames()');
        await this.wait(90);
        await this.finger('touchEnd', [], real + 600);
        await this.js('__clock.frames()');
        await this.pause(260);
        left -= part;
      }
      return;
    }
    const notches = Math.max(1, Math.round(Math.abs(dy) / 100));
    for (let i = 0; i < notches; i++) {
      await this.cdp.send('Input.dispatchMouseEvent', { type: 'mouseWheel', x: Math.round(this.x), y: Math.round(this.y), deltaX: 0, deltaY: Math.sign(dy) * 100, pointerType: 'mouse' });
      await this.js('__clock.frames()');
      await this.wait(this.rnd.range(70, 150));
    }
    await this.pause(200);
  }

  rect(sel, nth = 0) {
    return this.js(`(() => { const el = document.querySelectorAll(${JSON.stringify(sel)})[${nth}]; if (!el) return null; const r = el.getBoundingClientRect(); return { x: r.left, y: r.top, w: r.width, h: r.height, vw: innerWidth, vh: innerHeight, sy: scrollY }; })()`);
  }

  /** bring scrolls until the element lies in the comfortable part of the screen. */
  async bring(sel, nth = 0) {
    const low = this.touch ? 170 : 110;
    for (let i = 0; i < 8; i++) {
      const r = await this.rect(sel, nth);
      if (!r) throw new Error(`no element ${sel} [${nth}] on ${await this.js('location.pathname')}`);
      const fixed = await this.js(`(() => { let e = document.querySelectorAll(${JSON.stringify(sel)})[${nth}]; while (e && e !== document.body) { const p = getComputedStyle(e).position; if (p === 'fixed' || p === 'sticky') return true; e = e.parentElement; } return false; })()`);
      if (fixed) return r;
      const mid = r.y + r.h / 2;
      if (mid > 80 && mid < r.vh - low) return r;
      const before = r.sy;
      await this.scroll(mid - r.vh * 0.45);
      const after = await this.rect(sel, nth);
      if (Math.abs(after.sy - before) < 2) return after;
    }
    return this.rect(sel, nth);
  }

  /** aim brings the target into view and moves the pointer over a natural place of it. */
  async aim(sel, nth = 0) {
    const r = await this.bring(sel, nth);
    if (r.y + r.h / 2 < 0 || r.y + r.h / 2 > r.vh) throw new Error(`${sel} [${nth}] stays outside the screen`);
    const tx = r.x + r.w * 0.5 + Math.min(r.w * 0.28, 40) * this.rnd.range(-1, 1) * 0.7;
    const ty = r.y + r.h * 0.5 + Math.min(r.h * 0.24, 12) * this.rnd.range(-1, 1);
    if (this.touch) { this.x = tx; this.y = ty; await this.pause(420); } else { await this.glide(tx, ty); await this.pause(130); }
  }

  /** press: down, hold, up at the present place. */
  async press(hold) {
    const ms = hold ?? this.rnd.range(60, 115);
    if (this.touch) {
      this.x += this.rnd.range(-2, 2); this.y += this.rnd.range(-2, 2);
      await this.finger('touchStart');
      await this.wait(ms);
      await this.finger('touchEnd', []);
    } else {
      await this.mouse('mousePressed', { button: 'left', buttons: 1, clickCount: 1 });
      await this.wait(ms);
      await this.mouse('mouseReleased', { button: 'left', clickCount: 1 });
    }
    this.clicks += 1;
    this.t = await this.js('__clock.settle()');
  }

  async tap(sel, nth = 0, hold) {
    await this.aim(sel, nth);
    await this.press(hold);
  }

  /** again presses n more times at the same place, gap ms apart. */
  async again(n, lo, hi, hold) {
    for (let i = 0; i < n; i++) { await this.wait(this.rnd.range(lo, hi)); await this.press(hold); }
  }

  /** multi: double or triple click with the right click counts (mouse), or quick taps (touch). */
  async multi(n) {
    for (let c = 1; c <= n; c++) {
      if (this.touch) { await this.press(60); } else {
        await this.mouse('mousePressed', { button: 'left', buttons: 1, clickCount: c });
        await this.wait(60);
        await this.mouse('mouseReleased', { button: 'left', clickCount: c });
        this.clicks += 1;
      }
      await this.js('__clock.frames()');
      await this.wait(110);
    }
  }

  /** type into the focused field with a typing rhythm. */
  async type(text) {
    for (const ch of text) {
      await this.cdp.send('Input.insertText', { text: ch });
      await this.wait(this.rnd.range(70, 190) * this.tempo);
    }
  }

  async fill(sel, text) {
    await this.tap(sel);
    await this.pause(250);
    await this.type(text);
  }

  /** retype clears the field (select all, delete) and types again. */
  async retype(sel, text) {
    await this.tap(sel);
    await this.pause(300);
    await this.js(`document.querySelector(${JSON.stringify(sel)}).select()`);
    await this.type(text);
  }

  async key(key, code) {
    await this.cdp.send('Input.dispatchKeyEvent', { type: 'keyDown', key, code: key, windowsVirtualKeyCode: code, text: key === 'Enter' ? '\r' : undefined });
    await this.cdp.send('Input.dispatchKeyEvent', { type: 'keyUp', key, code: key, windowsVirtualKeyCode: code });
    await this.js('__clock.settle()');
  }
}
