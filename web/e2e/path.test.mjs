// The PM's path: list → issue → clip, at two widths and in two themes.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { accessible, fits, open, position, ready, recordedText, shot } from "./harness.mjs";

let world, issues;
before(async () => {
  world = await open();
  issues = await world.api("/issues?limit=50");
});
after(() => world.close());

for (const width of [1440, 390]) for (const scheme of ["light", "dark"]) {
  const name = `${width}-${scheme}`;
  it(`walks from the list to a playing clip, ${name}`, async () => {
    const { page, strangers, close } = await world.page({ width, scheme });
    await page.goto("/");
    await page.locator("li.row").first().waitFor();
    await page.waitForFunction((n) => document.querySelectorAll("li.row").length === n, issues.issues.length);
    assert.equal(await page.locator("li.row a.title").first().innerText(), issues.issues[0].title);
    await shot(page, `list-${name}`);
    await accessible(page, "the list");
    await fits(page, "the list");

    await page.locator("li.row .reasons summary").first().click();
    await page.getByText("Fixing it is expected to give back").first().waitFor();
    await page.getByText("go no further because of it").first().waitFor();
    await fits(page, "the list with reasons");
    await shot(page, `reasons-${name}`);

    await page.locator("li.row a.title").first().click();
    await page.getByRole("heading", { level: 1, name: issues.issues[0].title }).waitFor();
    await ready(page);
    assert.equal(await page.locator(".player").getAttribute("data-state"), "paused");
    assert.ok((await recordedText(page)).trim().length > 0, "the frame shows the recorded page");
    assert.equal(await page.locator(".page iframe").getAttribute("sandbox"), "allow-same-origin");
    await shot(page, `issue-${name}`);
    await accessible(page, "the issue");
    await fits(page, "the issue");

    await page.getByRole("link", { name: "Large player" }).click();
    await page.waitForURL(/\/clips\/\d+$/);
    await page.locator(".player[data-state=playing], .player[data-state=ended]").waitFor();
    await page.waitForFunction(() => Number(document.querySelector(".timeline")?.getAttribute("aria-valuenow")) >= 2);
    assert.ok(await page.locator(".mark").count() > 0, "the timeline shows what was found");
    const clip = await world.api(`/issues/${encodeURIComponent(issues.issues[0].key)}/clips/${issues.issues[0].clips[0].index}`);
    const placed = clip.signals.find((s) => s.verdict === "friction" && s.x >= 0);
    assert.ok(placed !== undefined, "the first clip shows friction at a known place");
    await page.keyboard.press("Home");
    await page.keyboard.press("]");
    await page.locator(".ring.friction b").first().waitFor();
    await page.keyboard.press("l");
    await shot(page, `clip-${name}`);
    await accessible(page, "the clip");
    await fits(page, "the clip");
    assert.deepEqual(strangers, []);
    await close();
  });

  it(`shows sessions, a whole session and the run, ${name}`, async () => {
    const { page, strangers, close } = await world.page({ width, scheme });
    await page.goto("/sessions");
    await page.locator(".session-row").first().waitFor();
    await shot(page, `sessions-${name}`);
    await accessible(page, "the sessions");
    await fits(page, "the sessions");
    await page.locator(".session-row a.title").first().click();
    await ready(page);
    assert.ok((await recordedText(page)).trim().length > 0);
    await shot(page, `session-${name}`);
    await accessible(page, "the session");
    await fits(page, "the session");
    await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Run" }).click();
    await page.getByRole("heading", { name: "How the figures are computed" }).waitFor();
    await shot(page, `run-${name}`);
    await accessible(page, "the run");
    await fits(page, "the run");
    assert.deepEqual(strangers, []);
    await close();
  });
}

