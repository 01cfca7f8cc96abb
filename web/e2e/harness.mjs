// What the browser tests share: a server to test, a browser, screenshots, axe.
//   RANKLE_URL      the server to test; without it the mock of this folder is started. The tests save reviews there:
//                   name only a server whose data may be thrown away
//   RANKLE_SHOTS    folder for screenshots; without it none are kept
//   CHROMIUM        path of the browser, /usr/bin/chromium by default
import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { start } from "../mock/server.mjs";

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const shots = process.env.RANKLE_SHOTS ?? "";
if (shots !== "") mkdirSync(shots, { recursive: true });

// Loading under a busy machine may take long; nothing waits longer than it must.
const patienceMS = 30000;

export async function open(mode = "") {
  const given = mode === "" ? process.env.RANKLE_URL : undefined;
  const server = given === undefined || given === "" ? await start(0, mode) : { url: given.replace(/\/$/, ""), close() {} };
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: flags });
  return {
    url: server.url,
    api: (path) => fetch(`${server.url}/api/v1${path}`).then((r) => r.json()),
    /** A fresh page; `strangers` collects requests to other hosts and errors of the page. */
    async page({ width = 1440, height = width < 600 ? 844 : 900, scheme = "light", reducedMotion = "no-preference" } = {}) {
      const context = await browser.newContext({ baseURL: server.url, viewport: { width, height }, colorScheme: scheme, hasTouch: width < 600, reducedMotion, locale: "en-GB", timezoneId: "UTC" });
      const page = await context.newPage();
      page.setDefaultTimeout(patienceMS);
      const strangers = [];
      page.on("request", (r) => {
        const u = new URL(r.url());
        if (!["data:", "blob:", "about:"].includes(u.protocol) && u.origin !== server.url) strangers.push(r.url());
      });
      page.on("pageerror", (e) => strangers.push(`error: ${e.message}`));
      return { page, strangers, close: () => context.close() };
    },
    async close() {
      await browser.close();
      server.close();
    },
  };
}

export async function shot(page, name, { fullPage = true } = {}) {
  if (shots !== "") await page.screenshot({ path: join(shots, `${name}.png`), fullPage });
}

/** Fails on serious and critical findings. The recorded page inside the player is not ours and is left out. */
export async function accessible(page, where) {
  await page.evaluate(axeSource);
  const found = await page.evaluate(async () => {
    const results = await globalThis.axe.run({ exclude: [".page"] }, { iframes: false, runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] });
    return results.violations.filter((v) => v.impact === "serious" || v.impact === "critical").map((v) => `${v.id}: ${v.nodes.slice(0, 3).map((n) => `${n.target.join(" ")} (${n.failureSummary?.split("\n")[1]?.trim() ?? ""})`).join("; ")}`);
  });
  assert.deepEqual(found, [], `axe on ${where}`);
}

export async function fits(page, where) {
  const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(over <= 0, `${where} is ${over} px wider than the window`);
}

export const ready = (page) => page.locator(".player:not([data-state=loading])").waitFor();
export const position = async (page) => Number(await page.locator(".timeline").getAttribute("aria-valuenow"));

/** Text of the recorded page, read from outside: the frame itself runs no script. */
export const recordedText = (page) => page.evaluate(() => document.querySelector(".page iframe")?.contentDocument?.body?.innerText ?? "");
