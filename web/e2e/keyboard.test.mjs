// The PM, the designer and the CX reviewer with the keyboard alone: Tab, Enter, Space, arrows and letters that they type, no
// single-key shortcut and no mouse. At every stop the focus is seen and what has it has a name.
import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import { accessible, open, position, ready, recordedText, shot } from "./harness.mjs";

let world, issues;
before(async () => {
  world = await open();
  issues = await world.api("/issues?limit=50");
});
after(() => world.close());

// More stops than the longest page of a walk has; who needs more does not arrive by keyboard.
const mostStops = 150;

/** What has the focus: its name as a screen reader says it, whether it can be seen, and whether one sees that it has it. */
const focused = (page) => page.evaluate(() => {
  const e = document.activeElement;
  if (e === null || e === document.body) return null;
  const words = (s) => (s ?? "").replaceAll(/\s+/g, " ").replaceAll(" :", ":").trim();
  const by = (e.getAttribute("aria-labelledby") ?? "").split(" ").map((id) => document.getElementById(id)?.textContent ?? "").join(" ");
  const label = e.labels?.[0]?.cloneNode(true);
  label?.querySelectorAll("option, datalist").forEach((o) => o.remove());
  const name = words(e.getAttribute("aria-label")) || words(by) || words(label?.textContent) || words(e.innerText) || words(e.title);
  const lined = [e, e.closest(".row, .session-row"), e.nextElementSibling].some((x) => x !== null && getComputedStyle(x).outlineStyle !== "none" && parseFloat(getComputedStyle(x).outlineWidth) >= 2);
  const b = (e.matches("input[type=radio]") ? e.parentElement : e).getBoundingClientRect();
  const inView = b.width > 0 && b.height > 0 && b.bottom > 0 && b.right > 0 && b.top < innerHeight && b.left < innerWidth;
  return { name, role: e.getAttribute("role") ?? e.tagName.toLowerCase(), lined, inView };
});

/** Goes on with Tab until what has the focus is called `want`, and looks at every stop on the way. */
async function tabTo(page, want, { back = false } = {}) {
  const met = [];
  for (let i = 0; i < mostStops; i++) {
    await page.keyboard.press(back ? "Shift+Tab" : "Tab");
    const at = await focused(page);
    if (at === null) continue; // out of the page and in again
    met.push(`${at.role} “${at.name}”`);
    assert.ok(at.name !== "", `the ${at.role} after ${met.slice(-3).join(", ")} has no name`);
    assert.ok(at.inView, `${met.at(-1)} has the focus and cannot be seen`);
    assert.ok(at.lined, `${met.at(-1)} has the focus and does not look like it`);
    if (want.test(at.name)) return at;
  }
  assert.fail(`${want} is not reached by Tab; met ${met.slice(-20).join(", ")}`);
}

const exactly = (text) => new RegExp(`^${text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&").replaceAll(/\s+/g, " ").trim()}`);

for (const width of [1440, 390]) {
  it(`the PM finds the first issues, takes them along and gives one an owner, ${width}`, async () => {
    const { page, strangers, close } = await world.page({ width });
    const [first, second] = issues.issues;
    await page.goto("/");
    await page.locator("li.row").first().waitFor();
    await tabTo(page, exactly(`Choose ${first.title}`));
    await page.keyboard.press("Space");
    await tabTo(page, exactly(`Why here: ${first.title}`));
    await page.keyboard.press("Enter");
    await page.getByText("Fixing it is expected to give back").first().waitFor();
    await tabTo(page, exactly(`Choose ${second.title}`));
    await page.keyboard.press("Space");
    await page.getByRole("region", { name: "Chosen issues" }).waitFor();
    await shot(page, `keys-pm-list-${width}`, { fullPage: false });
    await tabTo(page, /^Copy for planning/);
    await tabTo(page, exactly(first.title), { back: true });
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: first.title }).waitFor();
    await ready(page);
    await tabTo(page, /^Owner/);
    const owner = `keys ${width} ${Math.floor(performance.now())}`;
    await page.keyboard.press("Control+A");
    await page.keyboard.type(owner);
    await tabTo(page, /^Save$/);
    await shot(page, `keys-pm-review-${width}`, { fullPage: false });
    await page.keyboard.press("Enter");
    await page.locator(".review").getByText("Saved", { exact: true }).waitFor();
    assert.equal((await world.api(`/issues/${encodeURIComponent(first.key)}`)).review.owner, owner);
    await accessible(page, "the issue after the walk");
    assert.deepEqual(strangers, []);
    await close();
  });

  it(`the designer watches the clips of an issue and goes to the whole session, ${width}`, async () => {
    const { page, strangers, close } = await world.page({ width });
    const [{ key, clips }] = issues.issues;
    await page.goto(`/issues/${encodeURIComponent(key)}`);
    await ready(page);
    await tabTo(page, /^Large player/);
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/clips\/\d+$/);
    await ready(page);
    await tabTo(page, /^(Play|Pause) \(space\)/);
    await page.keyboard.press("Enter");
    await page.keyboard.press("Enter");
    await tabTo(page, /^Position|timeline/i, { back: true });
    await page.keyboard.press("Home");
    const start = await position(page);
    await page.keyboard.press("ArrowRight");
    await page.waitForFunction((n) => Number(document.querySelector(".timeline")?.getAttribute("aria-valuenow")) > n, start);
    assert.ok((await recordedText(page)).trim().length > 0, "the frame shows the recorded page");
    await shot(page, `keys-designer-clip-${width}`, { fullPage: false });
    await tabTo(page, /^Next clip/);
    await page.keyboard.press("Enter");
    await page.waitForURL(`**/clips/${clips[1].index}`);
    await ready(page);
    await tabTo(page, /^Open the whole session/);
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/sessions\/[^?]+\?at=\d+$/);
    await ready(page);
    await shot(page, `keys-designer-session-${width}`, { fullPage: false });
    assert.deepEqual(strangers, []);
    await close();
  });

  it(`the CX reviewer judges an episode and takes the verdict back, ${width}`, async () => {
    const { page, strangers, close } = await world.page({ width });
    await page.goto("/");
    await page.locator("li.row").first().waitFor();
    await tabTo(page, /^Audit$/);
    await page.keyboard.press("Enter");
    await page.getByRole("group", { name: "Was this person in trouble?" }).waitFor();
    await ready(page);
    const before = await page.locator("#case-title").innerText();
    await tabTo(page, /^(Yes|Trouble|In trouble)/i);
    await shot(page, `keys-reviewer-audit-${width}`, { fullPage: false });
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Take back" }).and(page.locator(":enabled")).waitFor();
    assert.ok(before !== "", "the case says what it is about");
    await tabTo(page, /^Take back/);
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Take back" }).and(page.locator(":disabled")).waitFor();
    await accessible(page, "the audit after the walk");
    assert.deepEqual(strangers, []);
    await close();
  });
}