describe("keyboard", () => {
  it("walks the list, opens, goes back, searches and helps", async () => {
    const { page, close } = await world.page();
    await page.goto("/");
    await page.locator("li.row").first().waitFor();
    for (const key of ["j", "j", "k", "j"]) await page.keyboard.press(key);
    assert.equal(await page.locator("li.row.current .title").innerText(), issues.issues[1].title);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: issues.issues[1].title }).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("heading", { level: 1, name: "What to fix first" }).waitFor();
    await page.keyboard.press("/");
    const word = issues.issues[0].screen;
    await page.keyboard.type(word);
    await page.waitForURL((u) => u.searchParams.get("q") === word);
    const want = await world.api(`/issues?limit=50&q=${encodeURIComponent(word)}`);
    await page.waitForFunction((n) => document.querySelectorAll("li.row").length === n && document.querySelector(".stale") === null, want.issues.length);
    await page.keyboard.press("Escape");
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keyboard" }).waitFor();
    await accessible(page, "the help");
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "hidden" });
    await close();
  });

  it("can be switched off", async () => {
    const { page, close } = await world.page();
    await page.goto("/");
    await page.locator("li.row").first().waitFor();
    await page.keyboard.press("?");
    await page.getByLabel("Use these single keys").uncheck();
    await page.getByRole("button", { name: "Close" }).click();
    await page.keyboard.press("j");
    assert.equal(await page.locator("li.row.current").count(), 0);
    await close();
  });

  it("works the player: next clip without a reload, speed, skip, share to the second", async () => {
    const { page, close } = await world.page();
    const { key, clips } = issues.issues[0];
    await page.goto(`/issues/${encodeURIComponent(key)}/clips/${clips[0].index}`);
    await ready(page);
    await page.evaluate(() => { globalThis.sameDocument = true; });
    await page.keyboard.press("n");
    await page.waitForURL(`**/clips/${clips[1].index}`);
    await ready(page);
    assert.equal(await page.evaluate(() => globalThis.sameDocument), true);
    await page.keyboard.press("8");
    assert.equal(await page.locator(".speed select").inputValue(), "8");
    await page.keyboard.press("s");
    assert.equal(await page.getByRole("button", { name: "Skip idle time (s)" }).getAttribute("aria-pressed"), "false");
    await page.locator(".player[data-state=ended]").waitFor();
    await page.keyboard.press("ArrowLeft");
    await page.locator(".player[data-state=paused]").waitFor();
    await page.goto(`/issues/${encodeURIComponent(key)}/clips/${clips[0].index}?t=4`);
    await page.locator(".player[data-state=paused]").waitFor();
    assert.equal(await position(page), 4);
    await page.getByRole("link", { name: "Open the whole session" }).click();
    await page.waitForURL(/\/sessions\/[^?]+\?at=\d+$/);
    await ready(page);
    await close();
  });
});

it("plays under a thumb: touch starts, stops and seeks, and a clip loops", async () => {
  const { page, strangers, close } = await world.page({ width: 390 });
  const { key, clips } = issues.issues[0];
  await page.goto(`/issues/${encodeURIComponent(key)}/clips/${clips[0].index}?t=1`);
  await ready(page);
  const targets = await page.locator(".controls button:visible, .controls a:visible, .controls select:visible").evaluateAll((all) => all.map((e) => [e.getAttribute("aria-label") ?? e.tagName, e.getBoundingClientRect()]).filter(([, b]) => b.width < 24 || b.height < 24).map(([name]) => name));
  assert.deepEqual(targets, [], "every control is at least 24 px wide and high");
  await page.locator(".frame").tap({ position: { x: 30, y: 30 } });
  await page.locator(".player[data-state=playing]").waitFor();
  await page.locator(".frame").tap({ position: { x: 30, y: 30 } });
  await page.locator(".player[data-state=paused]").waitFor();
  const box = await page.locator(".timeline").boundingBox();
  await page.locator(".timeline").tap({ position: { x: box.width / 2, y: box.height / 2 } });
  const whole = Number(await page.locator(".timeline").getAttribute("aria-valuemax"));
  assert.ok(Math.abs((await position(page)) - whole / 2) <= 1, "a tap in the middle of the timeline seeks there");
  await page.keyboard.press("l");
  await page.keyboard.press("End");
  await page.keyboard.press("ArrowLeft");
  const near = await position(page);
  await page.keyboard.press("k");
  await page.waitForFunction((n) => Number(document.querySelector(".timeline")?.getAttribute("aria-valuenow")) < n - 1, near);
  assert.equal(await page.locator(".player").getAttribute("data-state"), "playing", "it goes on from the start");
  await fits(page, "a clip under a thumb");
  assert.deepEqual(strangers, []);
  await close();
});

