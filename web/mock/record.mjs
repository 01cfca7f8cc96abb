// Records the mock's recordings: drives mock/shop.html in headless Chromium with rrweb's recorder, once on a desktop
// and once on a phone, and writes mock/recording-{desktop,phone}.json with the times at which things went wrong.
// Run by hand (npm run mock:record) when the page changes; the results are committed.
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { chromium } from "playwright-core";

const here = new URL(".", import.meta.url);
const page_ = readFileSync(new URL("shop.html", here));
const rrweb = readFileSync(new URL("../node_modules/rrweb/dist/rrweb.umd.min.cjs", here), "utf8");

const server = createServer((_, res) => res.setHeader("content-type", "text/html; charset=utf-8").end(page_));
await new Promise((done) => server.listen(0, "127.0.0.1", done));
const url = `http://127.0.0.1:${server.address().port}/`;
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"] });

const kinds = {
  desktop: { viewport: { width: 1280, height: 800 } },
  phone: { viewport: { width: 390, height: 780 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 },
};

for (const [kind, options] of Object.entries(kinds)) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  await page.goto(url);
  await page.addScriptTag({ content: rrweb });
  await page.evaluate(() => {
    window.events = [];
    window.rrweb.record({ emit: (e) => window.events.push(e), maskAllInputs: true, sampling: { mousemove: 50 } });
  });
  const think = (ms) => page.waitForTimeout(ms);
  const marks = [];
  const press = async (selector, times = 1, pause = 0) => {
    const box = await page.locator(selector).first().boundingBox();
    if (!box) throw new Error(`${selector} is not on the page`);
    const x = Math.round(box.x + box.width / 2);
    const y = Math.round(box.y + box.height / 2);
    const from = await page.evaluate(() => Date.now());
    for (let i = 0; i < times; i++) {
      if (kind === "phone") await page.touchscreen.tap(x, y);
      else {
        await page.mouse.move(x + i, y, { steps: i === 0 ? 12 : 1 });
        await page.mouse.click(x + i, y, { delay: 40 });
      }
      await think(pause);
    }
    return { from, to: await page.evaluate(() => Date.now()), x, y };
  };
  await think(1500);
  marks.push({ what: "add", ...(await press(".card:nth-child(1) .add", 1, 900)) });
  await think(1200);
  marks.push({ what: "stepper", ...(await press(".card:nth-child(2) .add", 4, 240)) });
  await think(7000);
  await press("#cartlink", 1, 1200);
  await press("#tocheckout", 1, 1500);
  for (const [field, text] of [["#name", "Somebody"], ["#mail", "some@body.example"], ["#card", "0000 0000 0000"]]) {
    await press(field, 1, 200);
    await page.keyboard.type(text, { delay: 60 });
    await think(500);
  }
  await think(900);
  marks.push({ what: "dead", ...(await press("#pay", 1, 2600)) });
  marks.push({ what: "rage", ...(await press("#pay", 6, 210)) });
  await think(2500);
  await press("#back", 1, 1500);
  await page.mouse.wheel(0, 300);
  await think(1500);
  const events = await page.evaluate(() => window.events);
  // The page's own port differs from run to run; the recording should not.
  const text = JSON.stringify({ kind, viewport: options.viewport, marks, events }).replaceAll(url, "https://shop.example/");
  writeFileSync(new URL(`recording-${kind}.json`, here), text + "\n");
  console.log(kind, events.length, "events", Math.round(text.length / 1024), "kB", marks.map((m) => m.what).join(" "));
  await context.close();
}
await browser.close();
server.close();
