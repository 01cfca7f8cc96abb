// What goes wrong: nothing to show, nothing configured, things gone, and recordings that attack the viewer.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { accessible, open, ready, recordedText, shot } from "./harness.mjs";

let world, issues;
before(async () => {
  world = await open();
  issues = await world.api("/issues?limit=50");
});
after(() => world.close());

describe("a server that is not set up", () => {
  for (const [mode, says] of [["none", "rankle analyze"], ["empty", "No issue was found"], ["bare", "No goal is configured"]]) {
    it(mode, async () => {
      const other = await open(mode);
      const { page, close } = await other.page();
      await page.goto("/");
      await page.getByText(says).first().waitFor();
      await shot(page, `state-${mode}`);
      await accessible(page, mode);
      await close();
      await other.close();
    });
  }
});

describe("things that are not there", () => {
  for (const [path, says] of [["/issues/nothing-of-that-name", "Back to the fix list"], ["/sessions/nothing-of-that-name", "All sessions"], ["/no/such/page", "There is no such page"], ["/issues/%25", "Back to the fix list"]]) {
    it(path, async () => {
      const { page, close } = await world.page();
      await page.goto(path);
      await page.getByText(says).waitFor();
      await accessible(page, path);
      await close();
    });
  }
  it("a clip number that the issue does not have", async () => {
    const { page, close } = await world.page();
    await page.goto(`/issues/${encodeURIComponent(issues.issues[0].key)}/clips/999`);
    await page.getByText("No such clip").waitFor();
    await close();
  });
  it("a recording that was deleted says so and can be tried again", async () => {
    const { page, close } = await world.page();
    let gone = true;
    await page.route("**/events**", (route) => (gone ? route.fulfill({ status: 410, contentType: "application/problem+json", body: JSON.stringify({ title: "Gone", status: 410, detail: "the recording is no longer in its store" }) }) : route.continue()));
    await page.goto(`/issues/${encodeURIComponent(issues.issues[0].key)}`);
    await page.getByText("The recording is gone.").waitFor();
    await shot(page, "state-gone");
    await accessible(page, "a gone recording");
    gone = false;
    await page.getByRole("button", { name: "Try again" }).click();
    await page.locator(".player[data-state=paused]").waitFor();
    await close();
  });
  it("a server that stopped", async () => {
    const { page, close } = await world.page();
    await page.route("**/api/v1/issues?**", (route) => route.abort());
    await page.goto("/");
    await page.getByText("The server does not answer").waitFor();
    await close();
  });
});

// rrweb's snapshot of a page that tries everything. `id` counts nodes.
function hostile(host) {
  let id = 1;
  const node = (tagName, attributes = {}, ...childNodes) => ({ type: 2, id: ++id, tagName, attributes, childNodes });
  const words = (textContent, isStyle) => ({ type: 3, id: ++id, textContent, ...(isStyle ? { isStyle: true } : {}) });
  const pwn = "top.pwned = parent.pwned = window.pwned = 1";
  const root = { type: 0, id: 1, childNodes: [
    { type: 1, id: ++id, name: "html", publicId: "", systemId: "" },
    node("html", { onclick: pwn },
      node("head", {},
        node("meta", { "http-equiv": "refresh", content: `0;url=${host}/refresh` }),
        node("base", { href: `${host}/base/` }),
        node("link", { rel: "stylesheet", href: `${host}/style.css` }),
        node("style", {}, words(`@import url(${host}/import.css); body { background: url(${host}/bg.png) } @font-face { font-family: x; src: url(${host}/font.woff2) } p { font-family: x }`, true)),
        node("script", { src: `${host}/script.js` }, words(pwn))),
      node("body", { onload: pwn },
        node("p", {}, words("<img src=x onerror=alert(1)> shown as text")),
        node("img", { src: `${host}/pixel.png`, onerror: pwn }),
        node("img", { src: "x", onerror: pwn }),
        node("a", { href: `javascript:${pwn}`, id: "link" }, words("link")),
        node("iframe", { srcdoc: `<script>${pwn}</script>`, sandbox: "allow-scripts allow-same-origin" }),
        node("iframe", { src: `${host}/frame.html` }),
        node("object", { data: `${host}/object.swf` }),
        node("embed", { src: `${host}/embed` }),
        node("form", { action: `${host}/post`, method: "post" }, node("input", { name: "a", value: "b", autofocus: "", onfocus: pwn })),
        node("svg", { onload: pwn }, node("script", {}, words(pwn))),
        node("video", { src: `${host}/video.mp4`, poster: `${host}/poster.png`, autoplay: "" }))),
  ] };
  const t = 1790000000000;
  return [
    { type: 4, timestamp: t, data: { href: `javascript:${pwn}`, width: 1280, height: 800 } },
    { type: 2, timestamp: t + 1, data: { node: root, initialOffset: { top: 0, left: 0 } } },
    { type: 3, timestamp: t + 500, data: { source: 0, texts: [], attributes: [{ id: 2, attributes: { onmouseover: pwn } }], removes: [], adds: [{ parentId: 4, nextId: null, node: { type: 2, id: 900, tagName: "script", attributes: { src: `${host}/late.js` }, childNodes: [] } }] } },
    { type: 3, timestamp: t + 900, data: { source: 9, id: 3, type: 0, commands: [{ property: "constructor", args: [pwn] }] } },
    { type: 5, timestamp: t + 1000, data: { tag: "<img src=x onerror=alert(1)>", payload: {} } },
    { type: 3, timestamp: t + 2500, data: { source: 1, positions: [{ x: 1, y: 1, id: 2, timeOffset: 0 }] } },
  ];
}

