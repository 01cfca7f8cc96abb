import { describe, expect, it } from "vitest";
import type { LogLine } from "../api/wire";
import { outcome, subject, ticks, unheard, viewed } from "./log";

const said: LogLine = { at_ms: 1000, level: "warn", text: "slow" };
const broke: LogLine = { at_ms: 1001, level: "error", text: "no", failed: true };
const asked: LogLine = { at_ms: 3000, method: "GET", path: "/a", status: 404, duration_ms: 3, failed: true };
const lines = [said, broke, asked];

it("says how lines went, and about what", () => {
  expect(lines.map(outcome)).toEqual(["warn", "error", "404"]);
  expect([{ at_ms: 1 }, { at_ms: 1, status: 0 }].map(outcome)).toEqual(["…", "failed"]);
  expect(lines.map(subject)).toEqual(["slow", "no", "GET /a"]);
});

it("shows what was asked for", () => expect((["all", "console", "network", "failed"] as const).map((v) => viewed(lines, v).length)).toEqual([3, 2, 1, 2]));

it("says what nobody listened to", () => {
  expect(unheard({ console: true, network: true })).toBe("");
  expect(new Set([unheard({ console: false, network: true }), unheard({ console: true, network: false }), unheard({ console: false, network: false })]).size).toBe(3);
});

describe("ticks", () => {
  it("puts lines of one cell together", () => expect(ticks(lines, 1000, 4000, 4)).toEqual([{ at: 0, failed: true, count: 2 }, { at: 0.5, failed: true, count: 1 }]));
  it("never makes more than the cells", () => expect(ticks(Array.from({ length: 5000 }, (_, i) => ({ at_ms: i })), 0, 5000, 100).length).toBe(100));
  it("keeps what began before, drops what comes after, and makes none of nothing", () => {
    expect(ticks([{ at_ms: -5 }, { at_ms: 11 }], 0, 10, 10)).toEqual([{ at: 0, failed: false, count: 1 }]);
    expect(ticks(lines, 0, 0, 10)).toEqual([]);
  });
});