it("keeps pace with a day: one playhead moves, whatever lies on the timeline", async () => {
  const { page, close } = await world.page();
  const [session] = (await world.api("/sessions?limit=1")).sessions;
  const dayMS = 86400000;
  await page.route("**/events**", async (route) => {
    const { events } = await (await route.fetch()).json();
    const start = events[0].timestamp;
    const move = (i) => ({ type: 3, timestamp: start + 3000 + i * 10000, data: { source: 1, positions: [{ x: i % 300, y: 50, id: 1, timeOffset: 0 }] } });
    const log = Array.from({ length: 2000 }, (_, i) => ({ at_ms: start + i * 40000, level: "error", text: `line ${i}`, failed: true }));
    await route.fulfill({ json: { events: [...events.filter((e) => e.timestamp < start + 3000), ...Array.from({ length: 8600 }, (_, i) => move(i))], from_ms: start, to_ms: start + dayMS, offset_ms: 0, logged: { console: true, network: true }, log, log_left: 3 } });
  });
  await page.route(`**/api/v1/sessions/${encodeURIComponent(session.id)}`, async (route) => {
    const s = await (await route.fetch()).json();
    const start = Date.parse(s.start);
    const [visit] = s.visits;
    await route.fulfill({ json: { ...s, duration_ms: dayMS, visits: Array.from({ length: 3000 }, (_, i) => ({ ...visit, at_ms: start + i * 28000, until_ms: start + (i + 1) * 28000 })) } });
  });
  await page.goto(`/sessions/${encodeURIComponent(session.id)}`);
  await ready(page);
  const drawn = await page.locator(".timeline *").count();
  assert.ok(drawn < 100, `${drawn} elements draw the timeline of a day`);
  await page.locator(".timeline").focus();
  await page.keyboard.press("End");
  await page.locator(".player[data-state=paused]").waitFor();
  await page.keyboard.press("PageDown");
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("s");
  // What changes in the page while it plays: the playhead, the clock and the list, but neither the path nor the marks.
  await page.evaluate(() => {
    globalThis.drawnAnew = 0;
    const count = (records) => { globalThis.drawnAnew += records.length; };
    for (const of of [".visits", ".journey-strip", ".marks", ".track .idle", ".log-lane"]) for (const e of document.querySelectorAll(of)) new MutationObserver(count).observe(e, { subtree: true, childList: true, attributes: true });
  });
  const before = await position(page);
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("k");
  await page.waitForFunction((n) => Number(document.querySelector(".timeline")?.getAttribute("aria-valuenow")) >= n, before);
  assert.ok((await page.evaluate(() => globalThis.drawnAnew)) <= 8, "only the visit that is entered and the one that is left are drawn anew");
  await page.getByText("Console and network").click();
  const rows = page.getByRole("listbox", { name: "Console and network" }).getByRole("option");
  await rows.first().waitFor();
  assert.ok((await rows.count()) < 60, "a long list draws what is in view");
  await shot(page, "day");
  await close();
});

it("filters sessions by a facet and keeps the filter in the address", async () => {
  const { page, close } = await world.page();
  const all = await world.api("/sessions?limit=1");
  const [value] = all.facets.device;
  await page.goto("/sessions");
  await page.locator(".facet", { hasText: "Device" }).getByRole("button", { name: value.value }).click();
  await page.waitForURL((u) => u.searchParams.get("device") === value.value);
  await page.getByRole("status").filter({ hasText: new RegExp(`^${value.count} session`) }).waitFor();
  await page.reload();
  await page.getByRole("button", { name: `Remove filter device: ${value.value}` }).click();
  await page.waitForURL((u) => !u.searchParams.has("device"));
  // Those who reached a goal, on one day.
  const [goal] = all.facets.goal;
  await page.locator(".facet", { hasText: "Goal reached" }).getByRole("button", { name: goal.value }).click();
  await page.getByRole("status").filter({ hasText: new RegExp(`^${goal.count} session`) }).waitFor();
  const { sessions: [one] } = await world.api(`/sessions?limit=1&goal=${encodeURIComponent(goal.value)}`);
  const day = one.start.slice(0, 10);
  await page.getByLabel("from", { exact: true }).fill(day);
  await page.getByLabel("to", { exact: true }).fill(day);
  await page.waitForURL((u) => u.searchParams.get("from") === day && u.searchParams.get("to") === day);
  const then = await world.api(`/sessions?goal=${encodeURIComponent(goal.value)}&from=${day}T00:00:00Z&to=${day}T23:59:59.999Z`);
  assert.ok(then.total > 0 && then.total < goal.count, "a day is some of all");
  await page.getByRole("status").filter({ hasText: new RegExp(`^${then.total} session`) }).waitFor();
  await accessible(page, "the filtered sessions");
  await close();
});

