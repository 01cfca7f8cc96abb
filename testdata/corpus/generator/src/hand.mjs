// The demo's pair of hands, which here also reach into shadow roots and drag.
import { Human } from '../../../demo/generator/src/human.mjs';

const STEP = 50; // ms between two samples of two fingers

export class Hand extends Human {
  /** press, told to whoever watches: around(press) runs it. */
  async press(hold) {
    const press = () => super.press(hold);
    await (this.around ? this.around(press) : press());
  }

  /** clicks counts gestures; strokes says when each of them ended. */
  get clicks() { return this.strokes?.length ?? 0; }

  set clicks(n) { this.strokes ??= []; while (this.strokes.length < n) this.strokes.push(this.t); }

  rect(sel, nth = 0) {
    return this.js(`(() => { const el = __q(${JSON.stringify(sel)}, ${nth}); if (!el) return null; const r = el.getBoundingClientRect(); return { x: r.left, y: r.top, w: r.width, h: r.height, vw: innerWidth, vh: innerHeight, sy: scrollY }; })()`);
  }

  async bring(sel, nth = 0) {
    for (let i = 0; i < 8; i++) {
      const r = await this.rect(sel, nth);
      if (!r) throw new Error(`no element ${sel} [${nth}]`);
      const mid = r.y + r.h / 2;
      if (mid > 8 && mid < r.vh - 8) return r;
      await this.scroll(mid - r.vh * 0.45);
      if (Math.abs((await this.rect(sel, nth)).sy - r.sy) < 2) break;
    }
    return this.rect(sel, nth);
  }

  /** drag from the present place to another one, pressed all the way. */
  async drag(tx, ty) {
    const n = 8; const sx = this.x; const sy = this.y;
    if (this.touch) await this.finger('touchStart'); else await this.mouse('mousePressed', { button: 'left', buttons: 1, clickCount: 1 });
    await this.wait(180);
    for (let i = 1; i <= n; i++) {
      this.x = sx + (tx - sx) * (i / n); this.y = sy + (ty - sy) * (i / n);
      if (this.touch) await this.finger('touchMove'); else await this.mouse('mouseMoved', { button: 'left', buttons: 1 });
      await this.js('__clock.frames()');
      await this.wait(50);
    }
    if (this.touch) await this.finger('touchEnd', []); else await this.mouse('mouseReleased', { button: 'left', clickCount: 1 });
    this.clicks += 1;
    this.t = await this.js('__clock.settle()');
  }

  /** fling moves one finger quickly by dx, dy from the present place. */
  async fling(dx, dy = 0) {
    const n = 4; const sx = this.x; const sy = this.y;
    const real = Date.now() - 900; // spread in real time too, else the browser lets the page run on
    await this.finger('touchStart', undefined, real);
    for (let i = 1; i <= n; i++) {
      await this.wait(35);
      this.x = sx + dx * (i / n); this.y = sy + dy * (i / n);
      await this.finger('touchMove', undefined, real + i * 120);
      await this.js('__clock.frames()');
    }
    await this.wait(20);
    await this.finger('touchEnd', [], real + 800);
    this.clicks += 1;
    this.t = await this.js('__clock.settle()');
  }

  /** turn scrolls the page by about dy and counts as one gesture. */
  async turn(dy) { await this.scroll(dy); this.clicks += 1; }

  /** trace moves the mouse through points [[x, y]...], ms from each to the next; down: with the button pressed. One gesture. */
  async trace(points, ms, down = false) {
    const step = 40;
    if (down) await this.mouse('mousePressed', { button: 'left', buttons: 1, clickCount: 1 });
    for (const [tx, ty] of points) {
      const sx = this.x; const sy = this.y;
      const n = Math.max(1, Math.round(ms / step));
      for (let i = 1; i <= n; i++) {
        this.x = sx + (tx - sx) * (i / n); this.y = sy + (ty - sy) * (i / n);
        await this.wait(ms / n);
        await this.mouse('mouseMoved', down ? { button: 'left', buttons: 1 } : {});
      }
    }
    if (down) await this.mouse('mouseReleased', { button: 'left', clickCount: 1 });
    this.clicks += 1;
    this.t = await this.js('__clock.settle()');
  }

  /** shake throws the mouse from side to side, legs times. */
  async shake(legs) {
    const w = this.rnd.range(180, 300); const tilt = this.rnd.range(-0.5, 0.5);
    const cx = Math.min(this.width - w, Math.max(w, this.x)); const cy = Math.min(this.height - w, Math.max(w, this.y));
    const points = Array.from({ length: legs }, (_, i) => {
      const r = (i % 2 ? 1 : -1) * (w / 2) * this.rnd.range(0.8, 1.15);
      return [cx + r, cy + r * tilt + this.rnd.range(-18, 18)];
    });
    await this.trace(points, this.rnd.range(110, 150));
  }

  /** pinch moves two fingers apart (factor > 1) or together around the present place. */
  async pinch(factor) {
    const n = 6; const near = 36; const far = Math.min(near * Math.max(factor, 1 / factor), this.x - 4, this.width - 4 - this.x);
    const [from, to] = factor > 1 ? [near, far] : [far, near];
    const at = (d) => [-1, 1].map((s, id) => ({ x: Math.round(this.x + s * d), y: Math.round(this.y + s * d * 0.6), id, radiusX: 11, radiusY: 11, force: 0.5 }));
    const real = Date.now() - 1200;
    await this.finger('touchStart', at(from).slice(0, 1), real);
    await this.wait(24);
    await this.finger('touchStart', at(from), real + 24);
    for (let i = 1; i <= n; i++) {
      await this.wait(STEP);
      await this.finger('touchMove', at(from + (to - from) * (i / n)), real + 24 + i * STEP);
      await this.js('__clock.frames()');
    }
    await this.wait(60);
    await this.finger('touchEnd', at(to).slice(0, 1), real + 500);
    await this.wait(16);
    await this.finger('touchEnd', [], real + 516);
    this.clicks += 1;
    this.t = await this.js('__clock.settle()');
  }
}
