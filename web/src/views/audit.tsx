// The audit: a person looks at episodes without knowing what the program made of them and says what they were. Above
// it what all verdicts so far say about the detectors.
import { useCallback, useEffect, useState } from "react";
import { ApiError, fetchAudit, fetchAuditReport, saveMark, saveVerdict, stretchURL } from "../api/client";
import type { AuditCase, AuditPage as Sample, AuditRate, AuditReport, Opinion } from "../api/wire";
import { count, moment, plural, share } from "../model/format";
import { pattern } from "../model/patterns";
import { Player } from "../player/player";
import { useKeys } from "../state/keys";
import { forget, useResource } from "../state/resource";
import { Link, sessionPath } from "../state/router";
import { Empty, Failed, Loading, PatternChip } from "./parts";
import { useTitle } from "./shell";

// One sample is what somebody judges in a sitting; after it the next is drawn.
const sampleSize = 20;
// What led to an episode and what followed belong to the case.
const leadMS = 5000;

const answers: { opinion: Opinion; key: string; name: string }[] = [
  { opinion: "friction", key: "y", name: "Yes, trouble" },
  { opinion: "intended", key: "n", name: "No, as intended" },
  { opinion: "unclear", key: "u", name: "Cannot tell" },
];

const nameOf = (c: AuditCase): string => `${c.session} ${c.pattern} ${c.offset_ms}`;

export function AuditPage() {
  useTitle("Audit");
  const report = useResource<AuditReport>("audit-report", fetchAuditReport);
  return (
    <article className="audit">
      <header className="masthead">
        <div>
          <h1>Are the detections right?</h1>
          <p className="muted">Watch, and say what you saw. The page does not show what the program decided, so that nobody is led; the sample mixes what was reported with what was dismissed.</p>
        </div>
      </header>
      <div className="audit-columns">
        <Queue onJudged={report.reload} />
        <section className="card" aria-labelledby="measured-title">
          <h2 id="measured-title">What the verdicts say</h2>
          {report.data !== undefined ? <Measured report={report.data} /> : report.error !== undefined ? <Failed error={report.error} onRetry={report.reload} /> : <Loading what="the measures" />}
        </section>
      </div>
    </article>
  );
}

interface Judged { from: AuditCase; opinion: Opinion; rev: number }

