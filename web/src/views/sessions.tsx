// Sessions: search with facets, each row with what happened in it.
import { memo, useEffect, useMemo, useRef, useState } from "react";
import { fetchSessions } from "../api/client";
import type { FacetValue, SessionList, SessionRow } from "../api/wire";
import { count, day, dayStart, duration, middle, moment, plural } from "../model/format";
import { attribute, pattern } from "../model/patterns";
import { useKeys } from "../state/keys";
import { useMore, type More, type Page } from "../state/more";
import { useResource, type Resource } from "../state/resource";
import { Link, sessionPath, useNavigation } from "../state/router";
import { useRows } from "../state/rows";
import { LongList } from "./longlist";
import { Empty, Failed, Loading, PatternChip, ShowMore } from "./parts";
import { useTitle } from "./shell";
import { Icon } from "./icons";

const pageSize = 50;
// Who goes on wants more at once.
const moreSize = 200;
const facetNames = ["pattern", "goal", "screen", "device", "os", "browser", "version", "channel"] as const;
const filterNames = [...facetNames, "user", "issue", "from", "to"] as const;
// Facets show this many values before "more".
const facetValues = 6;

export function SessionsPage() {
  useTitle("Sessions");
  const { search, go } = useNavigation();
  const filters: Record<string, string> = {};
  for (const name of ["q", ...filterNames]) {
    const value = search.get(name) ?? "";
    if (value !== "") filters[name] = value;
  }
  const name = `sessions:${JSON.stringify(filters)}`;
  const asked = { ...filters, from: dayStart(filters["from"] ?? "", 0), to: dayStart(filters["to"] ?? "", 1) };
  const sessions = useResource<SessionList>(name, (signal) => fetchSessions({ ...asked, limit: pageSize }, signal));
  const first = useMemo(() => (sessions.data === undefined || sessions.stale ? undefined : pageOf(sessions.data)), [sessions.data, sessions.stale]);
  const more = useMore<SessionRow>(name, first, (cursor, signal) => fetchSessions({ ...asked, limit: moreSize, cursor }, signal).then(pageOf), sessions.reload);
  const set = (name: string, value: string) => {
    const next = new URLSearchParams(search);
    if (value === "") next.delete(name);
    else next.set(name, value);
    const s = next.toString();
    go(s === "" ? "/sessions" : `/sessions?${s}`, { replace: true });
  };
  const input = useRef<HTMLInputElement>(null);
  useKeys({ "/": () => input.current?.focus(), Escape: () => go("/") });
  const active = filterNames.filter((n) => filters[n] !== undefined);
  return (
    <>
      <header className="masthead"><div><h1>Sessions</h1><p className="muted">Search what was recorded: screens, controls, causes, patterns, users, versions.</p></div></header>
      <search className="toolbar" aria-label="Search sessions">
        <SearchBox box={input} value={filters["q"] ?? ""} onSearch={(v) => set("q", v)} />
        <p className="muted tally" role="status">{sessions.data === undefined ? "" : plural(sessions.data.total, "session", "sessions")}</p>
      </search>
      {active.length > 0 && (
        <ul className="chips active" aria-label="Active filters">
          {active.map((n) => (
            <li key={n}><button type="button" className="chip" onClick={() => set(n, "")} aria-label={`Remove filter ${attribute(n)}: ${shownValue(n, filters[n] ?? "")}`}>{attribute(n)}: {shownValue(n, filters[n] ?? "")} <span aria-hidden="true">×</span></button></li>
          ))}
        </ul>
      )}
      <div className="sessions">
        <FacetPanel facets={sessions.data?.facets ?? {}} filters={filters} onPick={set} />
        <div className={sessions.stale ? "stale" : ""}>
          <Results resource={sessions} name={name} more={more} onClear={() => go("/sessions", { replace: true })} />
        </div>
      </div>
    </>
  );
}

const shownValue = (name: string, value: string): string =>
  name === "pattern" ? pattern(value).label : name === "from" || name === "to" ? day(value) : value;

/** A search box that asks the server when the typing pauses. */
function SearchBox({ box, value, onSearch }: { box: { current: HTMLInputElement | null }; value: string; onSearch(v: string): void }) {
  const [text, setText] = useState(value);
  const latest = useRef(onSearch);
  latest.current = onSearch;
  useEffect(() => setText(value), [value]);
  useEffect(() => {
    if (text === value) return;
    const t = setTimeout(() => latest.current(text), 200);
    return () => clearTimeout(t);
  }, [text, value]);
  return (
    <label className="field grow">
      <span className="hidden">Search sessions</span>
      <Icon name="search" />
      <input ref={box} type="search" placeholder="Search sessions" value={text} onChange={(e) => setText(e.target.value)} onKeyDown={(e) => e.key === "Escape" && (e.currentTarget.blur(), e.preventDefault())} />
      <kbd aria-hidden="true">/</kbd>
    </label>
  );
}

