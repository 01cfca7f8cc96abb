// Small pieces that several pages share. All of them get their data by props.
import type { ReactNode } from "react";
import type { ApiError } from "../api/client";
import type { Change, Day, Impact } from "../api/wire";
import { count, day as formatDay, estimate, interval, plural, quantity, shortDay } from "../model/format";
import { estimated, firmness, laneName, position, type Axis } from "../model/impact";
import { pattern, statusName } from "../model/patterns";
import type { More } from "../state/more";
import { Icon } from "./icons";

export function PatternChip({ name, detail }: { name: string; detail?: string }) {
  const p = pattern(name);
  return (
    <span className="chip pattern" data-hue={p.hue} title={p.means}>
      {p.label}
      {detail !== undefined && <b>{detail}</b>}
    </span>
  );
}

export function StatusChip({ status }: { status: string }) {
  return <span className="chip status" data-status={status}>{statusName(status)}</span>;
}

export function Loading({ what }: { what: string }) {
  return (
    <div className="state" role="status">
      <span className="spinner" />
      <p>Loading {what}…</p>
    </div>
  );
}

/** What went wrong, in the server's words, and what to do next. What comes by itself, as the server says, is waited for. */
export function Failed({ error, onRetry, children }: { error: ApiError; onRetry: () => void; children?: ReactNode }) {
  if (error.waitMS > 0) {
    return (
      <div className="state" role="status">
        <span className="spinner" />
        <p>{error.message}</p>
        {children}
        <p className="muted">This page shows it as soon as it is there.</p>
      </div>
    );
  }
  return (
    <div className="state failed" role="alert">
      <Icon name="warning" size={26} />
      <h2>{error.title}</h2>
      {error.message !== `${error.title}.` && <p>{error.message}</p>}
      {children}
      <button type="button" onClick={onRetry}>Try again</button>
    </div>
  );
}

/** What is below the rows that are loaded: how to get more, that they come, or that they did not. */
export function ShowMore({ more, what }: { more: More<unknown>; what: string }) {
  if (more.state === "end") return null;
  return (
    <div className="more">
      {more.error !== undefined && <p role="alert">{more.error.message}</p>}
      <button type="button" disabled={more.state === "loading"} onClick={more.next}>{more.state === "loading" ? `Loading more ${what}…` : more.state === "failed" ? "Try again" : `Show more ${what}`}</button>
    </div>
  );
}

export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="state">
      <h2>{title}</h2>
      {children}
    </div>
  );
}

const percent = (n: number) => `${(n * 100).toFixed(3)}%`;

/** The ticks of the shared axis; decoration, every lane says its numbers in words. */
export function AxisScale({ axis, label }: { axis: Axis; label: string }) {
  return (
    <div className="axis" aria-hidden="true">
      <span className="axis-label">{label}</span>
      <div className="axis-ticks">
        {axis.ticks.map((t) => <span key={t} style={{ left: percent(position(axis, t)) }}>{quantity(t)}</span>)}
      </div>
    </div>
  );
}

/** One impact on the shared axis: dot, interval, and the same in words. */
export function Lane({ impact, axis, naive = false }: { impact: Impact; axis: Axis; naive?: boolean }) {
  const e = estimated(impact);
  const kind = impact.window !== undefined && impact.window !== "" ? "retention" : "conversion";
  if (e === null) {
    return (
      <div className="lane impossible" data-kind={kind}>
        <span className="lane-name">{laneName(impact)}</span>
        <span className="lane-why">cannot be estimated{(impact.caveats ?? []).length > 0 ? `: ${impact.caveats?.[0]}` : ""}</span>
      </div>
    );
  }
  const at = (v: number) => position(axis, v);
  const [low, high] = [at(e.low), at(e.high)];
  return (
    <div className="lane" data-kind={kind} data-firm={firmness(impact)}>
      <span className="lane-name">{laneName(impact)} <span className="per-week">lost a week</span></span>
      <span className="lane-figure">
        <b>{estimate(e.per_week)}</b> <span className="range"><span className="hidden">95 % interval </span>({interval(e.low, e.high)})</span>
      </span>
      <svg className="lane-chart" aria-hidden="true" focusable="false">
        {axis.ticks.map((t) => <line key={t} className={t === 0 ? "zero" : "grid"} x1={percent(at(t))} x2={percent(at(t))} y1="0" y2="100%" />)}
        <line className="whisker" x1={percent(low)} x2={percent(high)} y1="50%" y2="50%" />
        {e.low >= axis.min ? <line className="cap" x1={percent(low)} x2={percent(low)} y1="28%" y2="72%" /> : <text className="beyond" x="0" y="50%" dy="0.34em">‹</text>}
        {e.high <= axis.max ? <line className="cap" x1={percent(high)} x2={percent(high)} y1="28%" y2="72%" /> : <text className="beyond" x="100%" y="50%" dy="0.34em" textAnchor="end">›</text>}
        {naive && impact.naive_per_week !== null && <line className="shift" x1={percent(at(impact.naive_per_week))} x2={percent(at(e.per_week))} y1="50%" y2="50%" />}
        {naive && impact.naive_per_week !== null && <rect className="naive" x={percent(at(impact.naive_per_week))} y="50%" width="8" height="8" transform="translate(-4 -4)" />}
        <circle className="dot" cx={percent(at(e.per_week))} cy="50%" r="4.5" />
      </svg>
    </div>
  );
}