it("keeps a review, and shows both sides of a conflict", async () => {
  const { page, close } = await world.page();
  const { key } = issues.issues.at(-1);
  await page.goto(`/issues/${encodeURIComponent(key)}`);
  const note = page.getByLabel("Note");
  const mine = `seen with support, ${Date.now()}`;
  await note.fill(mine);
  await page.getByRole("radio", { name: "Confirmed" }).check();
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByText("Saved", { exact: true }).waitFor();
  // Somebody else is faster.
  const { review } = await world.api(`/issues/${encodeURIComponent(key)}`);
  assert.equal(review.note, mine);
  await page.evaluate(([path, rev]) => fetch(path, { method: "PATCH", headers: { "content-type": "application/json" }, body: JSON.stringify({ note: "theirs", rev }) }), [`/api/v1/issues/${encodeURIComponent(key)}/review`, review.rev]);
  await note.fill("mine again");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByText("Somebody changed this meanwhile").waitFor();
  assert.equal(await note.inputValue(), "mine again");
  await accessible(page, "the conflict");
  await page.getByRole("button", { name: "Save mine over it" }).click();
  await page.getByText("Saved", { exact: true }).waitFor();
  assert.equal((await world.api(`/issues/${encodeURIComponent(key)}`)).review.note, "mine again");
  await close();
});

it("draws what people press over a picture of the screen", async () => {
  const { page, strangers, close } = await world.page();
  const { screens } = await world.api("/screens");
  await page.goto("/screens");
  await page.locator("a.title").first().waitFor();
  assert.equal(await page.locator("tbody tr").count(), screens.length);
  await accessible(page, "the screens");
  await page.locator("a.title").first().click();
  await page.locator(".picture .tap").first().waitFor();
  const map = await world.api(`/screens/map?screen=${encodeURIComponent(screens[0].screen)}`);
  assert.equal(await page.locator(".picture circle").count(), map.layouts[0].presses.length);
  assert.equal(await page.locator(".picture iframe").getAttribute("sandbox"), "allow-same-origin");
  assert.ok((await page.evaluate(() => document.querySelector(".picture iframe")?.contentDocument?.body?.innerText ?? "")).trim().length > 0, "the picture shows the recorded page");
  const [layout] = map.layouts;
  // The picture grows to its page once that is laid out, and the ruler with it: both are read at one moment, until they agree.
  await page.waitForFunction(
    (depth) => {
      const frame = document.querySelector(".picture iframe");
      const high = frame.getBoundingClientRect().height / (frame.getBoundingClientRect().width / frame.offsetWidth);
      return document.querySelectorAll(".ruler i").length === depth.filter((d) => d.y > 0 && d.y <= high + 1).length;
    },
    layout.depth,
  );
  if (layout.depth.length > 0) {
    await page.getByText("How far people scroll").click();
    assert.equal(await page.locator("details table tbody tr").count(), layout.depth.length);
  }
  await page.locator(".control-name").first().click();
  await page.locator(".picture-box").first().waitFor({ state: "attached" });
  await accessible(page, "a screen");
  await shot(page, "screen");
  assert.deepEqual(strangers, []);
  await close();
});

