// Measures long lists in the browser: a fix list of which more and more is shown, and sessions with their facets.
//   node bench/long.mjs BINARY DATA [MORE] [SHOTS]   a built rankle, a data directory (TestMany makes large ones),
//   how often more issues are asked for (3), a folder for pictures
import { spawn } from "node:child_process";
import { join } from "node:path";
import { chromium } from "playwright-core";

const [binary, data, more = "3", shots] = process.argv.slice(2);
if (data === undefined) {
  console.error("usage: node bench/long.mjs BINARY DATA [MORE] [SHOTS]");
  process.exit(2);
}
const presses = 15; // of a key: enough for a median and a worst
const wheels = 20; // turns of the wheel by one screen
const most = Number(more); // times more is asked for

const sorted = (list) => [...list].sort((a, b) => a - b);
const at = (list, share) => sorted(list)[Math.floor(share * (list.length - 1))];
const say = (name, value) => console.log(`${name.padEnd(44)} ${value}`);
const ms = (list) => `${at(list, 0.5).toFixed(0)} ms (median), ${at(list, 1).toFixed(0)} ms (most)`;

const child = spawn(binary, ["serve", "--data", data, "--addr", "127.0.0.1:0"], { stdio: ["ignore", "pipe", "ignore"] });
const url = await new Promise((done) => {
  let told = "";
  child.stdout.on("data", (chunk) => {
    const found = /http:\/\/127\.0\.0\.1:\d+/.exec((told += chunk));
    if (found !== null) done(found[0]);
  });
});
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });
const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, bypassCSP: true }); // measuring evaluates scripts
page.setDefaultTimeout(600_000);
const shot = async (name) => { if (shots !== undefined) await page.screenshot({ path: join(shots, `${name}.png`) }); };

/** From a key to the second frame after it, which shows what it did; measured in the page, without the way there. */
const press = (key) => page.evaluate(async (key) => {
  const began = performance.now();
  (document.activeElement ?? document.body).dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  return performance.now() - began;
}, key);
const keys = async (key) => {
  const took = [];
  for (let i = 0; i < presses; i++) took.push(await press(key));
  return took;
};
/** Times between frames while the page scrolls by a screen each frame. */
const scroll = () => page.evaluate(async (wheels) => {
  const took = [];
  scrollTo(0, 0);
  let last = performance.now();
  for (let i = 0; i < wheels; i++) {
    scrollBy(0, innerHeight);
    await new Promise((done) => requestAnimationFrame(done));
    took.push(performance.now() - last);
    last = performance.now();
  }
  return took;
}, wheels);
const timed = async (what) => {
  const began = performance.now();
  await what();
  return performance.now() - began;
};
const height = () => page.evaluate(() => document.documentElement.scrollHeight);
/** Goes to the end and asks for more, so often as that gives more, and returns how long each took until the page was longer. */
const moreRows = async (times) => {
  const took = [];
  while (took.length < times && (await page.locator(".more").count()) > 0) {
    const before = await height();
    took.push(await timed(() => page.evaluate(async (before) => {
      document.querySelector("button.more, .more button")?.click();
      while (document.documentElement.scrollHeight < before + innerHeight / 2) {
        scrollTo(0, document.documentElement.scrollHeight);
        await new Promise((done) => requestAnimationFrame(done));
      }
    }, before)));
  }
  return took;
};
/** How many rows a list has, and how many of them are in the document. */
const shown = (rows) => page.evaluate((rows) => {
  const all = document.querySelectorAll(`${rows}:not([aria-hidden])`);
  return `${all[all.length - 1]?.getAttribute("aria-posinset") ?? all.length}, ${all.length} in the document of ${document.querySelectorAll("*").length} elements`;
}, rows);

say("fix list: first rows", `${(await timed(async () => {
  await page.goto(url, { waitUntil: "commit" });
  await page.locator("li.row").first().waitFor();
})).toFixed(0)} ms`);
const grew = await moreRows(most);
if (grew.length > 0) say("fix list: more rows", ms(grew));
say("fix list: rows", await shown("li.row"));
say("fix list: j", ms(await keys("j")));
say("fix list: k", ms(await keys("k")));
const frames = await scroll();
say("fix list: a frame while scrolling", ms(frames));
await shot("list");

await page.waitForFunction(() => fetch("/readyz").then((r) => r.ok), undefined, { polling: 500 });
say("sessions: first rows", `${(await timed(async () => {
  await page.goto(`${url}/sessions`, { waitUntil: "commit" });
  await page.locator(".session-list li").first().waitFor();
})).toFixed(0)} ms`);
say("sessions", await page.locator(".tally").innerText());
const answered = (to) => page.waitForResponse((r) => r.url().includes("/api/v1/sessions?") && r.url().includes(to));
const settled = () => page.waitForFunction(() => document.querySelector(".stale") === null && document.querySelector(".session-list li") !== null);
for (const q of ["coupon", "apply* -coupon", "pattern:rage_tap"]) {
  say(`sessions: ${q}`, `${(await timed(async () => {
    const come = answered(`q=${new URLSearchParams({ q }).toString().slice(2)}`);
    await page.locator("input[type=search]").fill(q);
    await come;
    await settled();
  })).toFixed(0)} ms, of which 200 ms wait for the end of the typing; ${await page.locator(".tally").innerText()}`);
}
await page.goto(`${url}/sessions`);
await settled();
say("sessions: a facet", `${(await timed(async () => {
  const come = answered("pattern=");
  await page.locator("fieldset.facet button").first().click();
  await come;
  await settled();
})).toFixed(0)} ms`);
say("sessions: more rows", ms(await moreRows(5)));
say("sessions: rows", await shown(".session-list li"));
say("sessions: j", ms(await keys("j")));
await shot("sessions");
await browser.close();
child.kill();
