import { describe, expect, it } from "vitest";
import { dataWords, stageWords } from "./activity";

describe("what the server does", () => {
  it("says how far an analysis has come, as far as that is known", () => {
    const running = { started: "2026-11-22T08:00:00Z", stage: "reading", done: 5, total: 20, bytes: 1 };
    expect(stageWords(running)).toBe("reading: 5 of 20");
    expect(stageWords({ ...running, stage: "listing s3://b", total: 0 })).toBe("listing s3://b: 5");
    expect(stageWords({ ...running, stage: "ranking", done: 0, total: 0 })).toBe("ranking");
  });
  it("names the largest part of the data first and no empty one", () => {
    expect(dataWords([{ part: "ledger", files: 1, bytes: 10 }, { part: "tables", files: 0, bytes: 0 }, { part: "search", files: 2, bytes: 999 }])).toMatch(/^search 999\D*, ledger 10/);
  });
});