it("shows how far people come, and when they come back with an issue and without", async () => {
  const { page, strangers, close } = await world.page();
  const { funnels } = await world.api("/funnels");
  await page.goto("/goals");
  await page.getByRole("region", { name: `Goal ${funnels[0].goal}` }).waitFor();
  const last = funnels[0].steps.at(-1);
  await page.locator(".steps > li").last().locator(".step-head .num", { hasText: String(last.through.some) }).waitFor();
  await page.getByLabel("Compare those who met").selectOption(issues.issues[0].key);
  await page.waitForURL((u) => u.searchParams.get("issue") === issues.issues[0].key);
  await page.getByText("their tries all worked").first().waitFor();
  assert.equal(await page.locator(".curve .line").count(), 2);
  await accessible(page, "the goals");
  await shot(page, "goals");
  assert.deepEqual(strangers, []);
  await close();
});

it("asks what if, keeps the question in the address, and goes back", async () => {
  const { page, strangers, close } = await world.page();
  await page.goto("/");
  await page.getByText("What if …").click();
  const slider = page.getByRole("slider");
  await slider.focus();
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("ArrowLeft");
  await page.waitForURL((u) => u.searchParams.get("return") === "0.2");
  await page.getByText("It is kept nowhere").waitFor();
  const answer = await page.evaluate(() => fetch("/api/v1/what-if", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ weights: { return: 0.2 } }) }).then((r) => r.json()));
  assert.equal(await page.locator("li.row a.title").first().innerText(), answer.issues[0].title);
  await accessible(page, "what if");
  await shot(page, "what-if");
  await page.reload();
  await page.getByText("It is kept nowhere").waitFor();
  await page.getByRole("button", { name: "Back to the run’s list" }).click();
  await page.waitForFunction((title) => document.querySelector("li.row a.title")?.textContent === title, issues.issues[0].title);
  assert.deepEqual(strangers, []);
  await close();
});

it("takes chosen issues and tickets along", async () => {
  const { page, close } = await world.page();
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.goto("/");
  await page.locator("li.row").first().waitFor();
  for (const key of ["j", "x", "j", "x", "k", "x"]) await page.keyboard.press(key);
  await page.getByText("1 issue chosen").waitFor();
  await accessible(page, "a choice");
  await page.getByRole("button", { name: "Copy for planning" }).click();
  await page.getByText("Copied as Markdown").waitFor();
  const plan = await page.evaluate(() => navigator.clipboard.readText());
  assert.ok(plan.includes(issues.issues[1].key) && !plan.includes(issues.issues[0].key), "only what was chosen");
  const file = page.waitForEvent("download");
  await page.getByRole("region", { name: "Chosen issues" }).getByRole("link", { name: "CSV" }).click();
  await (await file).path();
  await page.goto(`/issues/${encodeURIComponent(issues.issues[0].key)}`);
  await page.getByRole("button", { name: "Jira" }).click();
  await page.getByText("Copied for Jira").waitFor();
  assert.ok((await page.evaluate(() => navigator.clipboard.readText())).includes(`${world.url}/issues/`), "the ticket links here");
  await close();
});

it("judges episodes with one key each, takes one back, and measures", async () => {
  const { page, strangers, close } = await world.page();
  const before = await world.api("/audit?size=20&seed=1");
  await page.goto("/audit");
  await ready(page);
  assert.ok((await recordedText(page)).trim().length > 0, "the episode is shown");
  await page.getByRole("heading", { name: "Case 1 of" }).waitFor();
  for (const [key, next] of [["y", 2], ["n", 3], ["u", 4], ["z", 3], ["y", 4]]) {
    await page.keyboard.press(key);
    await page.getByRole("heading", { name: new RegExp(`^Case ${next} of`) }).waitFor();
  }
  await page.getByText(`${before.judged + 3} episodes of`).waitFor();
  const [first, second, third] = before.cases;
  const { verdicts } = await world.api("/audit/verdicts");
  const said = (c) => verdicts.find((v) => v.session === c.session && v.pattern === c.pattern && v.offset_ms === c.offset_ms)?.verdict;
  assert.deepEqual([first, second, third].map(said), ["friction", "intended", "friction"]);
  await page.waitForFunction(() => /\d of [\d,]+ judged/.test(document.querySelector(".audit tbody tr:last-child")?.textContent ?? ""));
  await accessible(page, "the audit");
  await shot(page, "audit");
  // Somebody else judges the case that is open.
  const { session, pattern, offset_ms, rev } = before.cases[3];
  await page.evaluate((body) => fetch("/api/v1/audit/verdicts", { method: "PUT", headers: { "content-type": "application/json" }, body: JSON.stringify(body) }), { session, pattern, offset_ms, verdict: "unclear", rev });
  await page.keyboard.press("y");
  await page.getByText("Somebody else judged this episode meanwhile").waitFor();
  assert.deepEqual(strangers, []);
  await close();
});

