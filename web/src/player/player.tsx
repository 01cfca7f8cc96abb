// The skin of the player: picture, overlay, timeline, controls, keyboard. All behaviour is the engine's.
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState, useSyncExternalStore, type CSSProperties, type ReactNode } from "react";
import { ApiError, fetchEvents } from "../api/client";
import type { Logged, LogLine, RecordedEvent, Signal, Viewport } from "../api/wire";
import { clock } from "../model/format";
import { useKeys, type Bindings } from "../state/keys";
import { Link } from "../state/router";
import { Icon, type IconName } from "../views/icons";
import { Engine, speeds, type Gap, type Ticker } from "./engine";
import { idleGaps, taps as tapsOf, type Tap } from "./gestures";
import { loadStage } from "./load";
import { LogPanel } from "./log";
import { Overlay } from "./overlay";
import type { Size } from "./stage";
import { Timeline } from "./timeline";
import "./player.css";

export interface PlayerProps {
  /** Names the player for screen readers: "Clip 2 of 5". */
  name: string;
  eventsURL: string;
  viewport: Viewport | null;
  signals: readonly Signal[];
  /** Range to play, epoch ms; without it the whole recording. */
  range?: { from: number; to: number } | undefined;
  /** What the clip is about, epoch ms. */
  moment?: { start: number; end: number } | undefined;
  /** First picture, ms from the start of the range. */
  startAt?: number | undefined;
  /** The same as epoch ms, for those who do not know where the recording starts; goes before startAt. */
  startEpoch?: number | undefined;
  autoplay?: boolean;
  /** Whether the keys of the keyboard work this player; of two on a page only one can have them. */
  keys?: boolean;
  caption?: ReactNode;
  onPrevious?: (() => void) | undefined;
  onNext?: (() => void) | undefined;
  /** Address that opens this very moment. */
  share(position: number): string;
  /** Address of the whole session at this moment. */
  whole?: ((position: number) => string) | undefined;
  onPosition?: (epochMS: number) => void;
  /** Called when the first picture is there. */
  onShown?: () => void;
  /** Receives a function that jumps to an epoch ms. */
  seekRef?: { current: ((epochMS: number) => void) | null };
}

const everyFrame: Ticker = (tick) => {
  let frame = requestAnimationFrame(function loop() {
    tick();
    frame = requestAnimationFrame(loop);
  });
  return () => cancelAnimationFrame(frame);
};

interface Loaded { url: string; from: number; taps: readonly Tap[]; idle: readonly Gap[]; log: readonly LogLine[]; logged: Logged; logLeft: number }
const nothing: Loaded = { url: "", from: 0, taps: [], idle: [], log: [], logged: { console: false, network: false }, logLeft: 0 };

const fallbackSize: Size = { width: 1280, height: 800 };
const stepMS = 5000;
const fineStepMS = 1000;
// What leads to an episode and what follows is never idle time, however still it is: clips have 5 s at both ends.
const leadMS = 5000;

function explain(error: unknown): string {
  if (error instanceof ApiError) {
    if (error.status === 404 || error.status === 410) return `The recording is gone. ${error.message}`;
    return error.message;
  }
  return error instanceof Error ? error.message : "The recording could not be played.";
}

/** The size that the first Meta event of the slice names, if it names one. */
function recordedSize(events: readonly RecordedEvent[]): Size | null {
  for (const e of events.slice(0, 4)) {
    const d = e.data as { width?: unknown; height?: unknown };
    if (e.type === 4 && typeof d.width === "number" && typeof d.height === "number" && d.width > 0 && d.height > 0) return { width: d.width, height: d.height };
  }
  return null;
}

