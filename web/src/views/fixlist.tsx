// The fix list: what to repair first, what it costs, how sure that is.
import { memo, useCallback, useMemo, useRef, useState } from "react";
import { askWhatIf, exportURL, fetchIssues } from "../api/client";
import type { IssueList, IssueRow, Report, Status, WhatIfList } from "../api/wire";
import { count, dayRange, list, plural, quantity, ratio, sentenceCase, share } from "../model/format";
import { lanes, reasons, segmentChips, sharedAxis, windowName, type Axis } from "../model/impact";
import { pattern, patternNames, statuses, statusName } from "../model/patterns";
import { bodyOf, matches, questionOf, rerank, withQuestion, type Question, type Reranked } from "../model/whatif";
import { useKeys } from "../state/keys";
import { useMore, type More, type Page } from "../state/more";
import { begin, useResource, type Resource } from "../state/resource";
import { issuePath, Link, useNavigation } from "../state/router";
import { useRows } from "../state/rows";
import { AxisScale, Empty, Failed, Fact, Lane, Loading, PatternChip, ShowMore, Sparkline, StatusChip } from "./parts";
import { Chosen } from "./chosen";
import { useAhead } from "./clips";
import { LongList } from "./longlist";
import { useTitle } from "./shell";
import { Answered, WhatIfPanel } from "./whatif";
import { Icon } from "./icons";

// Who asks for more wants much more: the longest page that the server gives.
const moreSize = 500;
// The axis and the filter choices come from the head of the list, not from all of a long one.
const headSize = 50;

// A what-if list is put together from the rows of the run: the longest page that the server gives.
const whatIfSize = 500;

interface Filters { q: string; pattern: string; screen: string; status: string; order: string }

const headName = "issues:head";
const fetchHead = (signal: AbortSignal): Promise<IssueList> => fetchIssues({ limit: headSize }, signal);

/** Asks for the head of the list before the page is drawn. */
export const beginList = (): Promise<IssueList> => begin(headName, fetchHead);