/** One case after the other. What was judged can be taken back in the order it was given. */
function Queue({ onJudged }: { onJudged(): void }) {
  const [seed, setSeed] = useState(1);
  const sample = useResource<Sample>(`audit:${seed}`, (signal) => fetchAudit({ size: sampleSize, seed }, signal));
  // The sample is taken as it was drawn: answers must not move what is on screen.
  const [drawn, setDrawn] = useState<{ seed: number; cases: readonly AuditCase[] }>({ seed: 0, cases: [] });
  const [at, setAt] = useState(0);
  const [judged, setJudged] = useState<readonly Judged[]>([]);
  const [saving, setSaving] = useState(false);
  const [failure, setFailure] = useState("");
  const page = sample.stale ? undefined : sample.data;
  useEffect(() => {
    if (page === undefined || drawn.seed === seed) return;
    setDrawn({ seed, cases: page.cases ?? [] });
    setAt(0);
  }, [page, seed, drawn.seed]);
  const current = drawn.seed === seed ? drawn.cases[at] : undefined;
  const over = drawn.seed === seed && drawn.cases.length > 0 && current === undefined;

  const draw = () => {
    forget("audit:");
    setSeed(seed + 1);
  };
  const save = async (work: (signal: AbortSignal) => Promise<void>) => {
    if (saving) return;
    setSaving(true);
    setFailure("");
    try {
      await work(new AbortController().signal);
      onJudged();
    } catch (error) {
      setFailure(explain(error));
    }
    setSaving(false);
  };
  const judge = (opinion: Opinion) => {
    if (current === undefined) return;
    void save(async (signal) => {
      const { session, pattern, offset_ms, rev } = current;
      const now = await saveVerdict({ session, pattern, offset_ms, verdict: opinion, rev }, signal);
      setJudged((all) => [...all, { from: current, opinion, rev: now.rev }]);
      setAt(at + 1);
    });
  };
  const takeBack = () => {
    const last = judged.at(-1);
    if (last === undefined) return;
    void save(async (signal) => {
      const { session, pattern, offset_ms } = last.from;
      const now = await saveVerdict({ session, pattern, offset_ms, verdict: "none", rev: last.rev }, signal);
      setJudged(judged.slice(0, -1));
      const known = drawn.cases.findIndex((c) => nameOf(c) === nameOf(last.from));
      const again = { ...last.from, rev: now.rev };
      setAt(Math.max(0, known));
      setDrawn({ seed: drawn.seed, cases: known < 0 ? [again, ...drawn.cases] : drawn.cases.with(known, again) });
    });
  };
  const bindings: Record<string, () => void> = { z: takeBack, j: () => current !== undefined && setAt(at + 1) };
  for (const a of answers) bindings[a.key] = () => judge(a.opinion);
  useKeys(bindings);

  if (sample.error !== undefined) return <Failed error={sample.error} onRetry={sample.reload} />;
  if (page === undefined || drawn.seed !== seed) return <Loading what="a sample" />;
  const done = (
    <p className="muted" role="status">
      {plural(page.judged + judged.filter((j) => drawn.cases.includes(j.from)).length, "episode", "episodes")} of {count(page.episodes)} judged so far
    </p>
  );
  if (current === undefined) {
    return (
      <Empty title={over ? "That was this sample" : page.episodes === 0 ? "There is nothing to judge" : "Everything is judged"}>
        {done}
        {page.episodes === 0 && <p>The run found no episode, kept or dismissed. Analyse more recordings.</p>}
        {over && <button type="button" className="primary" onClick={draw}>Draw the next {sampleSize}</button>}
        {judged.length > 0 && <button type="button" onClick={takeBack}>Take the last verdict back (z)</button>}
      </Empty>
    );
  }
  return (
    <section className="card" aria-labelledby="case-title">
      <div className="card-head">
        <h2 id="case-title">Case {at + 1} of {drawn.cases.length}</h2>
        {done}
      </div>
      <Case key={nameOf(current)} of={current} />
      <div className="audit-question" role="group" aria-label="Was this person in trouble?">
        <b>Was this person in trouble?</b>
        {answers.map((a) => (
          <button key={a.opinion} type="button" data-opinion={a.opinion} disabled={saving} onClick={() => judge(a.opinion)}>{a.name} <kbd>{a.key}</kbd></button>
        ))}
        <span className="gap" />
        <button type="button" className="quiet" onClick={() => setAt(at + 1)}>Later <kbd>j</kbd></button>
        <button type="button" className="quiet" disabled={judged.length === 0 || saving} onClick={takeBack}>Take back <kbd>z</kbd></button>
      </div>
      {failure !== "" && <p className="error" role="alert">{failure}</p>}
      <MarkControl key={`mark ${current.screen} ${current.control}`} of={current} onMarked={onJudged} />
    </section>
  );
}

/** The stretch of the recording around an episode, with words for what is to be looked at and none of an opinion. */
function Case({ of: c }: { of: AuditCase }) {
  const [from, to] = [c.start_ms - Math.min(leadMS, c.offset_ms), c.end_ms + leadMS];
  const path = sessionPath(c.session);
  const share = useCallback((position: number) => `${path}?at=${Math.round(from + position)}`, [path, from]);
  return (
    <Player
      name="The episode to judge"
      eventsURL={stretchURL(c.session, from, to)}
      viewport={null}
      signals={[]}
      range={{ from, to }}
      moment={{ start: c.start_ms, end: c.end_ms }}
      autoplay
      share={share}
      whole={share}
      caption={<><PatternChip name={c.pattern} /><span>{c.words}</span><span className="muted">{c.screen}{c.device !== "" && ` · ${c.device}`} · {moment(new Date(c.start_ms).toISOString())}</span></>}
    />
  );
}

