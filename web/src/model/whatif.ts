// What-if questions: other weights, days or segments for the same recordings. The address bar holds the question. Pure.
import type { IssueRow, WhatIfIssue, WhatIfQuestion } from "../api/wire";

export interface Question {
  /** What one reached goal counts, by name. */
  goals: Record<string, number>;
  /** What one lost returning user counts, in units of one lost goal; null = as in the run. */
  returning: number | null;
  /** Days, "2026-11-03"; both belong to the window. "" = as in the run. */
  from: string;
  to: string;
  segments: { attribute: string; value: string }[];
}

/** The weights that a slider offers: steps that people can tell apart. */
export const weightSteps: readonly number[] = [0, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100];

const isDay = (s: string): boolean => /^\d{4}-\d{2}-\d{2}$/.test(s) && !Number.isNaN(Date.parse(s));

function weight(text: string): number | null {
  const n = text === "" ? Number.NaN : Number(text);
  return Number.isFinite(n) && n >= 0 ? n : null;
}

// "name:value"; names may hold colons, values of weights do not, and values of segments may.
function pair(text: string, at: number): [string, string] | null {
  return at <= 0 ? null : [text.slice(0, at), text.slice(at + 1)];
}

/** Reads the question out of an address; what it does not understand is left out. null: there is none. */
export function questionOf(search: URLSearchParams): Question | null {
  const q: Question = { goals: {}, returning: weight(search.get("return") ?? ""), from: "", to: "", segments: [] };
  for (const text of search.getAll("weight")) {
    const [name, value] = pair(text, text.lastIndexOf(":")) ?? ["", ""];
    const n = weight(value);
    if (name !== "" && n !== null) q.goals[name] = n;
  }
  for (const text of search.getAll("segment")) {
    const [attribute, value] = pair(text, text.indexOf(":")) ?? ["", ""];
    if (attribute !== "" && value !== "") q.segments.push({ attribute, value });
  }
  const [from, to] = [search.get("from") ?? "", search.get("to") ?? ""];
  if (isDay(from)) q.from = from;
  if (isDay(to)) q.to = to;
  return asks(q) ? q : null;
}

const asks = (q: Question): boolean => q.returning !== null || q.from !== "" || q.to !== "" || q.segments.length > 0 || Object.keys(q.goals).length > 0;

export const nothingAsked: Question = { goals: {}, returning: null, from: "", to: "", segments: [] };

/** The same address with another question; null takes it out. */
export function withQuestion(search: URLSearchParams, q: Question | null): URLSearchParams {
  const out = new URLSearchParams(search);
  for (const name of ["weight", "return", "from", "to", "segment"]) out.delete(name);
  if (q === null) return out;
  for (const [name, n] of Object.entries(q.goals)) out.append("weight", `${name}:${n}`);
  if (q.returning !== null) out.set("return", String(q.returning));
  if (q.from !== "") out.set("from", q.from);
  if (q.to !== "") out.set("to", q.to);
  for (const s of q.segments) out.append("segment", `${s.attribute}:${s.value}`);
  return out;
}

const dayMS = 86_400_000;

/** The question as the server takes it; days become moments in UTC, as the server counts days. */
export function bodyOf(q: Question, limit: number): WhatIfQuestion {
  const weights = q.returning !== null || Object.keys(q.goals).length > 0;
  return {
    ...(weights ? { weights: { goals: q.goals, ...(q.returning === null ? {} : { return: q.returning }) } } : {}),
    ...(q.from === "" ? {} : { from: new Date(q.from).toISOString() }),
    ...(q.to === "" ? {} : { to: new Date(Date.parse(q.to) + dayMS).toISOString() }),
    ...(q.segments.length === 0 ? {} : { segments: q.segments }),
    limit,
  };
}

/** Rows of the run in the order of the answer, with its figures. */
export interface Reranked extends IssueRow { rank_before?: number }

export function rerank(rows: readonly IssueRow[], answer: readonly WhatIfIssue[]): Reranked[] {
  const known = new Map(rows.map((r) => [r.key, r]));
  return answer.flatMap((a) => {
    const row = known.get(a.key);
    return row === undefined ? [] : [{ ...row, ...a }];
  });
}

/** Which rows a reader wants to see; the server applies the same rule to the run's own list. */
export function matches(row: IssueRow, f: { q: string; pattern: string; screen: string; status: string }): boolean {
  const text = [row.title, row.screen, row.target?.label ?? "", row.cause ?? "", row.key].join(" ").toLowerCase();
  return (f.pattern === "" || (row.patterns ?? []).some((p) => p.pattern === f.pattern)) && (f.screen === "" || row.screen === f.screen)
    && (f.status === "" || row.status === f.status) && f.q.toLowerCase().split(/\s+/).every((w) => text.includes(w));
}
