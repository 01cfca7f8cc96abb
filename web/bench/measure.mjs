// Measures what the viewer and its server promise, and prints one line a figure; docs/bench/README.md explains them.
//   node bench/measure.mjs BINARY DATA     a built rankle and a data directory with a result; CHROMIUM as in ../e2e
// Every figure is the median of several rounds: machines are noisy.
import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { gzipSync } from "node:zlib";
import { chromium } from "playwright-core";

const [binary, data] = process.argv.slice(2);
if (data === undefined) {
  console.error("usage: node bench/measure.mjs BINARY DATA");
  process.exit(2);
}
const rounds = 5;
const clipsMeasured = 24;

const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
const say = (name, value, unit) => console.log(`${name.padEnd(44)} ${value.toFixed(value < 10 ? 2 : 0).padStart(8)} ${unit}`);

// What a browser loads before a clip is opened, and what the first clip adds.
const assets = new URL("../dist/assets/", import.meta.url);
const zipped = (pick) => readdirSync(assets).filter((f) => f.endsWith(".js") && pick(f)).reduce((n, f) => n + gzipSync(readFileSync(new URL(f, assets)), { level: 9 }).length, 0) / 1000;
say("js before the player", zipped((f) => !f.startsWith("stage")), "kB gzip");
say("js of the player", zipped((f) => f.startsWith("stage")), "kB gzip");

/** Starts a server and waits until it has told its address. */
async function serve() {
  const child = spawn(binary, ["serve", "--data", data, "--addr", "127.0.0.1:0"], { stdio: ["ignore", "pipe", "pipe"] });
  const url = await new Promise((done, fail) => {
    let told = "";
    const look = (chunk) => {
      told += chunk;
      const found = /http:\/\/127\.0\.0\.1:\d+/.exec(told);
      if (found !== null) done(found[0]);
    };
    child.stdout.on("data", look);
    child.stderr.on("data", look);
    child.on("exit", () => fail(new Error(`rankle ended before it served:\n${told}`)));
  });
  return { url, stop: () => new Promise((done) => { child.removeAllListeners("exit"); child.on("exit", done); child.kill(); }) };
}

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });

// A server that nobody asked anything yet, and a browser that has nothing in its cache.
const start = [], list = [];
for (let i = 0; i < rounds; i++) {
  const began = performance.now();
  const server = await serve();
  for (;;) {
    if (await fetch(`${server.url}/readyz`).then((r) => r.ok, () => false)) break;
  }
  start.push(performance.now() - began);
  const page = await (await browser.newContext()).newPage();
  const asked = performance.now();
  await page.goto(server.url, { waitUntil: "commit" });
  await page.locator("li.row").first().waitFor();
  list.push(performance.now() - asked);
  await page.context().close();
  await server.stop();
}
say("server: start to ready", median(start), "ms");
say("browser: first list on screen", median(list), "ms");

// Clips beside their whole recordings, as the server serves both.
const server = await serve();
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

// First picture at the moment: rrweb's Replayer fed with the clip, and fed with the whole recording. The same page does both,
// in turn; both come from the same server.
const rrweb = readFileSync(new URL("../node_modules/rrweb/dist/rrweb.umd.min.cjs", import.meta.url));
const bench = createServer(async (req, res) => {
  if (req.url.startsWith("/api/")) {
    const answer = await fetch(server.url + req.url);
    res.setHeader("content-type", "application/json");
    res.end(Buffer.from(await answer.arrayBuffer()));
  } else if (req.url === "/rrweb.js") res.setHeader("content-type", "text/javascript").end(rrweb);
  else res.setHeader("content-type", "text/html").end('<!doctype html><script src="/rrweb.js"></script><div id="root"></div>');
});
await new Promise((done) => bench.listen(0, "127.0.0.1", done));
const page = await browser.newPage();
await page.goto(`http://127.0.0.1:${bench.address().port}/`);
const firstPicture = (path, at) => page.evaluate(async ([path, at]) => {
  const root = document.querySelector("#root");
  root.replaceChildren();
  const began = performance.now();
  const slice = await (await fetch(path)).json();
  const replayer = new globalThis.rrweb.Replayer(slice.events, { root, mouseTail: false, showWarning: false });
  replayer.pause(at - slice.events[0].timestamp);
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  const took = performance.now() - began;
  replayer.destroy();
  return took;
}, [path, at]);
const fast = [], slow = [], times = [];
for (const c of clips) {
  const pair = [[], []];
  for (let i = 0; i < rounds; i++) {
    pair[0].push(await firstPicture(c.events_url, c.from_ms));
    pair[1].push(await firstPicture(whole(c), c.from_ms));
  }
  const [a, b] = pair.map(median);
  fast.push(a);
  slow.push(b);
  times.push(b / a);
}
say("first picture of a clip", median(fast), "ms");
say("first picture in the whole recording", median(slow), "ms");
say("times sooner: median", median(times), "x");
const longest = clips.map((c, i) => [times[i], slow[i]]).sort((a, b) => b[1] - a[1]).slice(0, 5).map(([t]) => t);
say("times sooner: the five largest recordings", median(longest), "x");

bench.close();
await browser.close();
await server.stop();