it("a recording that attacks the viewer runs nothing, loads nothing, leaves nothing", async () => {
  const { page, strangers, close } = await world.page();
  const host = "http://attacker.example";
  const reached = [];
  await page.context().route(`${host}/**`, (route) => {
    reached.push(route.request().url());
    return route.abort();
  });
  await page.route("**/events**", (route) => {
    const events = hostile(host);
    return route.fulfill({ json: { events, from_ms: events[0].timestamp, to_ms: events.at(-1).timestamp, offset_ms: 0 } });
  });
  const [session] = (await world.api("/sessions?limit=1")).sessions;
  let dialogs = 0;
  page.on("dialog", (d) => (dialogs++, d.dismiss()));
  await page.goto(`/sessions/${encodeURIComponent(session.id)}`);
  await ready(page);
  assert.match(await recordedText(page), /shown as text/);
  await page.keyboard.press("Space");
  await page.locator(".player[data-state=ended]").waitFor();
  const state = await page.evaluate(() => {
    const frame = document.querySelector(".page iframe");
    frame.contentDocument.querySelector("#link")?.click();
    frame.contentDocument.querySelector("form")?.submit();
    return { pwned: globalThis.pwned ?? frame.contentWindow.pwned, sandbox: frame.getAttribute("sandbox"), path: location.pathname };
  });
  assert.deepEqual(state, { pwned: undefined, sandbox: "allow-same-origin", path: `/sessions/${encodeURIComponent(session.id)}` });
  assert.equal(dialogs, 0);
  assert.deepEqual(reached, [], "nothing reached the attacker's host");
  // A video that may not be loaded cannot be played either; the browser says so, and nothing else went wrong.
  const refused = /no supported sources|play\(\) request was interrupted/;
  assert.deepEqual(strangers.filter((s) => s.startsWith("error:") && !refused.test(s)), []);
  await close();
});

// A page of sixty thousand elements, one chain of them as deep as browsers nest: it may be slow to draw, but the viewer
// around it stays where it is and answers.
it("a recording of a huge page leaves the viewer working", async () => {
  const { page, strangers, close } = await world.page();
  const wide = 60_000, deep = 400;
  let id = 10;
  const node = (tagName, childNodes) => ({ type: 2, id: ++id, tagName, attributes: {}, childNodes });
  let chain = node("div", []);
  for (let i = 0; i < deep; i++) chain = node("div", [chain]);
  const body = node("body", [{ type: 3, id: ++id, textContent: "a huge page" }, chain, ...Array.from({ length: wide }, () => node("i", []))]);
  const t = 1790000000000;
  const events = [
    { type: 4, timestamp: t, data: { href: "https://shop.example/", width: 1280, height: 800 } },
    { type: 2, timestamp: t + 1, data: { node: { type: 0, id: 1, childNodes: [node("html", [node("head", []), body])] }, initialOffset: { top: 0, left: 0 } } },
    { type: 3, timestamp: t + 900, data: { source: 0, texts: [], attributes: [], adds: [], removes: Array.from({ length: 20_000 }, (_, i) => ({ parentId: body.id, id: body.childNodes[2 + i].id })) } },
    { type: 3, timestamp: t + 2500, data: { source: 1, positions: [{ x: 1, y: 1, id: 2, timeOffset: 0 }] } },
  ];
  await page.route("**/events**", (route) => route.fulfill({ json: { events, from_ms: t, to_ms: t + 2500, offset_ms: 0 } }));
  const [session] = (await world.api("/sessions?limit=1")).sessions;
  await page.goto(`/sessions/${encodeURIComponent(session.id)}`);
  await page.locator(".player[data-state=paused]").waitFor();
  assert.match(await page.locator(".page iframe").evaluate((f) => f.contentDocument.body.textContent), /a huge page/);
  await page.keyboard.press("k");
  await page.locator(".player[data-state=ended]").waitFor();
  await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Fix list" }).click();
  await page.locator("li.row").first().waitFor();
  assert.deepEqual(strangers, []);
  await close();
});