export function FixListPage({ report }: { report: Resource<Report> }) {
  useTitle("What to fix first");
  const { search, go } = useNavigation();
  const filters: Filters = { q: search.get("q") ?? "", pattern: search.get("pattern") ?? "", screen: search.get("screen") ?? "", status: search.get("status") ?? "", order: search.get("order") === "effort" ? "effort" : "" };
  const question = useMemo(() => questionOf(search), [search]);
  const filtered = filters.q !== "" || filters.pattern !== "" || filters.screen !== "" || filters.status !== "" || filters.order !== "";
  const head = useResource<IssueList>(headName, fetchHead);
  const name = filtered ? `issues:${JSON.stringify(filters)}` : headName;
  const found = useResource<IssueList>(question === null && filtered ? name : null, (signal) => fetchIssues({ limit: headSize, ...filters }, signal));
  const list = filtered ? found : head;
  const first = useMemo(() => (list.data === undefined || list.stale ? undefined : pageOf(list.data)), [list.data, list.stale]);
  const more = useMore<IssueRow>(name, first, (cursor, signal) => fetchIssues({ limit: moreSize, ...filters, cursor }, signal).then(pageOf), list.reload);
  const other = useWhatIf(question, filters);
  const shown: Shown = other.list !== undefined
    ? { ...other.list, rows: other.list.data?.issues ?? [], total: other.list.data?.total, name: JSON.stringify(question) }
    : { ...list, rows: first === undefined ? (list.data?.issues ?? []) : more.rows, total: list.data?.total, name, more };
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const choose = useCallback((key: string) => setChosen((chosen) => (chosen.includes(key) ? chosen.filter((k) => k !== key) : [...chosen, key])), []);
  const address = (params: URLSearchParams) => (params.size === 0 ? "/" : `/?${params.toString()}`);
  const ask = (q: Question | null) => go(address(withQuestion(search, q)), { replace: true });
  const axis = useMemo(() => sharedAxis((head.data?.issues ?? []).flatMap(lanes)), [head.data]);
  const setFilter = (name: keyof Filters, value: string) => {
    const next = new URLSearchParams(search);
    if (value === "") next.delete(name);
    else next.set(name, value);
    go(address(next), { replace: true });
  };
  if (report.error !== undefined) {
    return (
      <Failed error={report.error} onRetry={report.reload}>
        {report.error.status === 503 && !report.error.message.includes("rankle analyze") && <p>Analyse a bucket first: <code>rankle analyze s3://bucket/prefix --data DIR</code>. This page shows the result as soon as it is there.</p>}
      </Failed>
    );
  }
  if (report.data === undefined) return <Loading what="the report" />;
  return (
    <>
      <Masthead report={report.data} />
      <Remarks report={report.data} />
      <Toolbar filters={filters} onFilter={setFilter} head={head.data?.issues ?? []} total={shown.total} all={report.data.issues_total} />
      <WhatIfPanel report={report.data} question={question} onAsk={ask} />
      {question !== null && other.answer !== undefined && <Answered answer={other.answer} question={question} />}
      <Body shown={shown} axis={axis} filtered={filtered || question !== null} onClear={() => go("/", { replace: true })} orderedBy={other.answer?.ordered_by ?? report.data.ordered_by} chosen={chosen} onChoose={choose} />
      <Chosen keys={chosen} onClear={() => setChosen([])} />
    </>
  );
}

const pageOf = (list: IssueList): Page<IssueRow> => ({ rows: list.issues ?? [], next: list.next_cursor });

/** A list as it is shown: what is loaded of it, and what comes behind. */
interface Shown extends Resource<IssueList> {
  rows: readonly Reranked[];
  total: number | undefined;
  /** Tells one list from another. */
  name: string;
  more?: More<IssueRow>;
}

/** The list of another question, as if the server had ranked so; no list where nothing is asked. */
function useWhatIf(question: Question | null, filters: Filters): { list: Resource<IssueList> | undefined; answer: WhatIfList | undefined } {
  const key = question === null ? null : JSON.stringify(question);
  const rows = useResource<IssueList>(key === null ? null : "issues:all", (signal) => fetchIssues({ limit: whatIfSize }, signal));
  const answer = useResource<WhatIfList>(key === null ? null : `issues:what-if:${key}`, (signal) => askWhatIf(bodyOf(question as Question, whatIfSize), signal));
  const { q, pattern, screen, status } = filters;
  const data = useMemo(
    () => (rows.data === undefined || answer.data === undefined ? undefined : { total: answer.data.total, issues: rerank(rows.data.issues ?? [], answer.data.issues ?? []).filter((r) => matches(r, { q, pattern, screen, status })) }),
    [rows.data, answer.data, q, pattern, screen, status],
  );
  if (key === null) return { list: undefined, answer: undefined };
  const reload = () => { rows.reload(); answer.reload(); };
  return { answer: answer.data, list: { data, error: rows.error ?? answer.error, loading: rows.loading || answer.loading, stale: answer.stale, reload } };
}

function Masthead({ report }: { report: Report }) {
  const seven = (report.retention ?? []).find((r) => r.window === "D7" && r.users > 0) ?? (report.retention ?? []).find((r) => r.users > 0);
  return (
    <header className="masthead">
      <div>
        <h1>What to fix first</h1>
        {report.ordered_by !== "" && <p className="muted">Ordered by {report.ordered_by}.</p>}
      </div>
      <dl className="facts">
        <Fact name="Sessions read" hint={report.anonymous_sessions > 0 ? `${count(report.anonymous_sessions)} without user id` : undefined}>{count(report.sessions)}</Fact>
        <Fact name="Known users">{count(report.users)}</Fact>
        <Fact name="Period" hint={`${quantity(report.weeks)} weeks`}>{dayRange(report.from, report.to)}</Fact>
        {(report.goals ?? []).slice(0, 2).map((g) => (
          <Fact key={g.name} name={`Goal: ${g.name}`} hint={`${count(g.reached)} of ${count(g.sessions)}`}>{share(g.rate)}</Fact>
        ))}
        {seven !== undefined && <Fact name={`Came back ${windowName(seven.window)}`} hint={`${count(seven.returned)} of ${count(seven.users)} users`}>{ratio(seven.returned, seven.users)}</Fact>}
      </dl>
    </header>
  );
}

/** What is half configured, and what to do about it. */
function Remarks({ report }: { report: Report }) {
  const noGoal = (report.goals ?? []).length === 0;
  const noUsers = report.users === 0;
  const notes = report.notes ?? [];
  if (!noGoal && !noUsers && notes.length === 0) return null;
  return (
    <div className="remarks" role="note">
      {noGoal && <p><b>No goal is configured</b>, so lost conversions are not estimated{noUsers ? "" : " and the order follows returning users alone"}. Name one under <code>goals:</code> in <code>rankle.yaml</code> and analyse again; recordings are not read a second time.</p>}
      {noUsers && <p><b>No recording names its user</b>, so nobody can be seen to come back and retention is not estimated. A sidecar or manifest with <code>user_id</code> changes that.</p>}
      {notes.length > 0 && (
        <details>
          <summary>{plural(notes.length, "remark", "remarks")} on what could not be estimated, and why</summary>
          <ul>{notes.map((n) => <li key={n}>{sentenceCase(n)}</li>)}</ul>
        </details>
      )}
    </div>
  );
}

function Toolbar({ filters, onFilter, head, total, all }: { filters: Filters; onFilter(name: keyof Filters, value: string): void; head: readonly IssueRow[]; total: number | undefined; all: number }) {
  const input = useRef<HTMLInputElement>(null);
  useKeys({ "/": () => input.current?.focus() });
  const patterns = unique([...head.flatMap((i) => (i.patterns ?? []).map((p) => p.pattern)), filters.pattern]);
  const screens = unique([...head.map((i) => i.screen), filters.screen]).sort();
  const strange = filters.pattern !== "" && !patternNames.includes(filters.pattern) && !head.some((i) => (i.patterns ?? []).some((p) => p.pattern === filters.pattern));
  return (
    <search className="toolbar" aria-label="Filter the issues">
      <label className="field grow">
        <span className="hidden">Search issues</span>
        <Icon name="search" />
        <input ref={input} type="search" placeholder="Search titles, screens, controls" value={filters.q} onChange={(e) => onFilter("q", e.target.value)} onKeyDown={(e) => e.key === "Escape" && (e.currentTarget.blur(), e.preventDefault())} />
        <kbd aria-hidden="true">/</kbd>
      </label>
      <label className="field">
        <span className="hidden">Pattern</span>
        <select value={filters.pattern} onChange={(e) => onFilter("pattern", e.target.value)}>
          <option value="">All patterns</option>
          {patterns.map((p) => <option key={p} value={p}>{pattern(p).label}</option>)}
        </select>
      </label>
      <label className="field">
        <span className="hidden">Screen</span>
        <select value={filters.screen} onChange={(e) => onFilter("screen", e.target.value)}>
          <option value="">All screens</option>
          {screens.map((s) => <option key={s} value={s}>{s}</option>)}
        </select>
      </label>
      <label className="field">
        <span className="hidden">Status</span>
        <select value={filters.status} onChange={(e) => onFilter("status", e.target.value)}>
          <option value="">Any status</option>
          {statuses.map((s: Status) => <option key={s} value={s}>{statusName(s)}</option>)}
        </select>
      </label>
      <label className="field">
        <span className="hidden">Order</span>
        <select value={filters.order} onChange={(e) => onFilter("order", e.target.value)}>
          <option value="">By expected loss</option>
          <option value="effort">By loss per effort</option>
        </select>
      </label>
      <a className="quiet" href={exportURL("csv", [])} download>CSV</a>
      <p className="muted tally" role="status">{total === undefined ? "" : total === all ? plural(all, "issue", "issues") : `${count(total)} of ${plural(all, "issue", "issues")}`}</p>
      {strange && <p className="note">This version knows no pattern “{filters.pattern}”.</p>}
    </search>
  );
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)].filter((v) => v !== "");
}

