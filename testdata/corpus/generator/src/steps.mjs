// Small innocent steps that most plans are made of. Each takes the actor that plays it.
export const press = (sel, opt) => (a) => a.ok(sel, undefined, opt);
export const many = (sel, lo, hi, from = 200, to = 420) => (a) => a.times(sel, a.rnd.int(lo, hi), from, to);
export const wait = { after: 2600 };
/** typing into a field: the taps into it are what is labelled. */
export const typing = (sel, text) => (a) => a.ok(sel, async () => { await a.h.press(); await a.h.type(text); }, { ran: true });
export const select = (sel, n) => (a) => a.ok(sel, () => a.h.multi(n), { ran: false, after: 1200 });
export const prose = (sel) => (a) => a.ok(sel, undefined, { ran: false, ...wait });
export const dragTo = (from, to) => async (a) => {
  const r = await a.h.rect(to);
  await a.ok(from, () => a.h.drag(r.x + r.w / 2, r.y + r.h / 2), {});
};
/** at plays a step on the screen that reach brings up, on does so with faults. */
export const at = (reach, step) => async (a) => { await reach(a); await step(a); };
export const on = (reach, list) => list.map((f) => ({ ...f, before: async (a) => { await reach(a); await f.before?.(a); } }));
/** each presses one of several things after the other. */
export const each = (list, opt = { after: 500 }) => async (a) => { for (const [sel, nth] of list.map((x) => [x].flat())) await a.ok(sel, undefined, { nth, ...opt }); };
