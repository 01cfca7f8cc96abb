// Shares by day as lines with their intervals, and the same as a table for those who cannot see them.
import type { DayReturn } from "../api/wire";
import { count, share } from "../model/format";

export interface Curve { name: string; hue: string; days: readonly DayReturn[] }

const width = 720;
const height = 240;
const left = 56;
const bottom = 30;

/** Round ticks from 0 to at least `most`, five at the most. */
function ticksTo(most: number): number[] {
  const step = [0.01, 0.02, 0.05, 0.1, 0.2, 0.25].find((s) => most / s <= 5) ?? 0.25;
  return Array.from({ length: Math.ceil(most / step - 1e-9) + 1 }, (_, i) => i * step);
}

export function CurveChart({ curves, label }: { curves: readonly Curve[]; label: string }) {
  const days = curves.flatMap((c) => c.days);
  const last = Math.max(2, ...days.map((d) => d.day));
  const most = Math.max(0.01, ...days.map((d) => Math.min(1, d.high)));
  const ticks = ticksTo(most);
  const top = ticks[ticks.length - 1] ?? most;
  const x = (day: number) => left + ((day - 1) / (last - 1)) * (width - left - 8);
  const y = (s: number) => 6 + (1 - s / top) * (height - bottom - 6);
  const known = (c: Curve) => c.days.flatMap((d) => (d.share === null ? [] : [{ ...d, share: d.share }]));
  const marks = [...new Set([1, 7, 14, 30, 60, 90, last])].filter((d) => d <= last).sort((a, b) => a - b);
  return (
    <figure className="curve">
      <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={`${label}: ${curves.map((c) => c.name).join(", ")}`}>
        {ticks.map((t) => <g key={t}><line className="grid" x1={left} x2={width - 8} y1={y(t)} y2={y(t)} /><text x={left - 8} y={y(t)} dy="0.32em" textAnchor="end">{share(t)}</text></g>)}
        {marks.map((d) => <text key={d} x={x(d)} y={height - 6} textAnchor="middle">{d === 1 ? "day 1" : d}</text>)}
        {curves.map((c) => {
          const points = known(c);
          const band = [...points.map((d) => `${x(d.day)},${y(d.high)}`), ...points.toReversed().map((d) => `${x(d.day)},${y(d.low)}`)].join(" ");
          return (
            <g key={c.name} data-hue={c.hue}>
              <polygon className="band" points={band} />
              <polyline className="line" points={points.map((d) => `${x(d.day)},${y(d.share)}`).join(" ")} />
              {points.length < 40 && points.map((d) => <circle key={d.day} className="dot" cx={x(d.day)} cy={y(d.share)} r="3" />)}
            </g>
          );
        })}
      </svg>
      <figcaption className="legend muted">{curves.map((c) => <span key={c.name} data-hue={c.hue}><i className="swatch" /> {c.name} ({count(Math.max(0, ...c.days.map((d) => d.all)))} users)</span>)}</figcaption>
      <table className="hidden">
        <caption>{label}</caption>
        <thead><tr><th scope="col">Day</th>{curves.map((c) => <th key={c.name} scope="col">{c.name}</th>)}</tr></thead>
        <tbody>
          {Array.from({ length: last }, (_, i) => i + 1).map((day) => (
            <tr key={day}><th scope="row">{day}</th>{curves.map((c) => {
              const d = c.days.find((one) => one.day === day);
              return <td key={c.name}>{d === undefined || d.share === null ? "–" : `${share(d.share)} (${share(d.low)} to ${share(d.high)}), ${count(d.some)} of ${count(d.all)}`}</td>;
            })}</tr>
          ))}
        </tbody>
      </table>
    </figure>
  );
}