interface BodyProps {
  shown: Shown;
  axis: Axis;
  filtered: boolean;
  onClear(): void;
  orderedBy: string;
  chosen: readonly string[];
  onChoose(key: string): void;
}

function Body(props: BodyProps) {
  const { shown, filtered, onClear } = props;
  if (shown.error !== undefined) return <Failed error={shown.error} onRetry={shown.reload} />;
  if (shown.data === undefined) return <Loading what="the issues" />;
  if (shown.rows.length === 0) {
    return filtered ? (
      <Empty title="No issue matches"><p>Fewer filters show more.</p><button type="button" onClick={onClear}>Show all issues</button></Empty>
    ) : (
      <Empty title="No issue was found">
        <p>The recordings were read, and nothing in them looks like friction that people met more than once. <Link to="/run">What was read and skipped</Link></p>
      </Empty>
    );
  }
  return <Rows {...props} />;
}

const keyOf = (row: Reranked): string => row.key;
// About what a row takes, in px, beside each other and one below the other.
const rowHeight = matchMedia("(max-width: 620px)").matches ? 330 : 112;

function Rows({ shown, axis, orderedBy, chosen, onChoose }: BodyProps) {
  const { rows, total, name, stale, more } = shown;
  const walk = useRows(rows, keyOf, name);
  const ahead = useAhead();
  useKeys({ x: () => { const row = rows[walk.current]; if (row !== undefined) onChoose(row.key); } });
  return (
    <div className={`list ${stale ? "stale" : ""}`}>
      <div className="list-head" aria-hidden="true">
        <span>#</span>
        <span>Issue</span>
        <span>Affected</span>
        <AxisScale axis={axis} label={"Lost per week (95\u00a0% interval)"} />
        <span>By day</span>
        <span>Status</span>
      </div>
      <LongList name={name} rows={rows} total={total ?? rows.length} keyOf={keyOf} walk={walk} label={`Issues, ordered by ${orderedBy}`} rowClass="row" height={rowHeight} more={more} onPaper={chosen.length === 0 ? undefined : (row) => chosen.includes(row.key)}>
        {(row) => <Row row={row} axis={axis} chosen={chosen.includes(row.key)} onChoose={onChoose} onStay={ahead} />}
      </LongList>
      {more !== undefined && <ShowMore more={more} what="issues" />}
    </div>
  );
}

