// "What if …": other weights, days or segments, and the list that would follow. Nothing is kept but the address.
import { useEffect, useState } from "react";
import { fetchSessions } from "../api/client";
import type { Report, SessionList, WhatIfList } from "../api/wire";
import { count, dayRange, list, plural, quantity, sentenceCase } from "../model/format";
import { attribute } from "../model/patterns";
import { nothingAsked, weightSteps, type Question } from "../model/whatif";
import { useResource } from "../state/resource";

// The facets of sessions that are attributes to ask about, and what the question calls them.
const facetAttributes: Record<string, string> = { device: "device", os: "os", browser: "browser", version: "app_version", channel: "channel" };

// While a slider is dragged the list waits for it to rest.
const restMS = 250;

export function WhatIfPanel({ report, question, onAsk }: { report: Report; question: Question | null; onAsk(q: Question | null): void }) {
  const [open, setOpen] = useState(question !== null);
  const q = question ?? nothingAsked;
  const facets = useResource<SessionList>(open ? "sessions:facets" : null, (signal) => fetchSessions({ limit: 1 }, signal));
  const goals = report.goals ?? [];
  const segments = Object.entries(facetAttributes).flatMap(([facet, name]) => (facets.data?.facets?.[facet] ?? []).map((v) => ({ attribute: name, value: v.value, count: v.count })));
  const segment = q.segments[0];
  const unit = goals.length === 1 ? goals[0]?.name ?? "goal" : "goal";
  return (
    <details className="whatif" open={open} onToggle={(e) => setOpen(e.currentTarget.open)}>
      <summary>What if …</summary>
      <div className="whatif-controls">
        {report.users > 0 && (
          <Weight name="One lost returning user counts like" unit={`lost ${unit}`} value={q.returning} usual={1} onChange={(n) => onAsk({ ...q, returning: n })} />
        )}
        {goals.length > 1 && goals.map((g) => (
          <Weight key={g.name} name={`One lost ${g.name} counts`} unit="" value={q.goals[g.name] ?? null} usual={1} onChange={(n) => onAsk({ ...q, goals: { ...q.goals, [g.name]: n } })} />
        ))}
        <label className="stacked">From<input type="date" value={q.from} min={report.from.slice(0, 10)} max={report.to.slice(0, 10)} onChange={(e) => onAsk({ ...q, from: e.target.value })} /></label>
        <label className="stacked">To<input type="date" value={q.to} min={report.from.slice(0, 10)} max={report.to.slice(0, 10)} onChange={(e) => onAsk({ ...q, to: e.target.value })} /></label>
        <label className="stacked">Only sessions of
          <select value={segment === undefined ? "" : `${segment.attribute}:${segment.value}`} onChange={(e) => onAsk({ ...q, segments: segments.filter((s) => `${s.attribute}:${s.value}` === e.target.value).map(({ attribute, value }) => ({ attribute, value })) })}>
            <option value="">everybody</option>
            {segment !== undefined && !segments.some((s) => s.attribute === segment.attribute && s.value === segment.value) && <option value={`${segment.attribute}:${segment.value}`}>{attribute(segment.attribute)} {segment.value}</option>}
            {segments.map((s) => <option key={`${s.attribute}:${s.value}`} value={`${s.attribute}:${s.value}`}>{attribute(s.attribute)} {s.value} ({count(s.count)})</option>)}
          </select>
        </label>
        {question !== null && <button type="button" onClick={() => onAsk(null)}>Back to the run’s list</button>}
      </div>
    </details>
  );
}

function Weight({ name, unit, value, usual, onChange }: { name: string; unit: string; value: number | null; usual: number; onChange(n: number): void }) {
  const shown = value ?? usual;
  const nearest = weightSteps.reduce((best, n, i) => (Math.abs(n - shown) < Math.abs((weightSteps[best] ?? 0) - shown) ? i : best), 0);
  const [at, setAt] = useState(nearest);
  useEffect(() => setAt(nearest), [nearest]);
  useEffect(() => {
    if (at === nearest) return;
    const rest = setTimeout(() => onChange(weightSteps[at] ?? usual), restMS);
    return () => clearTimeout(rest);
  }, [at]);
  const n = weightSteps[at] ?? usual;
  const says = `${quantity(n)} ${unit}${unit === "" || n === 1 ? "" : "s"}`.trim();
  return (
    <label className="stacked weight">{name}
      <span><input type="range" min={0} max={weightSteps.length - 1} step={1} value={at} aria-valuetext={says} onChange={(e) => setAt(Number(e.target.value))} /><output>{says}</output></span>
    </label>
  );
}

/** What the list on screen is, when it is not the run's. */
export function Answered({ answer: a, question: q }: { answer: WhatIfList; question: Question }) {
  const parts = [
    ...(q.segments.length > 0 ? [`only ${list(q.segments.map((s) => `${attribute(s.attribute)} ${s.value}`))}`] : []),
    ...(q.from !== "" || q.to !== "" ? [dayRange(a.from, a.to)] : []),
    ...(q.returning !== null || Object.keys(q.goals).length > 0 ? ["other weights"] : []),
  ];
  return (
    <div className="remarks" role="status">
      <p><b>What if: {parts.join(", ")}.</b> This list rests on {plural(a.sessions, "session", "sessions")} of {plural(a.users, "known user", "known users")} in {quantity(a.weeks)} weeks. It is kept nowhere; its address can be sent.</p>
      {(a.notes ?? []).length > 0 && <details><summary>{plural((a.notes ?? []).length, "remark", "remarks")}</summary><ul>{(a.notes ?? []).map((n) => <li key={n}>{sentenceCase(n)}</li>)}</ul></details>}
    </div>
  );
}