it("marks an issue as fixed, says what came of it, and sorts by effort", async () => {
  const { page, close } = await world.page();
  const { key } = issues.issues.at(-2);
  await page.goto(`/issues/${encodeURIComponent(key)}`);
  await page.getByRole("radio", { name: "Fixed" }).check();
  await page.getByLabel("Fixed in version").fill("3.2.1");
  await page.getByLabel("Effort to fix it").fill("0.001");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByText("Saved", { exact: true }).waitFor();
  const { fixes } = await world.api("/fixes");
  await page.getByText(fixes.find((f) => f.issue === key).sentence).first().waitFor();
  await accessible(page, "a fixed issue");
  await shot(page, "fixed");
  await page.goto("/?order=effort");
  await page.locator("li.row").first().waitFor();
  const want = await world.api("/issues?order=effort&limit=1");
  await page.waitForFunction((title) => document.querySelector("li.row a.title")?.textContent === title, want.issues[0].title);
  await close();
});

it("shows a clip beside the one in which it worked", async () => {
  const { page, strangers, close } = await world.page();
  const issue = issues.issues.find((i) => i.clips.some((c) => c.contrast) && i.clips.some((c) => !c.contrast));
  await page.goto(`/issues/${encodeURIComponent(issue.key)}/clips/${issue.clips.find((c) => !c.contrast).index}`);
  await ready(page);
  await page.getByLabel("Beside where it worked").check();
  await page.waitForURL(/[?]beside$/);
  await page.waitForFunction(() => document.querySelectorAll(".player:not([data-state=loading])").length === 2);
  assert.equal(await page.getByRole("region", { name: /For comparison/ }).count(), 1);
  await accessible(page, "two clips");
  await shot(page, "beside");
  assert.deepEqual(strangers, []);
  await close();
});

it("shows what console and network said, and follows the playhead", async () => {
  const { page, strangers, close } = await world.page();
  const { sessions } = await world.api("/sessions?limit=50");
  const logs = new Map();
  for (const s of sessions) {
    const slice = await world.api(`/sessions/${encodeURIComponent(s.id)}/events`);
    if (slice.events !== undefined) logs.set(s.id, slice);
    if ([...logs.values()].some((l) => l.log.some((x) => x.failed)) && logs.size > 1) break;
  }
  const [id, slice] = [...logs].find(([, l]) => l.log.some((x) => x.failed));
  await page.goto(`/sessions/${encodeURIComponent(id)}`);
  await ready(page);
  assert.ok((await page.locator(".log-lane .failed").getAttribute("d")).length > 0, "failures are marked in the timeline");
  await page.getByText("Console and network").click();
  const list = page.getByRole("listbox", { name: "Console and network" });
  await list.getByRole("option").first().waitFor();
  assert.equal(Number(await list.getByRole("option").first().getAttribute("aria-setsize")), slice.log.length);
  await page.locator(".log select").selectOption("failed");
  const failed = slice.log.filter((l) => l.failed);
  await page.waitForFunction((n) => document.querySelector("[role=option]")?.getAttribute("aria-setsize") === String(n), failed.length);
  await list.focus();
  await page.keyboard.press("Home");
  await page.keyboard.press("Enter");
  const first = Math.round((failed[0].at_ms - slice.events[0].timestamp) / 1000);
  await page.waitForFunction((n) => Math.abs(Number(document.querySelector(".timeline")?.getAttribute("aria-valuenow")) - n) <= 1, Math.max(0, first));
  assert.equal(await list.locator('[aria-selected="true"]').count(), 1, "the line at the playhead is marked");
  await accessible(page, "a log");
  await shot(page, "log");
  assert.deepEqual(strangers, []);
  await close();
});

