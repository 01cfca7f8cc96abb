// Measures what the viewer and its server promise, and prints one line a figure; docs/bench/README.md explains them.
//   node bench/measure.mjs BINARY DATA     a built rankle and a data directory with a result; CHROMIUM as in ../e2e
// Every figure is the median of several rounds: machines are noisy.
import { readdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { chromium } from "playwright-core";
import { ready, serve } from "./server.mjs";

const [binary, data] = process.argv.slice(2);
if (data === undefined) {
  console.error("usage: node bench/measure.mjs BINARY DATA");
  process.exit(2);
}
const rounds = 5;
const clipsMeasured = 12;

const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
const say = (name, value, unit) => console.log(`${name.padEnd(44)} ${value.toFixed(value < 10 ? 2 : 0).padStart(8)} ${unit}`);

// What a browser loads before a clip is opened, and what the first clip adds.
const assets = new URL("../dist/assets/", import.meta.url);
const zipped = (pick) => readdirSync(assets).filter((f) => f.endsWith(".js") && pick(f)).reduce((n, f) => n + gzipSync(readFileSync(new URL(f, assets)), { level: 9 }).length, 0) / 1000;
say("js before the player", zipped((f) => !f.startsWith("stage")), "kB gzip");
say("js of the player", zipped((f) => f.startsWith("stage")), "kB gzip");

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });

/** The time until a browser that has nothing in its cache shows the list. */
const firstList = async (url) => {
  const page = await (await browser.newContext()).newPage();
  const asked = performance.now();
  await page.goto(url, { waitUntil: "commit" });
  await page.locator("li.row").first().waitFor();
  const took = performance.now() - asked;
  await page.context().close();
  return took;
};
// A server that nobody asked anything yet.
const start = [], early = [], list = [];
for (let i = 0; i < 2 * rounds; i++) {
  const began = performance.now();
  const server = await serve(binary, data);
  if (i >= rounds) { // while the server still opens what lies behind the list
    early.push(await firstList(server.url));
    await server.stop();
    continue;
  }
  for (;;) {
    if (await fetch(`${server.url}/readyz`).then((r) => r.ok, () => false)) break;
  }
  start.push(performance.now() - began);
  list.push(await firstList(server.url));
  await server.stop();
}
say("server: start to ready", median(start), "ms");
say("browser: first list, at the start", median(early), "ms");
say("browser: first list, when all is open", median(list), "ms");

// Clips beside their whole recordings, as the server serves both.
const server = await serve(binary, data);
await ready(server.url);
const api = (path) => fetch(`${server.url}/api/v1${path}`).then((r) => r.json());
const { sessions } = await api("/report");
say("sessions", sessions, "");
const clips = [];
for (const issue of (await api("/issues?limit=50")).issues) for (const c of issue.clips.slice(0, 2)) if (clips.length < clipsMeasured) clips.push(await api(`/issues/${encodeURIComponent(issue.key)}/clips/${c.index}`));
const size = async (path) => (await (await fetch(server.url + path, { headers: { "accept-encoding": "identity" } })).arrayBuffer()).byteLength;
const whole = (c) => `/api/v1/sessions/${encodeURIComponent(c.session)}/events`;
const shares = [];
let cut = 0, all = 0;
for (const c of clips) {
  const [a, b] = [await size(c.events_url), await size(whole(c))];
  shares.push((100 * a) / b);
  cut += a;
  all += b;
}
say("clip bytes, of the whole recording's: median", median(shares), "%");
say("clip bytes, of the whole recording's: all", (100 * cut) / all, "%");

// First picture at the moment: rrweb's Replayer fed with the clip, and fed with the whole recording, in turn, by a page of the
// server itself. Beside them the whole recording in rrweb-player, which puts controls around a Replayer of its own. Asked for
// the first time, the server reads the recording; after that it has its answer at hand, as it has for whoever comes second and
// for the clip that the viewer asks for ahead.
const page = await (await browser.newContext({ bypassCSP: true })).newPage();
await page.goto(`${server.url}/run`);
const published = (file) => readFileSync(new URL(`../node_modules/${file}`, import.meta.url), "utf8");
await page.addScriptTag({ content: published("rrweb/dist/rrweb.umd.min.cjs") });
await page.addScriptTag({ content: published("rrweb-player/dist/rrweb-player.umd.min.cjs") });
await page.addStyleTag({ content: published("rrweb-player/dist/style.min.css") });
const firstPicture = (path, at, controls = false) => page.evaluate(async ([path, at, controls]) => {
  const root = document.createElement("div");
  document.body.replaceChildren(root);
  const began = performance.now();
  const slice = await (await fetch(path, { cache: "no-store" })).json();
  const offset = at - slice.events[0].timestamp;
  let close;
  if (controls) {
    const player = new globalThis.rrwebPlayer.Player({ target: root, props: { events: slice.events, autoPlay: false, mouseTail: false, showWarning: false } });
    player.goto(offset, false);
    close = () => player.getReplayer().destroy();
  } else {
    const replayer = new globalThis.rrweb.Replayer(slice.events, { root, mouseTail: false, showWarning: false });
    replayer.pause(offset);
    close = () => replayer.destroy();
  }
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  const took = performance.now() - began;
  close();
  return took;
}, [path, at, controls]);
// Another end, a millisecond later, is another answer, which the server has to cut.
const until = (c, path, n) => (path.includes("to_ms=") ? path.replace(/to_ms=\d+/, `to_ms=${c.to_ms + n}`) : `${path}?from_ms=1&to_ms=${c.end_of_session + n}`);
const kinds = ["clip cut", "whole cut", "clip at hand", "whole at hand", "rrweb-player at hand"];
const took = Object.fromEntries(kinds.map((k) => [k, []]));
for (const c of clips) {
  const { start, duration_ms } = await api(`/sessions/${encodeURIComponent(c.session)}`);
  c.end_of_session = Date.parse(start) + duration_ms;
  const times = Object.fromEntries(kinds.map((k) => [k, []]));
  for (let i = 1; i <= rounds; i++) {
    const whole1 = until(c, whole(c), i), clip1 = until(c, c.events_url, i);
    times["whole cut"].push(await firstPicture(whole1, c.from_ms));
    times["clip cut"].push(await firstPicture(clip1, c.from_ms));
    times["whole at hand"].push(await firstPicture(whole1, c.from_ms));
    times["clip at hand"].push(await firstPicture(clip1, c.from_ms));
    times["rrweb-player at hand"].push(await firstPicture(whole1, c.from_ms, true));
  }
  for (const k of kinds) took[k].push(median(times[k]));
}
for (const k of kinds) say(`first picture, ${k}`, median(took[k]), "ms");
say("times sooner, both cut", median(took["clip cut"].map((t, i) => took["whole cut"][i] / t)), "x");
say("times sooner, both at hand", median(took["clip at hand"].map((t, i) => took["whole at hand"][i] / t)), "x");
say("times sooner than rrweb-player, at hand", median(took["clip at hand"].map((t, i) => took["rrweb-player at hand"][i] / t)), "x");
say("times sooner, clip at hand, whole cut", median(took["clip at hand"].map((t, i) => took["whole cut"][i] / t)), "x");

await browser.close();
await server.stop();
