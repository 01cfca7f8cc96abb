import { describe, expect, it } from "vitest";
import * as f from "./format";

describe("quantity", () => {
  const cases: [number, string][] = [
    [0, "0"], [-0.001, "0"], [0.04, "0.04"], [0.26, "0.3"], [2, "2"], [9.96, "10"], [12.4, "12"], [4310.2, "4,310"], [-7.25, "\u22127.3"],
  ];
  for (const [n, want] of cases) it(`${n} → ${want}`, () => expect(f.quantity(n, "en-GB")).toBe(want));
  it("follows the reader's locale", () => expect(f.quantity(4310.2, "de-DE")).toBe("4.310"));
});

describe("estimate", () => {
  const cases: [number, string][] = [[0, "0"], [0.04, "0.04"], [1, "1.0"], [-0.097, "\u22120.1"], [9.96, "10"], [-3.02, "\u22123.0"], [3.24, "3.2"], [12, "12"]];
  for (const [n, want] of cases) it(`${n} → ${want}`, () => expect(f.estimate(n, "en-GB")).toBe(want));
  it("in an interval", () => expect(f.interval(-0.9, 3, "en-GB")).toBe("\u22120.9 to 3.0"));
});

describe("share", () => {
  const cases: [number, string][] = [[0, "0%"], [0.0002, "< 0.1%"], [0.034, "3.4%"], [0.182, "18%"], [0.998, "> 99%"], [1, "100%"], [Number.NaN, "–"]];
  for (const [n, want] of cases) it(`${n} → ${want}`, () => expect(f.share(n, "en-GB")).toBe(want));
  it("has no whole", () => expect(f.ratio(1, 0, "en-GB")).toBe("–"));
});

it("writes a figure with its interval", () => {
  expect(f.figure({ value: 132.4, low: 90.2, high: 180, unit: "purchases per week" }, "en-GB")).toBe("132 purchases a week (95 %: 90 to 180)");
});

it("drops the week from a unit, and nothing else", () => {
  expect(f.unitName("purchases per week")).toBe("purchases");
  expect(f.unitName("returning users/week")).toBe("returning users");
  expect(f.unitName("weekly plans")).toBe("weekly plans");
});

describe("times", () => {
  it("clock", () => expect([-5, 0, 65_000, 3_665_900].map(f.clock)).toEqual(["0:00", "0:00", "1:05", "1:01:05"]));
  it("duration", () => expect([0, 38_400, 240_000, 7_500_000, 7_200_000, 260_000_000].map(f.duration)).toEqual(["0 s", "38 s", "4 min", "2 h 5 min", "2 h", "3 days"]));
  it("latency", () => expect([null, 0, 32.5, 243, 996, 2_880, 12_400].map((ms) => f.latency(ms, "en-GB"))).toEqual(["–", "0 ms", "33 ms", "240 ms", "1 s", "2.9 s", "12 s"]));
  it("days are UTC days", () => expect(f.day("2026-11-03T23:59:59Z", "en-GB")).toBe("3 Nov 2026"));
  it("ranges share what they can", () => expect(f.dayRange("2026-11-03T00:00:00Z", "2026-11-24T00:00:00Z", "en-GB").replaceAll(/\s/g, " ")).toMatch(/^3\s?–\s?24 Nov 2026$/));
  it("an impossible range is a dash", () => expect(f.dayRange("2026-11-25", "2026-11-24", "en-GB")).toBe("–"));
  it("a broken time is a dash", () => expect([f.day("x"), f.moment("x"), f.shortDay("")]).toEqual(["–", "–", "–"]));
  it("a day begins at midnight UTC, and a moment is left alone", () =>
    expect([f.dayStart("2026-10-31", 0), f.dayStart("2026-10-31", 1), f.dayStart("2026-10-31T12:00:00Z", 1), f.dayStart("", 1), f.dayStart("2026-13-01", 0)]).toEqual(["2026-10-31T00:00:00.000Z", "2026-11-01T00:00:00.000Z", "2026-10-31T12:00:00Z", "", ""]));
  it("moment", () => expect(f.moment("2026-11-03T14:05:00Z", "en-GB", "UTC")).toBe("3 Nov 2026, 14:05"));
});

it("bytes", () => expect([0, 999, 1000, 12_582_912, 5e12].map((n) => f.bytes(n, "en-GB"))).toEqual(["0 B", "999 B", "1 kB", "12.6 MB", "5 TB"]));
it("plural", () => expect([f.plural(1, "user", "users", "en-GB"), f.plural(1200, "user", "users", "en-GB")]).toEqual(["1 user", "1,200 users"]));
it("list", () => expect(f.list(["a", "b", "c"], "en-GB")).toBe("a, b and c"));
it("sentenceCase", () => expect(["no user id", "Done.", ""].map(f.sentenceCase)).toEqual(["No user id.", "Done.", ""]));
it("middle keeps both ends and whole characters", () => {
  expect(f.middle("abcdefghij", 7)).toBe("abc…hij");
  expect(f.middle("short", 7)).toBe("short");
  expect(f.middle("🙂🙂🙂🙂🙂", 3)).toBe("🙂…🙂");
});
