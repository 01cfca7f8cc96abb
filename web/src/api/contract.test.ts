// The server's own golden answers feed the viewer: a field that the viewer reads and the server no longer sends fails here.
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { lanes, sentence, sharedAxis } from "../model/impact";
import type { Clip, EventSlice, IssueDetail, IssueList, Report, Runs, SessionDetail, SessionList } from "./wire";

const folder = new URL("../../../api/testdata/", import.meta.url);

function golden<T>(name: string): T {
  const file = new URL(`${name}.json`, folder);
  if (!existsSync(file)) throw new Error(`api/testdata/${name}.json is gone: the contract of the viewer is no longer tested`);
  return (JSON.parse(readFileSync(file, "utf8")) as { response: { body: T } }).response.body;
}

const row = ["key", "rank", "title", "family", "patterns", "screen", "target", "sessions_affected", "users_affected", "sessions_exposed", "confidence", "impact", "impacts", "top3", "top10", "first_seen", "last_seen", "trend", "segments", "status", "clips"];
const use = ["sessions", "people", "visitors", "presses_p50", "presses_p95", "tried", "answered", "rate", "rate_low", "rate_high", "timed", "latency_p50_ms", "latency_p95_ms"];
const signal = ["pattern", "verdict", "reason", "confidence", "start_ms", "end_ms", "gestures", "unanswered", "screen", "target", "x", "y", "cause", "aftermath"];
const session = ["id", "user", "start", "duration_ms", "active_ms", "device", "os", "browser", "app_version", "channel", "entry", "screens", "friction", "dismissed", "patterns", "converted"];

function has(value: object | undefined, keys: readonly string[]): void {
  expect(value).toBeDefined();
  expect(Object.keys(value ?? {})).toEqual(expect.arrayContaining([...keys]));
}

describe("the server's golden answers", () => {
  it("report", () => has(golden<Report>("report"), ["run", "fingerprint", "from", "to", "weeks", "sessions", "users", "anonymous_sessions", "goals", "retention", "read", "quality", "notes", "method", "ordered_by", "issues_total", "demo", "sources"]));
  it("runs", () => {
    const runs = golden<Runs>("runs");
    has(runs, ["served", "every_s", "next", "running", "last", "data_bytes", "data"]);
    has(runs.running ?? undefined, ["started", "stage", "done", "total", "bytes"]);
    has(runs.last ?? undefined, ["started", "ended", "duration_s", "fresh", "problem"]);
    has(runs.data?.[0], ["part", "files", "bytes"]);
  });
  it("issues", () => {
    const list = golden<IssueList>("issues");
    expect(list.issues?.length).toBeGreaterThan(0);
    for (const issue of list.issues ?? []) has(issue, row);
    const all = (list.issues ?? []).flatMap(lanes);
    for (const i of all) has(i, ["per_week", "low", "high", "unit", "naive_per_week", "exposed", "compared", "method", "possible", "caveats"]);
    expect(sharedAxis(all).max).toBeGreaterThan(0);
  });
  for (const name of ["issue", "issue_hostile", "issue_not_estimated", "issue_reviewed"]) {
    it(name, () => {
      const issue = golden<IssueDetail>(name);
      has(issue, [...row, "use", "versions", "dismissed", "review", "similar", "evidence"]);
      for (const u of [issue.use, ...(issue.versions ?? [])]) has(u, use);
      for (const v of issue.versions ?? []) has(v, ["version", "first_seen_ms"]);
      has(issue.review ?? undefined, ["status", "owner", "note", "rev", "history"]);
      for (const i of issue.impacts ?? []) expect(sentence(i, issue.family, "en-GB")).toMatch(i.possible ? /about .* a week \(95 %: .* to .*\)/ : /cannot be estimated/);
    });
  }
  for (const name of ["clip", "clip_contrast"]) {
    it(name, () => {
      const clip = golden<Clip>(name);
      has(clip, ["index", "session", "start_ms", "end_ms", "from_ms", "to_ms", "pattern", "caption", "contrast", "screen", "context", "viewport", "signals", "events_url"]);
      for (const s of clip.signals ?? []) has(s, signal);
      expect(clip.events_url).toMatch(/^\/api\/v1\//);
    });
  }
  it("events", () => {
    const slice = golden<EventSlice>("events_clip");
    has(slice, ["events", "from_ms", "to_ms", "offset_ms"]);
    has(slice.events[0], ["type", "timestamp", "data"]);
  });
  it("sessions", () => {
    const list = golden<SessionList>("sessions");
    has(list, ["total", "facets", "sessions"]);
    for (const s of list.sessions ?? []) has(s, session);
    has(list.facets ?? undefined, ["pattern", "screen", "device", "os", "browser", "version", "channel"]);
  });
  it("session", () => {
    const s = golden<SessionDetail>("session");
    has(s, [...session, "context", "visits", "signals", "marks", "coverage", "viewport"]);
    for (const v of s.visits ?? []) has(v, ["screen", "path", "title", "at_ms", "until_ms"]);
  });
});
