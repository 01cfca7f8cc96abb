// Clips of an issue: the player with its clip, and the strip to choose from.
import { useCallback, useEffect, useRef } from "react";
import { fetchClip, fetchIssue, warmEvents } from "../api/client";
import type { Clip, ClipRef, IssueRow } from "../api/wire";
import { clock, moment } from "../model/format";
import { pattern } from "../model/patterns";
import { loadStage } from "../player/load";
import { Player } from "../player/player";
import { prefetch, useResource } from "../state/resource";
import { clipPath, sessionPath } from "../state/router";
import { Failed, Loading } from "./parts";
import { SignalList } from "./signals";
import { Icon } from "./icons";

export const clipKind = (c: ClipRef): string => (c.contrast ? "For comparison: it worked" : pattern(c.pattern).label);

export interface ClipStageProps {
  issue: IssueRow;
  index: number;
  autoplay: boolean;
  /** Start within the cut, ms; undefined: its beginning. */
  startAt: number | undefined;
  /** See Player. */
  keys?: boolean;
  onPick(index: number): void;
}

export const issueResource = (key: string): string => `issue:${key}`;
const clipKey = (issue: IssueRow, index: number): string => `clip:${issue.key}:${index}`;

/** Gets a clip ready to be shown at once. */
const fetchAhead = (issue: IssueRow, index: number, signal: AbortSignal): Promise<void> =>
  prefetch(clipKey(issue, index), (s) => fetchClip(issue.key, index, s), signal).then((c) => (c === undefined ? undefined : warmEvents(c.events_url, signal)));

/** Returns a function that gets a clip ready; what it began is given up with the page. */
function useReady(issue: IssueRow): (index: number) => void {
  const abort = useRef<AbortController | null>(null);
  useEffect(() => () => abort.current?.abort(), []);
  return (index) => {
    abort.current?.abort();
    abort.current = new AbortController();
    void fetchAhead(issue, index, abort.current.signal);
  };
}

// Who stays at a row so long is likely to open it; who passes by costs the server nothing.
const stayMS = 120;

/**
 * Returns a function to call when somebody comes to a row, and with null when they leave: what the page of that issue shows
 * first is fetched meanwhile, with its first clip, so that the picture is there soon after the page.
 */
export function useAhead(): (issue: IssueRow | null) => void {
  const timer = useRef(0);
  const abort = useRef<AbortController | null>(null);
  useEffect(() => () => clearTimeout(timer.current), []);
  return useCallback((issue) => {
    clearTimeout(timer.current);
    if (issue === null) return; // what is under way is what the next page waits for, if they left the row by opening it
    timer.current = window.setTimeout(() => {
      abort.current?.abort();
      const { signal } = (abort.current = new AbortController());
      const first = issue.clips?.[0];
      void loadStage().catch(() => {}); // it shows when it is needed
      void prefetch(issueResource(issue.key), (s) => fetchIssue(issue.key, s), signal);
      if (first !== undefined) void fetchAhead(issue, first.index, signal);
    }, stayMS);
  }, []);
}

/** The player for one clip of an issue, and below it what was found in the stretch. */
export function ClipStage({ issue, index, autoplay, startAt, keys = true, onPick }: ClipStageProps) {
  const clips = issue.clips ?? [];
  const at = clips.findIndex((c) => c.index === index);
  const clip = useResource<Clip>(clipKey(issue, index), (signal) => fetchClip(issue.key, index, signal));
  const ready = useReady(issue);
  const next = clips[at + 1];
  const seek = useRef<((epochMS: number) => void) | null>(null);
  const pick = (by: number) => {
    const to = clips[at + by];
    return to === undefined ? undefined : () => onPick(to.index);
  };
  const share = useCallback((position: number) => `${clipPath(issue.key, index)}?t=${(position / 1000).toFixed(1)}`, [issue.key, index]);
  if (clip.error !== undefined) return <Failed error={clip.error} onRetry={clip.reload} />;
  // The last clip stays on screen while the next one is fetched: the page does not jump.
  const c = clip.data;
  if (c === undefined) return <div className="player-wait"><Loading what="the clip" /></div>;
  return (
    <>
      <Player
        name={`Clip ${at + 1} of ${clips.length}: ${clipKind(c)}`}
        eventsURL={c.events_url}
        viewport={c.viewport}
        signals={c.signals ?? []}
        range={{ from: c.from_ms, to: c.to_ms }}
        moment={{ start: c.start_ms, end: c.end_ms }}
        startAt={startAt}
        autoplay={autoplay}
        keys={keys}
        onPrevious={pick(-1)}
        onNext={pick(1)}
        share={share}
        whole={(position) => `${sessionPath(c.session)}?at=${Math.round(c.from_ms + position)}`}
        seekRef={seek}
        onShown={() => next !== undefined && ready(next.index)}
        caption={
          <>
            <span className="chip pattern" data-hue={c.contrast ? "teal" : pattern(c.pattern).hue}>{clipKind(c)}</span>
            <span>{c.caption}</span>
          </>
        }
      />
      <ContextLine clip={c} />
      {(c.signals ?? []).length > 0 && (
        <details className="fold">
          <summary>What was found in this stretch ({(c.signals ?? []).length})</summary>
          <SignalList signals={c.signals ?? []} from={c.from_ms} onSeek={(ms) => seek.current?.(ms)} issue={issue.key} />
        </details>
      )}
    </>
  );
}

function ContextLine({ clip }: { clip: Clip }) {
  const x = clip.context ?? {};
  const parts = [x.device, x.os, x.browser, x.app_version === undefined || x.app_version === "" ? "" : `version ${x.app_version}`, x.channel, x.user === undefined || x.user === "" ? "no user id" : x.user].filter((p) => p !== undefined && p !== "");
  return <p className="context muted">{parts.join(" · ")} · {moment(new Date(clip.start_ms).toISOString())}</p>;
}

/** The clips of an issue, to choose from. */
export function ClipStrip({ clips, current, onPick }: { clips: readonly ClipRef[]; current: number; onPick(index: number): void }) {
  return (
    <ol className="strip" aria-label="Clips">
      {clips.map((c, i) => (
        <li key={c.index}>
          <button type="button" className="clip" aria-current={c.index === current ? "true" : undefined} onClick={() => onPick(c.index)}>
            <span className="clip-head">
              <span className="clip-number">{i + 1}</span>
              <span className="clip-kind" data-hue={c.contrast ? "teal" : pattern(c.pattern).hue}>{clipKind(c)}</span>
              <span className="clip-time">{clock(Math.max(1000, c.end_ms - c.start_ms))}</span>
            </span>
            <span className="clip-caption">{c.caption}</span>
          </button>
        </li>
      ))}
    </ol>
  );
}

export function NoClips() {
  return <div className="state small"><Icon name="desktop" size={22} /><p>No clip was kept for this issue: its recordings hold no stretch that can be played.</p></div>;
}