export function Player(props: PlayerProps) {
  const { eventsURL, range, moment, startAt = 0, autoplay = false, signals, viewport } = props;
  const root = useRef<HTMLDivElement>(null);
  const box = useRef<HTMLElement>(null);
  const screen = useRef<HTMLDivElement>(null);
  const [engine] = useState(() => new Engine(everyFrame));
  const view = useSyncExternalStore(engine.subscribe, engine.snapshot);
  const [loaded, setLoaded] = useState<Loaded>(nothing);
  const [size, setSize] = useState<Size>(viewport !== null && viewport.width > 0 && viewport.height > 0 ? viewport : fallbackSize);
  const [room, setRoom] = useState({ width: 0, height: 480 });
  const [round, setRound] = useState(0);
  const [copied, setCopied] = useState(false);

  useEffect(() => {
    const abort = new AbortController();
    const host = root.current;
    if (host === null) return;
    engine.reset();
    setLoaded(nothing);
    Promise.all([fetchEvents(eventsURL, abort.signal), loadStage()]).then(
      ([slice, { createStage }]) => {
        if (abort.signal.aborted) return;
        const first = slice.events[0]?.timestamp ?? 0;
        const last = slice.events[slice.events.length - 1]?.timestamp ?? 0;
        const from = range?.from ?? first;
        const to = Math.min(range?.to ?? last, last);
        const idle = idleGaps(slice.events, from, to, signals.filter((s) => s.verdict === "friction").map((s) => ({ from: s.start_ms - leadMS, to: s.end_ms + leadMS })));
        const recorded = recordedSize(slice.events);
        if (recorded !== null) setSize(recorded);
        try {
          host.replaceChildren();
          const stage = createStage(host, slice.events, setSize);
          engine.attach(stage, { base: from - first, length: Math.max(0, to - from), idle }, props.startEpoch === undefined ? startAt : props.startEpoch - from);
        } catch (error) {
          engine.fail(explain(error));
          return;
        }
        setLoaded({ url: eventsURL, from, taps: tapsOf(slice.events), idle, log: slice.log ?? [], logged: slice.logged, logLeft: slice.log_left });
        if (autoplay) engine.play();
        props.onShown?.();
      },
      (error: unknown) => {
        if (!abort.signal.aborted) engine.fail(explain(error));
      },
    );
    return () => abort.abort();
    // A clip is its address: everything else about it changes with it.
  }, [engine, eventsURL, round]);
  useEffect(() => () => engine.reset(), [engine]);

  useLayoutEffect(() => {
    const element = screen.current;
    if (element === null) return;
    const measure = () => {
      const full = document.fullscreenElement === box.current && box.current !== null;
      setRoom({ width: element.clientWidth, height: full ? innerHeight - 150 : Math.max(260, Math.min(innerHeight * 0.62, 760)) });
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    addEventListener("resize", measure);
    return () => {
      observer.disconnect();
      removeEventListener("resize", measure);
    };
  }, []);

  const from = loaded.from;
  const origin = useRef(0); // the same for callbacks that outlive a render
  origin.current = from;
  const now = from + view.position;
  const { onPosition, seekRef } = props;
  useEffect(() => {
    if (loaded.url !== "") onPosition?.(now);
  }, [now, loaded.url, onPosition]);
  useEffect(() => {
    if (seekRef === undefined) return;
    seekRef.current = (epoch) => engine.seek(epoch - origin.current);
    return () => {
      seekRef.current = null;
    };
  }, [engine, seekRef]);
  const scale = room.width > 0 ? Math.min(1, room.width / size.width, room.height / size.height) : 0;
  const ready = view.state !== "loading" && view.state !== "failed";

  const copy = useCallback(async () => {
    const url = new URL(props.share(engine.snapshot().position), location.href).href;
    try {
      await navigator.clipboard.writeText(url);
      setCopied(true);
    } catch {
      prompt("Copy this address:", url); // no clipboard outside of secure contexts
    }
  }, [engine, props.share]);
  useEffect(() => {
    if (!copied) return;
    const t = setTimeout(() => setCopied(false), 1600);
    return () => clearTimeout(t);
  }, [copied]);

  const marks = useMemo(() => signals.filter((s) => s.verdict === "friction").map((s) => s.start_ms).sort((a, b) => a - b), [signals]);
  const toMark = (direction: 1 | -1) => {
    const goal = direction === 1 ? marks.find((m) => m > now + 1000) : marks.findLast((m) => m < now - 1500);
    if (goal !== undefined) engine.seek(goal - from - 1000);
  };
  const fullscreen = () => {
    if (document.fullscreenElement !== null) void document.exitFullscreen();
    else void box.current?.requestFullscreen?.().catch(() => {});
  };
  const bindings: Bindings = {
    " ": () => engine.toggle(),
    k: () => engine.toggle(),
    ArrowLeft: () => engine.step(-stepMS),
    ArrowRight: () => engine.step(stepMS),
    "Shift+ArrowLeft": () => engine.step(-fineStepMS),
    "Shift+ArrowRight": () => engine.step(fineStepMS),
    "[": () => toMark(-1),
    "]": () => toMark(1),
    s: () => engine.setSkipIdle(!engine.snapshot().skipIdle),
    l: () => engine.setLoop(!engine.snapshot().loop),
    f: fullscreen,
    c: () => void copy(),
  };
  for (const speed of speeds) bindings[String(speed)] = () => engine.setSpeed(speed);
  if (props.onNext !== undefined) bindings["n"] = props.onNext;
  if (props.onPrevious !== undefined) bindings["p"] = props.onPrevious;
  useKeys(bindings, props.keys ?? true);

  const shape: CSSProperties = { width: Math.round(size.width * scale), height: Math.round(size.height * scale) };
  const phone = size.width < 600;
  return (
    <section className="player" ref={box} aria-label={props.name} data-state={view.state}>
      <div className="screen" ref={screen}>
        <div className={`frame ${phone ? "phone" : ""}`} style={shape} onClick={() => engine.toggle()}>
          <div className="page" ref={root} style={{ width: size.width, height: size.height, transform: `scale(${scale})` }} />
          {ready && <Overlay taps={loaded.taps} signals={signals} now={now} scale={scale} />}
          {view.state === "loading" && <div className="veil" role="status"><span className="spinner" />Loading the recording…</div>}
          {(view.state === "paused" || view.state === "ended") && (
            <span className="big" aria-hidden="true"><Icon name={view.state === "ended" ? "again" : "play"} size={30} /></span>
          )}
        </div>
        {view.state === "failed" && (
          <div className="veil failed" role="alert">
            <Icon name="warning" size={22} />
            <p>{view.error}</p>
            <button type="button" onClick={() => setRound((n) => n + 1)}>Try again</button>
          </div>
        )}
      </div>
      {props.caption !== undefined && <div className="caption">{props.caption}</div>}
      <Timeline position={view.position} length={view.length} from={from} signals={signals} idle={loaded.idle} log={loaded.log} moment={moment} disabled={!ready} onSeek={(p) => engine.seek(p)} />
      <div className="controls" role="group" aria-label="Playback">
        {props.onPrevious !== undefined || props.onNext !== undefined ? <Tool icon="previous" name="Previous clip (p)" onPress={props.onPrevious} /> : null}
        <button type="button" className="go" disabled={!ready} onClick={() => engine.toggle()} aria-label={view.state === "playing" ? "Pause (space)" : "Play (space)"}>
          <Icon name={view.state === "playing" ? "pause" : view.state === "ended" ? "again" : "play"} size={18} />
        </button>
        {props.onPrevious !== undefined || props.onNext !== undefined ? <Tool icon="next" name="Next clip (n)" onPress={props.onNext} /> : null}
        <span className="time">
          <span data-testid="position">{clock(view.position)}</span> / {clock(view.length)}
        </span>
        <span className="gap" />
        <label className="speed">
          <span className="hidden">Speed</span>
          <select value={view.speed} onChange={(e) => engine.setSpeed(Number(e.target.value))}>
            {speeds.map((s) => <option key={s} value={s}>{s}×</option>)}
          </select>
        </label>
        <Tool icon="skip" name="Skip idle time (s)" pressed={view.skipIdle} onPress={() => engine.setSkipIdle(!view.skipIdle)} />
        <Tool icon="loop" spare name="Loop (l)" pressed={view.loop} onPress={() => engine.setLoop(!view.loop)} />
        <Tool icon={copied ? "check" : "link"} name={copied ? "Copied" : "Copy a link to this moment (c)"} onPress={() => void copy()} />
        <Tool icon="full" spare name="Full screen (f)" onPress={fullscreen} />
        {props.whole !== undefined && (
          <Link className="tool" to={props.whole(view.position)} title="Open the whole session" aria-label="Open the whole session">
            <Icon name="open" /> <span className="wide">Whole session</span>
          </Link>
        )}
      </div>
      {loaded.url !== "" && <LogPanel lines={loaded.log} logged={loaded.logged} left={loaded.logLeft} from={from} now={now} onSeek={(ms) => engine.seek(ms - from)} />}
    </section>
  );
}

/** A small button. `spare` ones give way on phones. */
function Tool({ icon, name, onPress, pressed, spare = false }: { icon: IconName; name: string; onPress?: (() => void) | undefined; pressed?: boolean; spare?: boolean }) {
  return (
    <button type="button" className={spare ? "tool spare" : "tool"} title={name} aria-label={name} aria-pressed={pressed} disabled={onPress === undefined} onClick={onPress}>
      <Icon name={icon} />
    </button>
  );
}
