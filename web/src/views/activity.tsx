// What the server does about its own data: how far an analysis has come, what became of the last one, what all of it takes.
import { useEffect } from "react";
import { fetchRuns } from "../api/client";
import type { Runs } from "../api/wire";
import { dataWords, stageWords } from "../model/activity";
import { bytes, count, moment, sentenceCase } from "../model/format";
import { useResource } from "../state/resource";

// While something happens people watch; otherwise a glance now and then is enough.
const watching = 2_000;
const glancing = 30_000;

/** `shown` is the run on the page; `onNewResult` is called when the server has another one. */
export function ActivityCard({ shown, onNewResult }: { shown: string; onNewResult: () => void }) {
  const { data, error, reload } = useResource<Runs>("runs", fetchRuns);
  const running = data?.running ?? null;
  const served = data?.served ?? "";
  const pause = running === null && served !== "" ? glancing : watching;
  useEffect(() => {
    const timer = setTimeout(reload, pause);
    return () => clearTimeout(timer);
  }, [data, error, pause, reload]);
  useEffect(() => {
    if (served !== "" && served !== shown) onNewResult();
  }, [served, shown, onNewResult]);
  const last = data?.last ?? null;
  if (data === undefined) return null;
  return (
    <section className="card activity" aria-labelledby="activity-title">
      <h2 id="activity-title">Analyses and disk</h2>
      {running !== null && (
        <p role="status">
          An analysis is running since {moment(running.started)}. {sentenceCase(stageWords(running))}{" "}
          {running.total > 0 && <progress value={running.done} max={running.total} aria-label="Progress of the analysis" />}
        </p>
      )}
      {last !== null && (last.problem === ""
        ? <p>The last analysis of this server ended {moment(last.ended)} and read {count(last.fresh)} recordings.</p>
        : <p><b>The last analysis of this server, {moment(last.ended)}, gave no new result.</b> {sentenceCase(last.problem)}. The list is that of the one before.</p>)}
      {data.next !== null && data.next !== undefined && <p>The next one begins {moment(data.next)}.</p>}
      {data.every_s === 0 && <p className="muted">This server analyses nothing by itself: run <code>rankle analyze</code>, or start it with <code>--analyze-every 1h</code>.</p>}
      {data.data_bytes > 0 && <p>The data directory holds {bytes(data.data_bytes)}: {dataWords(data.data ?? [])}.</p>}
    </section>
  );
}
