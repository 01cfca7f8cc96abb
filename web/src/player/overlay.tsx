// What is drawn over the recorded page: ripples where somebody pressed, and rings where something went wrong.
// Everything is a function of the position, so pausing and jumping show the right picture.
import { useMemo, type CSSProperties } from "react";
import type { Signal } from "../api/wire";
import { pattern } from "../model/patterns";
import type { Tap } from "./gestures";
import { Walker } from "./walker";

const rippleMS = 750;
// A ring shows before its episode, so that the eye is there in time, and stays until it was read. Jumps land one
// second before an episode: the ring must be there when the picture is paused.
const ringBeforeMS = 1100;
const ringAfterMS = 1800;
// A press belongs to an episode up to this long around it; recorders stamp the two from different clocks.
const belongMS = 250;

const inside = (s: Signal, at: number): boolean => at >= s.start_ms - belongMS && at <= s.end_ms + belongMS;

export function Overlay({ taps, signals, now, scale }: { taps: readonly Tap[]; signals: readonly Signal[]; now: number; scale: number }) {
  const walker = useMemo(() => new Walker(taps, (t) => t.at), [taps]);
  const rings = signals.filter((s) => s.x >= 0 && s.y >= 0 && s.verdict !== "no_opinion" && now >= s.start_ms - ringBeforeMS && now <= s.end_ms + ringAfterMS);
  return (
    <div className="overlay" aria-hidden="true" style={{ "--shrink": Math.min(1, Math.max(0.55, scale)) } as CSSProperties}>
      {walker.recent(now, rippleMS).map((t) => {
        const of = signals.find((s) => s.verdict === "friction" && inside(s, t.at));
        const age = (now - t.at) / rippleMS;
        return (
          <i
            key={`${t.at}-${t.x}-${t.y}`}
            className={`ripple ${t.touch ? "touch" : ""}`}
            data-hue={of === undefined ? "blue" : pattern(of.pattern).hue}
            style={{ left: t.x * scale, top: t.y * scale, opacity: 1 - age, scale: String(0.5 + age) }}
          />
        );
      })}
      {rings.map((s) => {
        const count = s.verdict === "friction" ? walker.recent(Math.min(now, s.end_ms + belongMS), Math.min(now, s.end_ms + belongMS) - s.start_ms + belongMS + 1).length : s.gestures;
        const label = s.verdict === "friction" ? pattern(s.pattern).label : `${pattern(s.pattern).label}: dismissed`;
        return (
          <div key={`${s.pattern}-${s.start_ms}`} className={`ring ${s.verdict}`} data-hue={s.verdict === "friction" ? pattern(s.pattern).hue : "slate"} data-pattern={s.pattern}>
            <i style={{ left: s.x * scale, top: s.y * scale }} />
            <b className={s.y * scale < 70 ? "below" : ""} style={{ left: `clamp(80px, ${s.x * scale}px, calc(100% - 80px))`, top: s.y * scale }}>
              {label}
              {count > 1 ? ` × ${count}` : ""}
            </b>
          </div>
        );
      })}
    </div>
  );
}
