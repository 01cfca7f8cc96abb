// The demo's pair of hands, which here also reach into shadow roots and drag.
import { Human } from '../../../demo/generator/src/human.mjs';

export class Hand extends Human {
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
}
