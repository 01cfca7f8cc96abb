// The list of everything the detectors said about a stretch of a session, kept or dismissed.
import { memo } from "react";
import type { Signal } from "../api/wire";
import { clock, plural, share } from "../model/format";
import { aftermath, pattern, words } from "../model/patterns";
import { issuePath, Link } from "../state/router";

export const SignalList = memo(function SignalList({ signals, from, onSeek, issue }: { signals: readonly Signal[]; from: number; onSeek(epochMS: number): void; issue?: string }) {
  return (
    <ol className="signals" aria-label="Episodes">
      {signals.map((s) => (
        <li key={`${s.start_ms}-${s.pattern}-${s.verdict}`} className={s.verdict}>
          <button type="button" className="jump" onClick={() => onSeek(s.start_ms - 1000)} aria-label={`Play from ${clock(s.start_ms - from)}`}>{clock(s.start_ms - from)}</button>
          <div>
            <p>
              <span className="chip pattern" data-hue={s.verdict === "friction" ? pattern(s.pattern).hue : "slate"}>{pattern(s.pattern).label}</span>{" "}
              <Name signal={s} /> {s.gestures > 1 ? <span className="muted">{plural(s.gestures, "press", "presses")}{s.unanswered > 0 ? `, ${s.unanswered} unanswered` : ""}</span> : null}
            </p>
            <p className="muted small">
              {s.verdict === "friction" ? `Friction, ${share(s.confidence)} sure` : s.verdict === "dismissed" ? `Dismissed: ${words(s.reason).toLowerCase()}` : `Could not be judged: ${words(s.reason).toLowerCase()}`}
              {s.cause !== "" && <> · {s.cause}</>}
              {aftermath(s.aftermath) !== "" && <> · {aftermath(s.aftermath)}</>}
              {s.issue !== undefined && s.issue !== "" && s.issue !== issue && <> · <Link to={issuePath(s.issue)}>its issue</Link></>}
            </p>
          </div>
        </li>
      ))}
    </ol>
  );
});

function Name({ signal }: { signal: Signal }) {
  const t = signal.target;
  if (t !== null && t.label !== "") return <>“{t.label}”</>;
  if (t !== null && t.selector !== "") return <code>{t.selector}</code>;
  return <>on <code>{signal.screen}</code></>;
}
