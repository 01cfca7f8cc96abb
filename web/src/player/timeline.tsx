// The timeline: where we are, the moment the clip is about, every episode by pattern and verdict, idle time, and where
// console and network said something. Only the playhead is drawn anew while playing, however much there is beside it.
import { memo, useMemo, useRef, type KeyboardEvent, type PointerEvent } from "react";
import type { LogLine, Signal } from "../api/wire";
import { clock } from "../model/format";
import { pattern, verdict } from "../model/patterns";
import type { Gap } from "./engine";
import { LogLane } from "./log";

export interface TimelineProps {
  position: number;
  length: number;
  /** Epoch ms of position 0. */
  from: number;
  signals: readonly Signal[];
  idle: readonly Gap[];
  log: readonly LogLine[];
  moment?: { start: number; end: number } | undefined;
  disabled: boolean;
  onSeek(position: number): void;
}

const part = (ms: number, length: number) => `${length > 0 ? Math.min(100, Math.max(0, (ms / length) * 100)) : 0}%`;
const span = (a: number, b: number, length: number) => ({ left: part(a, length), width: `max(3px, ${length > 0 ? (Math.max(0, Math.min(b, length) - Math.max(0, a)) / length) * 100 : 0}%)` });

export function Timeline({ position, length, from, signals, idle, log, moment, disabled, onSeek }: TimelineProps) {
  const track = useRef<HTMLDivElement>(null);
  const seekTo = (e: PointerEvent) => {
    const box = track.current?.getBoundingClientRect();
    if (box !== undefined && box.width > 0) onSeek(((e.clientX - box.left) / box.width) * length);
  };
  const press = (e: KeyboardEvent) => {
    const by = { ArrowLeft: -1000, ArrowDown: -1000, ArrowRight: 1000, ArrowUp: 1000, PageDown: -10_000, PageUp: 10_000 }[e.key];
    if (by !== undefined) onSeek(position + by);
    else if (e.key === "Home") onSeek(0);
    else if (e.key === "End") onSeek(length);
    else return;
    e.preventDefault();
  };
  return (
    <div
      className="timeline"
      role="slider"
      tabIndex={disabled ? -1 : 0}
      aria-label="Position in the recording"
      aria-valuemin={0}
      aria-valuemax={Math.round(length / 1000)}
      aria-valuenow={Math.round(position / 1000)}
      aria-valuetext={`${clock(position)} of ${clock(length)}`}
      aria-disabled={disabled}
      onKeyDown={press}
      onPointerDown={(e) => {
        if (disabled || e.button !== 0) return;
        e.currentTarget.setPointerCapture(e.pointerId);
        seekTo(e);
      }}
      onPointerMove={(e) => e.currentTarget.hasPointerCapture(e.pointerId) && seekTo(e)}
    >
      <Marks signals={signals} from={from} length={length} />
      <div className="track" ref={track}>
        {moment !== undefined && <i className="moment" style={span(moment.start - from, moment.end - from, length)} />}
        <Idle gaps={idle} length={length} />
        <i className="done" style={{ width: part(position, length) }} />
        <i className="knob" style={{ left: part(position, length) }} />
      </div>
      <LogLane lines={log} from={from} length={length} />
    </div>
  );
}

const Marks = memo(function Marks({ signals, from, length }: Pick<TimelineProps, "signals" | "from" | "length">) {
  return (
    <div className="marks">
      {length > 0 && signals.map((s) => (
        <i
          key={`${s.pattern}-${s.start_ms}-${s.verdict}`}
          className={`mark ${s.verdict}`}
          data-hue={pattern(s.pattern).hue}
          title={`${clock(s.start_ms - from)} ${pattern(s.pattern).label} (${verdict(s.verdict).toLowerCase()})`}
          style={span(s.start_ms - from, s.end_ms - from, length)}
        />
      ))}
    </div>
  );
});

// Idle time as one drawing: a day has thousands of pauses. They are drawn on a scale of this many units.
const units = 10_000;

const Idle = memo(function Idle({ gaps, length }: { gaps: readonly Gap[]; length: number }) {
  const drawn = useMemo(() => (length > 0 ? gaps.map((g) => `M${Math.round((g.from / length) * units)} 0H${Math.round((g.to / length) * units)}V1H${Math.round((g.from / length) * units)}z`).join("") : ""), [gaps, length]);
  if (drawn === "") return null;
  return <svg className="idle" viewBox={`0 0 ${units} 1`} preserveAspectRatio="none" aria-hidden="true"><title>Nobody did anything</title><path d={drawn} /></svg>;
});
