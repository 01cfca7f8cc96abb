// What the player must know of the events themselves: where somebody pressed, and where nobody did anything. Events
// come from a recording, so every field is checked before it is believed.
import type { RecordedEvent } from "../api/wire";
import type { Gap } from "./engine";

/** A press at a place of the page, `at` epoch ms, x and y in CSS px of the viewport. */
export interface Tap { at: number; x: number; y: number; touch: boolean }

const incremental = 3; // EventType.IncrementalSnapshot of rrweb
// IncrementalSource of rrweb: what a person does. Mutations, requests, timers are the page's own doing.
const source = { mouseMove: 1, interaction: 2, scroll: 3, input: 5, touchMove: 6, drag: 12, selection: 14 } as const;
const people = new Set<number>(Object.values(source));
const click = 2; // MouseInteractions of rrweb
const touchStart = 7;

// A click that the browser derived from a touch comes up to 300 ms later on old phones, nearly at the same place.
const echoMS = 800;
const echoPx = 30;
// A pause of this length is thinking or waiting; what is longer may be skipped.
const idleMS = 4000;

function field(value: unknown, key: string): number | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const v = (value as Record<string, unknown>)[key];
  return typeof v === "number" && Number.isFinite(v) ? v : undefined;
}

/** Presses in order of time; a click that only echoes a touch is left out. */
export function taps(events: readonly RecordedEvent[]): Tap[] {
  const out: Tap[] = [];
  for (const e of events) {
    if (e.type !== incremental || field(e.data, "source") !== source.interaction) continue;
    const kind = field(e.data, "type");
    const x = field(e.data, "x");
    const y = field(e.data, "y");
    if (x === undefined || y === undefined || (kind !== click && kind !== touchStart)) continue;
    const tap: Tap = { at: e.timestamp, x, y, touch: kind === touchStart };
    const echo = kind === click && out.slice(-8).some((t) => t.touch && tap.at - t.at <= echoMS && Math.abs(t.x - x) <= echoPx && Math.abs(t.y - y) <= echoPx);
    if (!echo) out.push(tap);
  }
  return out.sort((a, b) => a.at - b.at);
}

/**
 * Stretches of [from, to] (epoch ms) without any action of a person, in milliseconds from `from`. Stretches that touch
 * one of `keep` (epoch ms) are no idle time: waiting for an answer is what a clip is about.
 */
export function idleGaps(events: readonly RecordedEvent[], from: number, to: number, keep: readonly Gap[]): Gap[] {
  const out: Gap[] = [];
  let last = from;
  const close = (at: number) => {
    if (at - last >= idleMS && !keep.some((k) => k.from < at && k.to > last)) out.push({ from: last - from, to: at - from });
    last = Math.max(last, at);
  };
  for (const e of events) {
    if (e.timestamp <= from || e.timestamp > to || e.type !== incremental) continue;
    const s = field(e.data, "source");
    if (s !== undefined && people.has(s)) close(e.timestamp);
  }
  close(to);
  return out;
}