/** Affected sessions by day, small. */
export function Sparkline({ days }: { days: readonly Day[] }) {
  const max = Math.max(1, ...days.map((d) => d.affected));
  const total = days.reduce((n, d) => n + d.affected, 0);
  const first = days[0];
  if (first === undefined) return <span className="muted">no days</span>;
  const w = 100 / days.length;
  const bar = (i: number, height: number) => `M${(i * w + w * 0.12).toFixed(2)} 28h${(w * 0.76).toFixed(2)}v${(-height).toFixed(2)}h${(-w * 0.76).toFixed(2)}z`;
  return (
    <svg className="spark" viewBox="0 0 100 28" preserveAspectRatio="none" role="img" aria-label={`${plural(total, "affected session", "affected sessions")} since ${formatDay(first.day)}, at most ${count(max)} a day`}>
      <path className="none" d={days.map((d, i) => (d.affected === 0 ? bar(i, 1) : "")).join("")} />
      <path d={days.map((d, i) => (d.affected === 0 ? "" : bar(i, Math.max(2.5, (d.affected / max) * 28)))).join("")} />
    </svg>
  );
}

/** Affected share by day, with the days as a table for those who cannot see the bars. */
export function TrendChart({ days, changes = [] }: { days: readonly Day[]; changes?: readonly Change[] }) {
  const changed = new Set(changes.map((c) => c.day.slice(0, 10)));
  const max = Math.max(1, ...days.map((d) => d.exposed));
  const first = days[0];
  const last = days[days.length - 1];
  if (first === undefined || last === undefined) return <p className="muted">There are no days to show.</p>;
  return (
    <figure className="trend">
      <div className="trend-bars" aria-hidden="true">
        {days.map((d) => (
          <div key={d.day} className={changed.has(d.day.slice(0, 10)) ? "trend-day changed" : "trend-day"} title={`${formatDay(d.day)}: ${count(d.affected)} of ${plural(d.exposed, "exposed session", "exposed sessions")}${changed.has(d.day.slice(0, 10)) ? "; the share changed here" : ""}`}>
            <i className="exposed" style={{ height: percent(d.exposed / max) }} />
            <i className="affected" style={{ height: percent(d.affected / max) }} />
          </div>
        ))}
      </div>
      <div className="trend-axis" aria-hidden="true">
        <span>{shortDay(first.day)}</span>
        <span className="legend"><i className="affected" /> affected <i className="exposed" /> exposed sessions (most on a day: {count(max)})</span>
        <span>{shortDay(last.day)}</span>
      </div>
      <table className="hidden">
        <caption>Sessions by day</caption>
        <thead><tr><th scope="col">Day</th><th scope="col">Affected</th><th scope="col">Exposed</th></tr></thead>
        <tbody>{days.map((d) => <tr key={d.day}><th scope="row">{formatDay(d.day)}</th><td>{d.affected}</td><td>{d.exposed}</td></tr>)}</tbody>
      </table>
    </figure>
  );
}

/** A label and a value, for facts lists. */
export function Fact({ name, children, hint }: { name: string; children: ReactNode; hint?: ReactNode }) {
  return (
    <div className="fact">
      <dt>{name}</dt>
      <dd>{children}{hint !== undefined && <small>{hint}</small>}</dd>
    </div>
  );
}