it("says so where a recording holds neither console nor network", async () => {
  const { page, close } = await world.page({ width: 390 });
  await page.route("**/events**", async (route) => {
    const slice = await (await route.fetch()).json();
    await route.fulfill({ json: { ...slice, logged: { console: false, network: false }, log: [] } });
  });
  await page.goto(`/issues/${encodeURIComponent(issues.issues[0].key)}`);
  await ready(page);
  await page.getByText("Neither console output nor network requests were recorded.").waitFor();
  assert.equal(await page.locator(".log-lane").count(), 0);
  await fits(page, "a clip without a log");
  await page.unrouteAll({ behavior: "wait" }); // the next clip is being fetched
  await close();
});

it("walks a list of thousands, which is as long on paper as it is", async () => {
  const { page, strangers, close } = await world.page();
  const many = Array.from({ length: 1300 }, (_, i) => ({ ...issues.issues[i % issues.issues.length], key: `iss-${i}`, rank: i + 1, title: `Problem ${i + 1}` }));
  await page.route(/\/api\/v1\/issues\?/, (route) => {
    const ask = new URL(route.request().url()).searchParams;
    const from = Number(ask.get("cursor") ?? 0);
    const to = Math.min(many.length, from + Number(ask.get("limit")));
    return route.fulfill({ json: { total: many.length, issues: many.slice(from, to), ...(to < many.length ? { next_cursor: String(to) } : {}) } });
  });
  const current = () => page.locator("li.row.current").getAttribute("aria-posinset").then(Number);
  const inView = () => page.waitForFunction(() => {
    const place = document.querySelector("li.row.current")?.getBoundingClientRect();
    return place !== undefined && place.top > 0 && place.bottom < innerHeight;
  });
  await page.goto("/");
  await page.locator("li.row").nth(49).waitFor();
  for (let i = 0; i < 60; i++) await page.keyboard.press("j"); // beyond the first page, while the next one comes
  await page.waitForFunction(() => document.querySelectorAll("li.row").length > 0 && document.querySelectorAll("li.space").length > 0);
  assert.ok(await current() >= 50, "the walk began anew when more rows came");
  const before = await current();
  await page.keyboard.press("j");
  assert.equal(await current(), before + 1);
  assert.ok(await page.locator("li.row.current").evaluate((e) => e.contains(document.activeElement)), "the row of the walk has the focus");
  assert.equal(await page.locator("li.row.current").getAttribute("aria-setsize"), "1300");
  for (const n of [550, 1050, 1300]) {
    await page.waitForFunction((n) => {
      scrollTo(0, document.documentElement.scrollHeight);
      return [...document.querySelectorAll("li.row")].at(-1)?.getAttribute("aria-posinset") === String(n);
    }, n);
  }
  assert.ok(await page.locator("li.row").count() < 60, "rows out of sight are in the document");
  assert.equal(await current(), before + 1);
  await accessible(page, "a long list");
  await page.keyboard.press("k"); // goes on where it stood, however far somebody scrolled
  assert.equal(await current(), before);
  await inView();
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/issues\//);
  await page.keyboard.press("Escape"); // back to where it was left
  await inView();
  assert.equal(await current(), before);
  const onPaper = () => page.evaluate(() => {
    dispatchEvent(new Event("beforeprint"));
    const rows = [...document.querySelectorAll("li.row")].map((e) => Number(e.getAttribute("aria-posinset")));
    dispatchEvent(new Event("afterprint"));
    return rows;
  });
  assert.equal((await onPaper()).length, 1300);
  await page.keyboard.press("x");
  await page.keyboard.press("j");
  await page.keyboard.press("x");
  assert.deepEqual(await onPaper(), [before, before + 1]);
  assert.deepEqual(strangers, []);
  await close();
});

it("asks once for what its first page shows, together with the script", async () => {
  const { page, close } = await world.page();
  const asked = [];
  const warnings = [];
  page.on("request", (r) => r.url().includes("/api/") && asked.push(r.url().slice(world.url.length)));
  page.on("console", (m) => m.type() === "warning" && warnings.push(m.text()));
  await page.goto("/");
  await page.locator("li.row").first().waitFor();
  assert.deepEqual(asked.sort(), ["/api/v1/access", "/api/v1/issues?limit=50", "/api/v1/report"]);
  const began = await page.evaluate(() => performance.getEntriesByType("resource").map((e) => ({ api: e.name.includes("/api/"), script: /assets\/index.*js$/.test(e.name), start: e.startTime, end: e.responseEnd })));
  const script = began.find((e) => e.script);
  for (const e of began.filter((e) => e.api)) assert.ok(e.start < script.end, "a request waited for the script");
  await page.waitForLoadState("networkidle");
  assert.deepEqual(asked.length, 3, "the page asked again");
  assert.deepEqual(warnings, []);
  // Who stays at a row is about to open it: its clip is on its way before they do.
  const clip = page.waitForRequest(/\/events\?/);
  await page.locator("li.row a.title").first().hover();
  await clip;
  assert.equal(new URL(page.url()).pathname, "/");
  await close();
});