function FacetPanel({ facets, filters, onPick }: { facets: Record<string, FacetValue[] | null>; filters: Record<string, string>; onPick(name: string, value: string): void }) {
  const narrow = matchMedia("(max-width: 899px)").matches;
  return (
    <details className="facets" open={!narrow}>
      <summary>Filters</summary>
      <fieldset className="facet days">
        <legend>Day (UTC)</legend>
        {(["from", "to"] as const).map((end) => (
          <label key={end} className="inline">{end} <input type="date" value={(filters[end] ?? "").slice(0, 10)} onChange={(e) => onPick(end, e.target.value)} /></label>
        ))}
      </fieldset>
      {facetNames.map((name) => {
        const values = facets[name] ?? [];
        if (values.length === 0) return null;
        return <Facet key={name} name={name} values={values} chosen={filters[name] ?? ""} onPick={(v) => onPick(name, v)} />;
      })}
    </details>
  );
}

function Facet({ name, values, chosen, onPick }: { name: string; values: readonly FacetValue[]; chosen: string; onPick(value: string): void }) {
  const [all, setAll] = useState(false);
  const shown = all ? values : values.slice(0, facetValues);
  const label = attribute(name);
  return (
    <fieldset className="facet">
      <legend>{label.charAt(0).toUpperCase() + label.slice(1)}</legend>
      {shown.map((v) => (
        <button key={v.value} type="button" aria-pressed={v.value === chosen} onClick={() => onPick(v.value === chosen ? "" : v.value)} title={v.value}>
          <span>{name === "pattern" ? pattern(v.value).label : v.value}</span><b>{count(v.count)}</b>
        </button>
      ))}
      {values.length > facetValues && <button type="button" className="quiet" onClick={() => setAll(!all)}>{all ? "Fewer" : `${values.length - facetValues} more`}</button>}
    </fieldset>
  );
}

function Results({ resource, name, more, onClear }: { resource: Resource<SessionList>; name: string; more: More<SessionRow>; onClear(): void }) {
  const rows = resource.stale ? (resource.data?.sessions ?? []) : more.rows;
  const walk = useRows(rows, keyOf, name);
  if (resource.error !== undefined) return <Failed error={resource.error} onRetry={resource.reload} />;
  if (resource.data === undefined) return <Loading what="the sessions" />;
  if (rows.length === 0) return <Empty title="No session matches"><p>Fewer words or filters find more.</p><button type="button" onClick={onClear}>Show all sessions</button></Empty>;
  return (
    <>
      <LongList name={name} rows={rows} total={resource.data.total} keyOf={keyOf} walk={walk} label="Sessions" listClass="session-list" rowClass="session" height={rowHeight} more={more}>
        {(session) => <Row session={session} />}
      </LongList>
      <ShowMore more={more} what="sessions" />
    </>
  );
}

const keyOf = (s: SessionRow): string => s.id;
const pageOf = (list: SessionList): Page<SessionRow> => ({ rows: list.sessions ?? [], next: list.next_cursor });
// About what a row takes, in px, beside each other and one below the other.
const rowHeight = matchMedia("(max-width: 620px)").matches ? 130 : 66;

const Row = memo(function Row({ session: s }: { session: SessionRow }) {
  const machine = [s.os, s.browser, s.app_version].filter((p) => p !== "").join(" · ");
  return (
    <div className="session-row">
      <span className="session-device" title={s.device}><Icon name={s.device === "mobile" || s.device === "tablet" ? "phone" : "desktop"} /><span className="hidden">{s.device}</span></span>
      <div className="session-who">
        <Link className="title" to={sessionPath(s.id)}>{s.user === "" ? "Unknown user" : middle(s.user, 28)}</Link>
        <span className="muted small" title={s.id}>{middle(s.id, 22)}</span>
      </div>
      <div className="session-when"><span>{moment(s.start)}</span><span className="muted small">{duration(s.duration_ms)}, active {duration(s.active_ms)}</span></div>
      <div className="session-machine"><span className="muted">{machine}</span>{s.channel !== "" && <span className="muted small">via {s.channel}</span>}</div>
      <div className="session-path">
        <span className="journey"><code title={s.entry}>{s.entry === "" ? "–" : s.entry}</code> <span className="muted">→ {plural(s.screens, "screen", "screens")}</span>{(s.converted ?? []).map((g) => <span key={g} className="chip good"><Icon name="check" size={12} />{g}</span>)}</span>
        <span className="chips">{(s.patterns ?? []).map((p) => <PatternChip key={p} name={p} />)}{s.friction === 0 && <span className="muted small">no friction found</span>}{s.dismissed > 0 && <span className="muted small">{s.friction === 0 ? "· " : ""}{count(s.dismissed)} dismissed</span>}</span>
      </div>
    </div>
  );
});
