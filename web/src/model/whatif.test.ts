import { describe, expect, it } from "vitest";
import type { IssueRow, WhatIfIssue } from "../api/wire";
import { bodyOf, matches, questionOf, rerank, withQuestion, type Question } from "./whatif";

const full: Question = { goals: { "sign-up: done": 2, purchase: 0 }, returning: 0.5, from: "2026-11-03", to: "2026-11-09", segments: [{ attribute: "os", value: "Android" }, { attribute: "channel", value: "mail:spring" }] };

describe("a question", () => {
  it("survives the address bar", () => {
    expect(questionOf(new URLSearchParams(withQuestion(new URLSearchParams("q=pay"), full).toString()))).toEqual(full);
    expect(withQuestion(withQuestion(new URLSearchParams("q=pay"), full), null).toString()).toBe("q=pay");
  });
  it("is nothing where nothing is asked, or nothing sensible", () => {
    for (const s of ["", "q=pay", "return=", "return=-1", "return=x", "weight=purchase", "weight=:2", "weight=a:-1", "from=yesterday", "to=2026-13-40", "segment=os", "segment=:x", "segment=os:"]) expect(questionOf(new URLSearchParams(s)), s).toBeNull();
  });
  it("asks the server for whole days, the last one included", () => {
    expect(bodyOf(full, 50)).toEqual({ weights: { goals: full.goals, return: 0.5 }, from: "2026-11-03T00:00:00.000Z", to: "2026-11-10T00:00:00.000Z", segments: full.segments, limit: 50 });
    expect(bodyOf({ ...full, goals: {}, returning: null, from: "", to: "", segments: [] }, 5)).toEqual({ limit: 5 });
  });
});

const row = (key: string, rank: number): IssueRow => ({ key, rank, title: `“Pay” on ${key}`, screen: "/pay", status: "new", patterns: [{ pattern: "dead_tap", episodes: 1, sessions: 1 }], target: null } as unknown as IssueRow);

describe("an answer", () => {
  it("puts the rows of the run into its order, with its figures, and drops what the run does not know", () => {
    const answer = [{ key: "b", rank: 1, rank_before: 2, sessions_affected: 7 }, { key: "gone", rank: 2 }, { key: "a", rank: 3, rank_before: 1 }] as unknown as WhatIfIssue[];
    const got = rerank([row("a", 1), row("b", 2), row("c", 3)], answer);
    expect(got.map((r) => [r.key, r.rank, r.rank_before])).toEqual([["b", 1, 2], ["a", 3, 1]]);
    expect(got[0]?.sessions_affected).toBe(7);
    expect(got[0]?.screen).toBe("/pay");
  });
  it("is filtered like the run's list", () => {
    const f = { q: "", pattern: "", screen: "", status: "" };
    expect(matches(row("a", 1), f)).toBe(true);
    expect(matches(row("a", 1), { ...f, q: "pay ON" })).toBe(true);
    for (const no of [{ q: "cart" }, { pattern: "rage_tap" }, { screen: "/" }, { status: "fixed" }]) expect(matches(row("a", 1), { ...f, ...no })).toBe(false);
  });
});
