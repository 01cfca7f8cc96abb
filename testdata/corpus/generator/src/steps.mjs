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

/** screen brings up the screen of path by the link sel, unless it is there already. */
export const screen = (path, sel) => async (a) => { if ((await a.path()) !== path) await a.way(sel); };
/** elsewhere is where the mouse is after a box of the browser's own: it went there without the page. */
export const elsewhere = (a) => { if (!a.touch) { a.h.x = a.rnd.range(500, 760); a.h.y = a.rnd.range(120, 220); } };
/** asked presses what opens such a box, which is answered at once. */
export const asked = (sel, opt = {}) => (a) => a.ok(sel, async () => { await a.h.press(); elsewhere(a); }, { after: 2200, ...opt });
/** fields fills in a form before a fault at its button; sent sends it at last. */
export const fields = (list) => (a) => a.benign(() => a.write(list), { id: 'fields' });
export const sent = (send, good) => async (a) => { await a.h.wait(9000); await a.benign(() => a.submit(send), { id: 'sent', after: 1500 }); a.must(await a.js(good), 'not taken'); };
/** slip makes one mistake and mends it: the form is refused once, then taken. */
export const slip = (list, sel, bad, right, send, good) => async (a) => {
  await a.benign(async () => {
    await a.write(list.map(([s, t]) => [s, s === sel ? bad : t]));
    await a.submit(send);
    await a.h.pause(1700);
    await a.write([[sel, right]]);
    await a.submit(send);
    await a.h.pause(1200);
  });
  a.must(await a.js(good), 'not taken');
};
/** trouble is a struggle with a form that no verb plays. */
export const trouble = (id, fn, { also = [], after = 1500, at: sel } = {}) => (a) => a.friction('form_trouble', id, () => fn(a), { also, after, at: sel });
/** letters are typed into the field that has the focus, lo to hi ms apart; emptied deletes n of them. */
export const letters = async (a, text, lo, hi) => { for (const ch of text) { await a.stage.cdp.send('Input.insertText', { text: ch }); await a.h.wait(a.rnd.range(lo, hi)); } };
export const emptied = async (a, n) => { for (let i = 0; i < n; i++) { await a.h.key('Backspace', 8); await a.h.wait(150); } await a.h.pause(900); };
/** digits writes a code into boxes, each of which hands on to the next. */
export const digits = async (a, first, text) => { await a.h.tap(first); await a.h.pause(300); await a.h.type(text); await a.h.pause(700); };
/** file presses the field for files, looks for one, and chooses it. */
export const file = async (a, sel, name) => {
  await a.h.tap(sel);
  await a.h.wait(a.rnd.range(2500, 5000));
  await a.stage.page.setInputFiles(sel, { name, mimeType: 'image/png', buffer: Buffer.from('none') });
  a.h.t = await a.js('__clock.settle()');
  await a.h.wait(1300);
};
/** chosen takes a value from a native list, whose box the recording does not show. */
export const chosen = async (a, sel, value) => { await a.h.tap(sel); await a.h.wait(a.rnd.range(900, 1600)); await a.stage.page.selectOption(sel, value); a.h.t = await a.js('__clock.settle()'); };
/** cleared empties a form by sel, where something stands in it. */
export const cleared = (sel) => async (a) => { if (await a.js("[...document.querySelectorAll('form input')].some((e) => e.type !== 'radio' && e.value !== '')")) await a.tidy(sel); };
/** into types word into a field whose page stands still from the first letter on, and empties it again. */
export const into = (id, sel, word) => async (a) => {
  await a.stuck(id, sel, { begin: async (x) => { await x.h.press(); await x.h.wait(400); await letters(x, word[0], 60, 90); }, meanwhile: (x) => letters(x, word.slice(1), 1, 3) });
  await a.h.wait(9000);
  await a.ok(sel, () => emptied(a, word.length), { id: 'emptied', ran: true });
};
/** drawn draws n lines, with the mouse or a finger, on what takes them. */
export const drawn = (sel, n) => async (a) => {
  await a.h.aim(sel);
  const r = await a.h.rect(sel);
  await a.benign(async () => {
    for (let i = 0; i < n; i++) {
      a.h.x = r.x + r.w * a.rnd.range(0.1, 0.3); a.h.y = r.y + r.h * a.rnd.range(0.2, 0.7);
      await a.h.drag(r.x + r.w * a.rnd.range(0.6, 0.9), r.y + r.h * a.rnd.range(0.2, 0.8));
      await a.h.wait(a.rnd.range(250, 600));
    }
  }, { at: sel, ran: true });
};