interface RowProps {
  row: Reranked;
  axis: Axis;
  chosen: boolean;
  onChoose(key: string): void;
  /** Somebody came to the row, or left it. */
  onStay(row: IssueRow | null): void;
}

/** A row is drawn again only when it changes: one key press in a list of thousands is not to draw them all. */
const Row = memo(function Row({ row, axis, chosen, onChoose, onStay }: RowProps) {
  const patterns = row.patterns ?? [];
  const impacts = lanes(row);
  return (
    <>
      <div className="rank">
        <span><span className="hidden">Rank </span>{row.rank}</span>
        {row.rank_before !== undefined && row.rank_before > 0 && row.rank_before !== row.rank && <small className="moved" title="Its rank in the run">was {row.rank_before}</small>}
        <input type="checkbox" className="choose" aria-label={`Choose ${row.title}`} checked={chosen} onChange={() => onChoose(row.key)} />
      </div>
      <div className="what">
        <Link className="title" to={issuePath(row.key)} title={row.title} onFocus={() => onStay(row)} onBlur={() => onStay(null)} onPointerEnter={() => onStay(row)} onPointerLeave={() => onStay(null)}>{row.title}</Link>
        {!row.title.includes(` on ${row.screen}`) && <p className="where" title={row.screen}>on <code>{row.screen}</code></p>}
        <ul className="chips" aria-label="Patterns and segments">
          {patterns.slice(0, 3).map((p) => <li key={p.pattern}><PatternChip name={p.pattern} /></li>)}
          {patterns.length > 3 && <li><span className="chip" title={list(patterns.slice(3).map((p) => pattern(p.pattern).label))}>+{patterns.length - 3}</span></li>}
          {segmentChips(row).map((c) => <li key={c.key}><span className="chip segment" title={c.title}>{c.text}</span></li>)}
        </ul>
        <details className="reasons">
          <summary>Why here<span className="hidden">: {row.title}</span></summary>
          {reasons(row).map((r) => <p key={r}>{r}</p>)}
        </details>
      </div>
      <div className="affected">
        <p><b>{count(row.users_affected)}</b> {row.users_affected === 1 ? "user" : "users"}</p>
        <p className="muted small" title="Sessions that met it, of those that tried the control or reached the screen">{count(row.sessions_affected)} of {plural(row.sessions_exposed, "session", "sessions")}</p>
        <p className="share"><span className="meter" aria-hidden="true"><i style={{ width: `${row.sessions_exposed > 0 ? Math.min(100, (row.sessions_affected / row.sessions_exposed) * 100) : 0}%` }} /></span>{ratio(row.sessions_affected, row.sessions_exposed)}</p>
      </div>
      <div className="cost">
        {impacts.length === 0 ? <p className="muted">Its cost cannot be estimated yet.</p> : impacts.map((i) => <Lane key={`${i.goal ?? ""}${i.window ?? ""}`} impact={i} axis={axis} />)}
      </div>
      <div className="by-day"><Sparkline days={row.trend ?? []} /></div>
      <div className="state-cell">
        <StatusChip status={row.status} />
        {row.owner !== undefined && row.owner !== "" && <span className="muted small">{row.owner}</span>}
        {row.effort !== undefined && row.effort > 0 && <span className="muted small">effort {quantity(row.effort)}{row.per_effort !== undefined && `, ${quantity(row.per_effort.value)} per effort`}</span>}
      </div>
    </>
  );
});