/** "This control is meant to be pressed many times": for all sessions, from the next analysis on. */
function MarkControl({ of: c, onMarked }: { of: AuditCase; onMarked(): void }) {
  const [state, setState] = useState<{ kind: "open" | "saving" | "saved" } | { kind: "failed"; why: string }>({ kind: "open" });
  if (c.control === "" || c.pattern !== "rage_tap") return null;
  const mark = async () => {
    setState({ kind: "saving" });
    try {
      await saveMark({ screen: c.screen, control: c.control, mark: "repeat_use", name: c.target.label, rev: 0 }, new AbortController().signal);
      setState({ kind: "saved" });
      onMarked();
    } catch (error) {
      if (error instanceof ApiError && error.status === 409) setState({ kind: "saved" }); // somebody marked it before
      else setState({ kind: "failed", why: explain(error) });
    }
  };
  return (
    <div className="audit-mark">
      {state.kind === "saved"
        ? <p role="status">Marked. From the next analysis on, repeated presses of this control on {c.screen} are not reported.</p>
        : <button type="button" className="quiet" disabled={state.kind === "saving"} onClick={() => void mark()}>This control is meant to be pressed many times, in all sessions</button>}
      {state.kind === "failed" && <p className="error" role="alert">{state.why}</p>}
    </div>
  );
}

function Measured({ report: r }: { report: AuditReport }) {
  const patterns = (r.patterns ?? []).filter((m) => m.kept.of + m.dismissed.of > 0);
  const marks = r.marks ?? [];
  const nothing = r.all.kept.judged + r.all.dismissed.judged === 0;
  return (
    <>
      {nothing && <p className="before-table">Nothing is judged yet. Twenty verdicts already tell a detector that is right nine times in ten from one that is right half of the time.</p>}
      {r.pending && <p className="notice" role="status">The list does not obey all of these verdicts yet: it will after the next <code>rankle analyze</code>.</p>}
      <div className="scroll-x">
        <table className="table">
          <caption className="hidden">Measured precision and misses per pattern, with 95 % Wilson intervals</caption>
          <thead><tr><th scope="col">Pattern</th><th scope="col" className="num">Reported that are trouble</th><th scope="col" className="num">Dismissed that are trouble</th></tr></thead>
          <tbody>
            {[...patterns, r.all].map((m) => (
              <tr key={m.pattern}><th scope="row">{m.pattern === "" ? <b>All</b> : pattern(m.pattern).label}</th><td className="num"><Rate rate={m.kept} /></td><td className="num"><Rate rate={m.dismissed} /></td></tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className="muted small">Shares stand for all {count(r.episodes)} episodes of {plural(r.sessions, "session", "sessions")}: each verdict weighs as many as it was drawn for. In brackets the 95 % Wilson interval. “Cannot tell” counts for neither side.</p>
      {marks.length > 0 && (
        <>
          <h3>Controls that are meant to be pressed many times</h3>
          <ul className="plain">{marks.map((m) => <li key={`${m.screen} ${m.control}`}>{m.name !== undefined && m.name !== "" ? m.name : m.control} <span className="muted">on {m.screen}</span></li>)}</ul>
        </>
      )}
      <p className="muted small">The same from the command line: <code>rankle audit</code>. What is reported is on the <Link to="/">fix list</Link>.</p>
    </>
  );
}

function Rate({ rate: r }: { rate: AuditRate }) {
  if (r.of === 0) return <span className="muted">none</span>;
  if (r.share === null || r.low === null || r.high === null) return <span className="muted">not judged, {count(r.of)}</span>;
  return <><b>{share(r.share)}</b> <span className="muted">({share(r.low)} to {share(r.high)})<small className="example">{count(r.judged)} of {count(r.of)} judged</small></span></>;
}

function explain(error: unknown): string {
  if (error instanceof ApiError && error.status === 409) return "Somebody else judged this episode meanwhile. Go on with the next one, or reload the page to see it again.";
  return `Not saved: ${error instanceof Error ? error.message : String(error)}`;
}
