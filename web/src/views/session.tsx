// One whole session: the player, its path, and everything that was found in it.
import { memo, useCallback, useMemo, useRef, useState } from "react";
import { fetchSession, sessionEventsURL } from "../api/client";
import type { SessionDetail, Signal, Visit } from "../api/wire";
import { clock, duration, moment, plural } from "../model/format";
import { pattern, words } from "../model/patterns";
import { Player } from "../player/player";
import { Walker } from "../player/walker";
import { useKeys } from "../state/keys";
import { useResource } from "../state/resource";
import { Link, sessionPath, useNavigation } from "../state/router";
import { Fact, Failed, Loading } from "./parts";
import { SignalList } from "./signals";
import { useTitle } from "./shell";

export function SessionPage({ id }: { id: string }) {
  const resource = useResource<SessionDetail>(`session:${id}`, (signal) => fetchSession(id, signal));
  const { search, back } = useNavigation();
  const s = resource.stale ? undefined : resource.data;
  useTitle(s === undefined ? "Session" : `Session of ${s.user === "" ? "an unknown user" : s.user}`);
  useKeys({ Escape: () => back("/sessions") });
  const seek = useRef<((epochMS: number) => void) | null>(null);
  const visits = useMemo(() => s?.visits ?? [], [s]);
  const signals = useMemo(() => s?.signals ?? [], [s]);
  const path = useMemo(() => new Walker(visits, (v) => v.at_ms), [visits]);
  const [here, setHere] = useState(-1);
  const onPosition = useCallback((ms: number) => setHere(path.moveTo(ms) - 1), [path]);
  const jump = useCallback((ms: number) => seek.current?.(ms), []);
  const share = useCallback((position: number) => `${sessionPath(id)}?t=${(position / 1000).toFixed(1)}`, [id]);
  if (s === undefined) {
    if (resource.error === undefined) return <Loading what="the session" />;
    return <Failed error={resource.error} onRetry={resource.reload}>{resource.error.status === 404 && <p><Link to="/sessions">All sessions</Link></p>}</Failed>;
  }
  const start = Date.parse(s.start);
  // ?t= counts seconds from the start of the session; ?at= is the clock of the recording, as clips know it.
  const seconds = Number(search.get("t") ?? Number.NaN);
  const at = Number(search.get("at") ?? Number.NaN);
  const startAt = Number.isFinite(seconds) ? seconds * 1000 : undefined;
  const startEpoch = startAt === undefined && Number.isFinite(at) ? at : undefined;
  return (
    <article className="session">
      <header className="issue-head">
        <p className="crumbs"><Link to="/sessions">Sessions</Link> <span aria-hidden="true">/</span> {s.id}</p>
        <h1>Session of {s.user === "" ? "an unknown user" : s.user}</h1>
        <dl className="facts">
          <Fact name="Started">{moment(s.start)}</Fact>
          <Fact name="Length" hint={`active ${duration(s.active_ms)}`}>{duration(s.duration_ms)}</Fact>
          <Fact name="On">{[s.device, s.os, s.browser].filter((p) => p !== "").join(", ") || "not known"}</Fact>
          <Fact name="Version">{s.app_version === "" ? "not known" : s.app_version}</Fact>
          <Fact name="Reached">{(s.converted ?? []).length === 0 ? "no goal" : (s.converted ?? []).join(", ")}</Fact>
        </dl>
      </header>
      <div className="session-columns">
        <div className="card">
          <Player name="Whole session" eventsURL={s.events_url ?? sessionEventsURL(s.id)} viewport={s.viewport} signals={signals} startAt={startAt} startEpoch={startEpoch} share={share} onPosition={onPosition} seekRef={seek} />
          <Journey visits={visits} signals={signals} here={here} onSeek={jump} />
        </div>
        <aside className="card session-side" aria-labelledby="found-title">
          <h2 id="found-title">What was found ({signals.length})</h2>
          {signals.length === 0 ? <p className="muted">Nothing in this session looks like friction.</p> : <SignalList signals={signals} from={start} onSeek={jump} />}
          <Quality session={s} />
        </aside>
      </div>
    </article>
  );
}

interface JourneyProps { visits: readonly Visit[]; signals: readonly Signal[]; here: number; onSeek(ms: number): void }

/** The path through the screens, to scale, with the episodes on it. Only what the playhead enters or leaves is drawn anew. */
const Journey = memo(function Journey({ visits, signals, here, onSeek }: JourneyProps) {
  const first = visits[0];
  const end = useMemo(() => visits.reduce((n, v) => Math.max(n, v.until_ms), 0), [visits]);
  if (first === undefined) return null;
  const length = Math.max(1, end - first.at_ms);
  const at = visits[here];
  return (
    <section className="journey-map" aria-label="Path through the screens">
      <div className="journey-strip" aria-hidden="true">
        <Strip visits={visits} signals={signals} from={first.at_ms} length={length} />
        {at !== undefined && <em style={{ left: left(at.at_ms - first.at_ms, length), width: `${((at.until_ms - at.at_ms) / length) * 100}%` }} />}
      </div>
      <ol className="visits">
        {visits.map((v, i) => <VisitRow key={`${v.at_ms}-${i}`} visit={v} from={first.at_ms} here={i === here} onSeek={onSeek} />)}
      </ol>
    </section>
  );
});

const left = (ms: number, length: number) => `${Math.min(100, Math.max(0, (ms / length) * 100))}%`;

const Strip = memo(function Strip({ visits, signals, from, length }: { visits: readonly Visit[]; signals: readonly Signal[]; from: number; length: number }) {
  return (
    <>
      {visits.map((v, i) => <i key={`${v.at_ms}-${i}`} style={{ left: left(v.at_ms - from, length), width: `${((v.until_ms - v.at_ms) / length) * 100}%` }} title={`${v.screen}, ${duration(v.until_ms - v.at_ms)}`} />)}
      {signals.filter((s) => s.verdict === "friction").map((s) => <b key={`${s.start_ms}${s.pattern}`} data-hue={pattern(s.pattern).hue} style={{ left: left(s.start_ms - from, length) }} />)}
    </>
  );
});

const VisitRow = memo(function VisitRow({ visit: v, from, here, onSeek }: { visit: Visit; from: number; here: boolean; onSeek(ms: number): void }) {
  return (
    <li aria-current={here ? "location" : undefined}>
      <button type="button" onClick={() => onSeek(v.at_ms)}><span className="jump">{clock(v.at_ms - from)}</span> <code>{v.screen}</code> <span className="muted small">{duration(v.until_ms - v.at_ms)}</span></button>
    </li>
  );
});

function Quality({ session: s }: { session: SessionDetail }) {
  const unseen = Object.entries(s.coverage ?? {}).filter(([, seen]) => !seen).map(([what]) => words(what).toLowerCase());
  const marks = s.marks ?? [];
  if (unseen.length === 0 && marks.length === 0) return null;
  return (
    <details className="fold">
      <summary>How much the recording shows</summary>
      {unseen.length > 0 && <p>Not recorded: {unseen.join(", ")}. What rests on it is not judged.</p>}
      {marks.length > 0 && <p>{plural(marks.length, "remark", "remarks")} on quality: {marks.map((m) => words(m).toLowerCase()).join(", ")}.</p>}
    </details>
  );
}
