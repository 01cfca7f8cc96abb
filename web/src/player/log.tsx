// Console and network beside the picture: a lane in the timeline, and a list that follows the playhead. The list draws the
// rows in view only, so that its length does not matter.
import { memo, useEffect, useId, useMemo, useRef, useState, type KeyboardEvent } from "react";
import type { LogLine, Logged } from "../api/wire";
import { clock, count, duration, plural } from "../model/format";
import { logViews, outcome, subject, ticks, unheard, viewed, type LogView } from "../model/log";
import { Walker } from "./walker";

// A cell is as wide as a mark that one can see; a phone shows about three of them in 10 px.
const cells = 240;

/** The lane below the track: where something was said, and where it failed. */
export const LogLane = memo(function LogLane({ lines, from, length }: { lines: readonly LogLine[]; from: number; length: number }) {
  const marks = useMemo(() => ticks(lines, from, length, cells), [lines, from, length]);
  if (marks.length === 0) return null;
  return (
    <svg className="log-lane" viewBox={`0 0 ${cells} 6`} preserveAspectRatio="none" aria-hidden="true">
      {[false, true].map((failed) => <path key={String(failed)} className={failed ? "failed" : undefined} d={marks.filter((t) => t.failed === failed).map((t) => `M${t.at * cells} ${failed ? 0 : 1.5}h1v${failed ? 6 : 3}h-1z`).join("")} />)}
    </svg>
  );
});

const rowPx = 28;
// Rows beyond both edges, so that a quick scroll shows no holes.
const spareRows = 8;
const viewRows = 8;

export interface LogListProps {
  lines: readonly LogLine[];
  logged: Logged;
  /** Lines that the server left out. */
  left: number;
  /** Epoch ms of position 0, and of the playhead. */
  from: number;
  now: number;
  onSeek(epochMS: number): void;
}

/** Console and network as a list; one line of it is where the playhead is. */
export function LogPanel(props: LogListProps) {
  const [view, setView] = useState<LogView>("all");
  const rows = useMemo(() => viewed(props.lines, view), [props.lines, view]);
  const failed = useMemo(() => props.lines.filter((l) => l.failed === true).length, [props.lines]);
  const missing = unheard(props.logged);
  if (props.lines.length === 0 && missing !== "") return <p className="log-none muted small">{missing}</p>;
  return (
    <details className="fold log">
      <summary>Console and network ({count(props.lines.length)}{failed > 0 && <b className="failed">, {failed} failed</b>})</summary>
      <div className="log-head">
        <label className="inline">Show <select value={view} onChange={(e) => setView(e.target.value as LogView)}>{logViews.map(([v, name]) => <option key={v} value={v}>{name}</option>)}</select></label>
        <span className="muted small">{missing}{props.left > 0 && ` ${plural(props.left, "line", "lines")} beyond these left out; failures were kept first.`}</span>
      </div>
      {rows.length === 0 ? <p className="muted small">Nothing of that in this stretch.</p> : <LogRows {...props} lines={rows} />}
    </details>
  );
}

function LogRows({ lines, from, now, onSeek }: Pick<LogListProps, "lines" | "from" | "now" | "onSeek">) {
  const box = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const [active, setActive] = useState(-1); // chosen with the keys; -1 = the list follows the playhead
  const name = useId();
  const walker = useMemo(() => new Walker(lines, (l) => l.at_ms), [lines]);
  const current = walker.moveTo(now) - 1;
  const chosen = active >= 0 && active < lines.length ? active : current;
  useEffect(() => setActive(-1), [lines]);
  useEffect(() => {
    const element = box.current;
    if (element === null || chosen < 0) return;
    const at = chosen * rowPx;
    // While playing the current line stays in the middle; a line chosen with the keys only has to be in view.
    if (active < 0) element.scrollTop = at - (element.clientHeight - rowPx) / 2;
    else element.scrollTop = Math.min(at, Math.max(element.scrollTop, at + rowPx - element.clientHeight));
  }, [chosen, active]);
  const press = (e: KeyboardEvent) => {
    const by = { ArrowUp: -1, ArrowDown: 1, PageUp: -viewRows, PageDown: viewRows, Home: -lines.length, End: lines.length }[e.key];
    if (by !== undefined) setActive(Math.min(lines.length - 1, Math.max(0, chosen + by)));
    else if (e.key === "Enter" || e.key === " ") pick(chosen);
    else return;
    e.preventDefault();
    e.stopPropagation();
  };
  const pick = (i: number) => {
    const line = lines[i];
    if (line === undefined) return;
    setActive(-1);
    onSeek(line.at_ms);
  };
  const first = Math.max(0, Math.floor(top / rowPx) - spareRows);
  const last = Math.min(lines.length, first + viewRows + 2 * spareRows + 1);
  return (
    <div
      className="log-rows" ref={box} role="listbox" tabIndex={0} aria-label="Console and network" aria-activedescendant={chosen >= first && chosen < last ? `${name}-${chosen}` : undefined}
      style={{ maxHeight: viewRows * rowPx }} onScroll={(e) => setTop(e.currentTarget.scrollTop)} onKeyDown={press} onBlur={() => setActive(-1)}
    >
      <div style={{ height: lines.length * rowPx }} role="presentation">
        {lines.slice(first, last).map((l, i) => (
          <Row key={first + i} id={`${name}-${first + i}`} line={l} at={l.at_ms - from} top={(first + i) * rowPx} of={lines.length} index={first + i} chosen={first + i === chosen} past={first + i <= current} onPick={pick} />
        ))}
      </div>
    </div>
  );
}

interface RowProps { id: string; line: LogLine; at: number; top: number; index: number; of: number; chosen: boolean; past: boolean; onPick(index: number): void }

function Row({ id, line: l, at, top, index, of, chosen, past, onPick }: RowProps) {
  const request = l.level === undefined;
  return (
    <div id={id} role="option" aria-selected={chosen} aria-setsize={of} aria-posinset={index + 1} className={`log-row${l.failed === true ? " failed" : ""}${l.level === "warn" ? " warned" : ""}${past ? "" : " ahead"}`} style={{ top, height: rowPx }} onClick={() => onPick(index)} title={subject(l)}>
      <span className="jump">{clock(Math.max(0, at))}</span>
      <span className="log-outcome">{outcome(l)}</span>
      <code>{subject(l)}</code>
      {request && l.duration_ms !== undefined && <span className="muted">{l.duration_ms < 1000 ? `${l.duration_ms} ms` : duration(l.duration_ms)}</span>}
    </div>
  );
}
