// Compares what clips show with what their whole recordings show at the same time: the server begins a clip with a page that
// it made (replay/rrweb/still.go), and rrweb, playing everything, must come to the same one.
//   node bench/still.mjs BINARY DATA [STRETCHES [SESSIONS]]    a built rankle and a data directory with a result; CHROMIUM as in ../e2e
// Looks at STRETCHES stretches of each of SESSIONS sessions, spread evenly, at their first and last moment. Exits with 1 on a
// difference.
import { readFileSync } from "node:fs";
import { chromium } from "playwright-core";
import { ready, serve } from "./server.mjs";

const [binary, data, stretches = "3", most = "100"] = process.argv.slice(2);
if (data === undefined) {
  console.error("usage: node bench/still.mjs BINARY DATA [STRETCHES [SESSIONS]]");
  process.exit(2);
}
const stretchMS = 10_000;
const server = await serve(binary, data);
await ready(server.url);
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });
// The policy of our pages keeps strangers' scripts out, rrweb of the bench among them; the frame of the recording has its own.
const page = await (await browser.newContext({ bypassCSP: true })).newPage();
await page.route((u) => u.origin !== server.url, (r) => r.abort());
await page.goto(server.url);
await page.addScriptTag({ content: readFileSync(new URL("../node_modules/rrweb/dist/rrweb.umd.min.cjs", import.meta.url), "utf8") });
await page.evaluate(() => {
  // Everything that is seen of a document, frames and shadow trees included, in words.
  const tell = (node, out, deep) => {
    if (node.nodeType === 3 || node.nodeType === 8) out.push(`${deep}${node.nodeType === 3 ? "" : "!"}${node.nodeValue}`);
    if (node.nodeType !== 1) return;
    // Where a pointer was is left on elements until it goes elsewhere, and by rrweb sometimes longer: no part of the page.
    const attributes = [...node.attributes].map((a) => `${a.name}=${a.name === "style" ? node.style.cssText : a.value.replaceAll(":hover", "").replaceAll(/\s+/g, " ").trim()}`).filter((a) => a !== "class=").sort();
    const state = [node.value, node.checked, node.scrollTop, node.scrollLeft].map((v) => (v === undefined || v === 0 ? "" : String(v))).join("|");
    out.push(`${deep}<${node.tagName} ${attributes.join(" ")} ${state}`);
    if (node.sheet) try { for (const r of node.sheet.cssRules) out.push(`${deep}#${r.cssText}`); } catch { out.push(`${deep}#closed`); }
    if (node.shadowRoot) { out.push(`${deep}^ ${node.shadowRoot.adoptedStyleSheets.length}`); for (const c of node.shadowRoot.childNodes) tell(c, out, `${deep} ^`); }
    if (node.tagName === "IFRAME" && node.contentDocument?.documentElement) tell(node.contentDocument.documentElement, out, `${deep} @`);
    if (node.tagName !== "STYLE") for (const c of node.childNodes) tell(c, out, `${deep} `);
  };
  globalThis.seen = async (events, times) => {
    document.body.innerHTML = "<div id=root></div>";
    const replayer = new globalThis.rrweb.Replayer(events, { root: document.querySelector("#root"), mouseTail: false, showWarning: false, triggerFocus: false });
    await new Promise((done) => setTimeout(done, 30)); // rrweb tells the first size late, whatever was played until then
    const told = [];
    for (const at of times) {
      replayer.pause(at - events[0].timestamp);
      await new Promise((done) => setTimeout(done, 30));
      const d = replayer.iframe.contentDocument, out = [`${d.defaultView.scrollX},${d.defaultView.scrollY} ${replayer.iframe.width}x${replayer.iframe.height}`];
      tell(d.documentElement, out, "");
      told.push(out);
    }
    replayer.destroy();
    return told;
  };
  globalThis.compare = async (clip, whole, from, to) => {
    const [a, b] = [await globalThis.seen(clip, [from, to]), await globalThis.seen(whole, [from, to])];
    for (const i of [0, 1]) for (let k = 0; k < Math.max(a[i].length, b[i].length); k++) if (a[i][k] !== b[i][k]) return { at: ["first", "last"][i], line: k, clip: a[i].slice(Math.max(0, k - 1), k + 2), whole: b[i].slice(Math.max(0, k - 1), k + 2) };
    return null;
  };
});
const api = (path) => fetch(`${server.url}/api/v1${path}`).then((r) => r.json());
const { total } = await api("/sessions?limit=1");
const every = Math.max(1, Math.floor(total / Number(most)));
let met = 0, looked = 0, made = 0, different = 0, cursor = "", cut = 0, all = 0;
do {
  const list = await api(`/sessions?limit=50${cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`}`);
  cursor = list.next_cursor ?? "";
  for (const { id: session } of list.sessions) {
    if (met++ % every !== 0) continue;
    const url = `/api/v1/sessions/${encodeURIComponent(session)}/events`;
    const whole = await fetch(`${server.url}${url}?window=0`).then((r) => r.json());
    if (!Array.isArray(whole.events) || whole.events.length < 2) continue;
    const first = whole.events[0].timestamp, length = whole.events.at(-1).timestamp - first;
    for (let n = 1; n <= Number(stretches); n++) {
      const from = Math.round(first + (length * n) / (Number(stretches) + 1)), to = Math.round(Math.min(from + stretchMS, first + length));
      const clip = await fetch(`${server.url}${url}?window=0&from_ms=${from}&to_ms=${to}`).then((r) => r.json());
      if (!Array.isArray(clip.events) || clip.events.length < 2) continue;
      looked++;
      cut += JSON.stringify(clip.events).length;
      all += JSON.stringify(whole.events).length;
      const still = !whole.events.some((e) => e.type === 2 && e.timestamp === clip.events.find((c) => c.type === 2)?.timestamp);
      if (still) made++;
      const found = await page.evaluate(([a, b, from, to]) => globalThis.compare(a, b, from, to), [clip.events, whole.events, from, to]);
      if (found === null) continue;
      different++;
      console.log(JSON.stringify({ session, from, to, still, ...found }, null, 1).slice(0, 1500));
    }
  }
} while (cursor !== "");
console.log(`${looked} stretches looked at, ${made} of them beginning with a page that the server made, ${different} different; ${(100 * cut / all).toFixed(0)} % of the bytes`);
await browser.close();
await server.stop();
process.exit(different > 0 ? 1 : 0);