it("draws its first picture with the list, unless the list is late", async () => {
  const { page, close } = await world.page();
  await page.addInitScript(() => {
    globalThis.setTimeout = () => 0; // nothing is ever late
    globalThis.waits = 0;
    new MutationObserver(() => { globalThis.waits += document.querySelectorAll(".spinner").length; }).observe(document, { childList: true, subtree: true });
  });
  await page.goto("/");
  await page.locator("li.row").first().waitFor();
  assert.equal(await page.evaluate(() => globalThis.waits), 0, "the page said that it waits for what it had");
  await close();

  const slow = await world.page();
  let release;
  const held = new Promise((go) => { release = go; });
  await slow.page.route("**/api/v1/issues?*", (r) => held.then(() => r.continue()));
  await slow.page.goto("/", { waitUntil: "commit" });
  await slow.page.getByText("Loading the issues").waitFor();
  release();
  await slow.page.locator("li.row").first().waitFor();
  await slow.close();
});

it("says where on the way to a goal an issue sits, and prints without controls", async () => {
  const { page, close } = await world.page({ scheme: "dark" });
  const { funnels } = await world.api("/funnels");
  const [{ key, step }] = funnels[0].issues;
  const { funnel } = await world.api(`/issues/${encodeURIComponent(key)}`);
  const place = funnel.find((p) => p.goal === funnels[0].goal && p.step === step);
  await page.goto(`/issues/${encodeURIComponent(key)}`);
  const way = page.getByRole("region", { name: "Where on the way" });
  await way.getByText(`Before “${place.name}”, step ${place.step + 1} of ${place.steps} to ${place.goal}`, { exact: false }).waitFor();
  assert.equal(await way.locator("dd").count(), 2 * funnel.length, "with it and without");
  await accessible(page, "the way");
  for (const [path, name] of [[`/issues/${encodeURIComponent(key)}`, "issue"], ["/", "list"]]) {
    await page.goto(path);
    await page.locator("h1").waitFor();
    await page.waitForFunction(() => document.querySelector(".spinner") === null);
    await page.emulateMedia({ media: "print" });
    await page.setViewportSize({ width: 703, height: 1016 }); // A4 between its margins
    assert.equal(await page.locator("button:visible, select:visible, input:visible, iframe:visible, nav:visible").count(), 0, `${name}: nothing to press on paper`);
    assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), "rgb(255, 255, 255)");
    await fits(page, `the printed ${name}`);
    await shot(page, `print-${name}`);
    assert.ok((await page.pdf({ format: "A4" })).length > 1000);
    await page.emulateMedia({ media: "screen" });
    await page.setViewportSize({ width: 1440, height: 900 });
  }
  await close();
});

it("fits every width", async () => {
  const { page, close } = await world.page();
  const { key } = issues.issues[0];
  const { screens } = await world.api("/screens");
  for (const path of ["/", `/issues/${encodeURIComponent(key)}`, "/sessions", "/screens", `/screens?screen=${encodeURIComponent(screens[0].screen)}`, "/goals", "/audit", "/run"]) {
    await page.goto(path);
    await page.locator("h1").waitFor();
    await page.waitForFunction(() => document.querySelector(".spinner") === null);
    for (const width of [390, 600, 768, 1024, 1440, 1920, 2560]) {
      await page.setViewportSize({ width, height: 900 });
      await fits(page, `${path} at ${width} px`);
      if (width === 768 || width === 2560) await shot(page, `fit-${width}-${path.split(/[/=]/)[1] || "list"}`);
    }
  }
  await close();
});
