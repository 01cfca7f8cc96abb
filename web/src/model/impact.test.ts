import { describe, expect, it } from "vitest";
import type { Impact, IssueRow } from "../api/wire";
import { firmness, laneName, position, reasons, segmentChips, sentence, sharedAxis } from "./impact";

const impact = (over: Partial<Impact>): Impact => ({
  goal: "purchase", per_week: 132, low: 90, high: 180, unit: "purchases per week", share: 0.1, share_low: 0.05, share_high: 0.2,
  naive_per_week: 200, exposed: 900, compared: 4310, e_value: 2.1, e_value_low: 1.6, method: "g-computation", possible: true, caveats: [], ...over,
});

describe("sharedAxis", () => {
  it("covers every interval with round ticks from zero", () => expect(sharedAxis([impact({}), impact({ per_week: 20, low: 4, high: 33 })])).toEqual({ min: 0, max: 180, ticks: [0, 50, 100, 150] }));
  it("goes below zero when an interval does", () => {
    const axis = sharedAxis([impact({ low: -40 })]);
    expect(axis.min).toBeLessThanOrEqual(-40);
    expect(axis.ticks).toContain(0);
  });
  it("is not squeezed by one hopeless interval", () => expect(sharedAxis([impact({}), impact({ per_week: 5, low: -900, high: 9000 })]).max).toBeLessThanOrEqual(400));
  it("ignores what cannot be estimated", () => expect(sharedAxis([impact({ possible: false, high: 1e9 })])).toEqual({ min: 0, max: 1, ticks: [0, 1] }));
  it("has an axis for nothing at all", () => expect(sharedAxis([]).max).toBe(1));
  it("works for small figures", () => expect(sharedAxis([impact({ per_week: 0.3, low: 0.1, high: 0.7 })]).ticks).toEqual([0, 0.2, 0.4, 0.6]));
});

it("clamps positions to the axis", () => {
  const axis = { min: -50, max: 150, ticks: [] };
  expect([-90, -50, 0, 150, 999].map((v) => position(axis, v))).toEqual([0, 0, 0.25, 1, 1]);
});

describe("sentence", () => {
  it("has the form of RANKING.md section 5", () =>
    expect(sentence(impact({}), "control", "en-GB")).toBe(
      "People who met this and would otherwise have reached “purchase”: about 132 a week (95 %: 90 to 180), compared with 4,310 sessions in which the same control worked.",
    ));
  it("says why there is no figure", () =>
    expect(sentence(impact({ possible: false, caveats: ["Fewer than 20 people met it."] }), "control")).toBe("“purchase”: cannot be estimated because fewer than 20 people met it."));
  it("never claims a cause", () => expect(sentence(impact({ goal: undefined, window: "D7" }), "form")).not.toMatch(/caus/i));
});

it("firmness follows the interval", () =>
  expect([impact({}), impact({ low: -1 }), impact({ low: -9, high: -1 }), impact({ possible: false })].map(firmness)).toEqual(["loss", "unclear", "gain", "impossible"]));

it("names lanes", () => {
  expect(laneName(impact({}))).toBe("purchases");
  expect(laneName(impact({ goal: undefined, window: "D7", unit: "returning users per week" }))).toBe("returning users (D7)");
  expect(laneName(impact({ goal: undefined, window: "D7", unit: "returning users (D7) per week" }))).toBe("returning users (D7)");
  expect(laneName(impact({ goal: undefined, window: "within 7 days", unit: "returning users (within 7 days) per week" }))).toBe("return within 7 days");
});

it("chips say only when it is only there", () => {
  const row = {
    sessions_affected: 40,
    segments: [
      { attribute: "app_version", value: "4.2.0", affected: 40, exposed: 50, rate_in: 0.8, rate_out: 0 },
      { attribute: "os", value: "Android", affected: 25, exposed: 60, rate_in: 0.4, rate_out: 0.2 },
      { attribute: "browser", value: "Firefox", affected: 2, exposed: 2, rate_in: 1, rate_out: 0.1 },
    ],
  } as unknown as IssueRow;
  expect(segmentChips(row).map((c) => c.text)).toEqual(["only version 4.2.0", "Android"]);
});

describe("reasons", () => {
  const row = { score: { value: 2.53, low: 0.6, high: 4.4, unit: "lost outcomes per week" }, stopped: { value: 0.2, low: -0.02, high: 0.29, unit: "share of those who met it" }, top3: 0.41, top10: 0.99 };
  it("say what the order goes by, what it leans on, and how sure the place is", () =>
    expect(reasons(row, "en-GB")).toEqual([
      "Fixing it is expected to give back 2.5 lost outcomes a week (95 %: 0.6 to 4.4): its estimates, pulled towards what all issues have in common by as much as they are uncertain. The order goes by that.",
      "Of those who meet it 20% (95 %: 0% to 29%) go no further because of it. Where few outcomes are known, the order leans on that.",
      "Its chance to belong to the first three is 41%, to the first ten 99%.",
    ]));
  it("say that a place is assumed, and nothing of what is not known", () =>
    expect(reasons({ ...row, stopped: null, floor: "it runs into errors" }, "en-GB").slice(0, 2)).toEqual(["Its place is assumed: it runs into errors.", "Its chance to belong to the first three is 41%, to the first ten 99%."]));
});
