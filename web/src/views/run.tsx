// The run: what was read, what was not and why, and what the numbers do and do not mean.
import type { Report } from "../api/wire";
import { bytes, count, dayRange, figure, plural, quantity, ratio, sentenceCase, share } from "../model/format";
import { words } from "../model/patterns";
import type { Resource } from "../state/resource";
import { Failed, Fact, Loading } from "./parts";
import { ActivityCard } from "./activity";
import { useTitle } from "./shell";

export function RunPage({ report }: { report: Resource<Report> }) {
  useTitle("Run");
  const activity = <ActivityCard shown={report.data?.run ?? ""} onNewResult={report.reload} />;
  if (report.error !== undefined) return <><Failed error={report.error} onRetry={report.reload} />{activity}</>;
  const r = report.data;
  if (r === undefined) return <Loading what="the run" />;
  const skipped = r.read.skipped ?? [];
  const left = skipped.reduce((n, s) => n + s.count, 0);
  return (
    <article className="run">
      <header className="masthead">
        <div><h1>What this list rests on</h1><p className="muted">Run <code>{r.run}</code></p></div>
        <dl className="facts">
          <Fact name="Sessions">{count(r.sessions)}</Fact>
          <Fact name="Known users" hint={r.anonymous_sessions > 0 ? `${plural(r.anonymous_sessions, "session", "sessions")} without user id` : undefined}>{count(r.users)}</Fact>
          <Fact name="Period" hint={`${quantity(r.weeks)} weeks`}>{dayRange(r.from, r.to)}</Fact>
          <Fact name="Objects read" hint={bytes(r.read.bytes)}>{count(r.read.objects)}</Fact>
          <Fact name="Skipped">{count(left)}</Fact>
        </dl>
      </header>
      {activity}
      <div className="run-columns">
        <section className="card" aria-labelledby="read-title">
          <h2 id="read-title">Read</h2>
          <ul className="plain">{(r.sources ?? []).map((s) => <li key={s}><code>{s}</code></li>)}</ul>
          <h3>Skipped, and why</h3>
          {skipped.length === 0 ? <p className="muted">Nothing was skipped.</p> : (
            <table className="table"><thead><tr><th scope="col">Reason</th><th scope="col" className="num">Recordings</th></tr></thead>
              <tbody>{skipped.map((s) => <tr key={s.reason}><th scope="row">{words(s.reason)}{(s.examples ?? []).map((e) => <code key={e} className="example">{e}</code>)}</th><td className="num">{count(s.count)}</td></tr>)}</tbody>
            </table>
          )}
          <h3>Data quality</h3>
          {(r.quality ?? []).length === 0 ? <p className="muted">No session carries a remark.</p> : (
            <table className="table"><thead><tr><th scope="col">Remark</th><th scope="col" className="num">Sessions</th></tr></thead>
              <tbody>{(r.quality ?? []).map((q) => <tr key={q.mark}><th scope="row">{words(q.mark)}</th><td className="num">{count(q.sessions)} <span className="muted">{ratio(q.sessions, r.sessions)}</span></td></tr>)}</tbody>
            </table>
          )}
        </section>
        <section className="card" aria-labelledby="goals-title">
          <h2 id="goals-title">Goals and retention</h2>
          {(r.goals ?? []).length === 0 && <p>No goal is configured, so lost conversions are not estimated. Name one under <code>goals:</code> in <code>rankle.yaml</code>.</p>}
          {(r.goals ?? []).map((g) => (
            <div key={g.name}>
              <h3>{g.name} <span className="muted">{share(g.rate)}, {count(g.reached)} of {plural(g.sessions, "session", "sessions")}</span></h3>
              {(g.steps ?? []).length > 0 && (
                <ol className="funnel">{(g.steps ?? []).map((s, i, all) => (
                  <li key={s.name}><span>{s.name}</span><span className="meter" aria-hidden="true"><i style={{ width: `${(s.sessions / Math.max(1, all[0]?.sessions ?? 1)) * 100}%` }} /></span><span className="num">{count(s.sessions)}{i > 0 && <small className="muted"> {ratio(s.sessions, all[i - 1]?.sessions ?? 0)}</small>}</span></li>
                ))}</ol>
              )}
            </div>
          ))}
          <h3>Users who came back</h3>
          {(r.retention ?? []).length === 0 ? <p className="muted">No recording names its user, so nobody can be seen to come back.</p> : (
            <table className="table"><thead><tr><th scope="col">Window</th><th scope="col" className="num">Returned</th><th scope="col" className="num">Users</th><th scope="col" className="num">Still open</th></tr></thead>
              <tbody>{(r.retention ?? []).map((w) => <tr key={w.window}><th scope="row">{w.window}</th><td className="num">{count(w.returned)} <span className="muted">{ratio(w.returned, w.users)}</span></td><td className="num">{count(w.users)}</td><td className="num">{count(w.censored)}</td></tr>)}</tbody>
            </table>
          )}
        </section>
        <section className="card" aria-labelledby="method-title">
          <h2 id="method-title">How the figures are computed</h2>
          <p>{r.method}</p>
          {r.ordered_by !== "" && <p>The list is ordered by {r.ordered_by}.</p>}
          {(r.notes ?? []).length > 0 && <><h3>What cannot be estimated</h3><ul>{(r.notes ?? []).map((n) => <li key={n}>{sentenceCase(n)}</li>)}</ul></>}
          <Checks report={r} />
          <p className="muted small">Settings fingerprint <code className="break">{r.fingerprint}</code>: the same recordings under the same settings give the same list.</p>
        </section>
        <section className="card" aria-labelledby="mean-title">
          <h2 id="mean-title">What the numbers mean, and what not</h2>
          <ul>
            <li><b>Lost per week</b> is how many more people would have reached the goal, or come back, if those who met the issue had done as well as comparable people who did not.</li>
            <li><b>The interval</b> is the range that the data and the method allow (95 %). A wide one says: too few people yet.</li>
            <li>An interval that includes zero says that there may be no loss. Such issues may still annoy people; watch the clips.</li>
            <li>The data were observed, not experimented with. What makes people both meet an issue and leave, and was not recorded, stays in the figures.</li>
            <li>Figures of several issues must not be added up: one person can meet many.</li>
            <li><b>Dismissed</b> episodes look like friction and are not: steppers, games, likes, answers that came. They are counted and shown, never ranked.</li>
          </ul>
          {r.demo && <p><b>This is generated demo data.</b> Robots with human-like timing used a small shop of our own in a real browser; some things in it were broken on purpose, and the true cost of each is written beside the data.</p>}
        </section>
      </div>
    </article>
  );
}

const checkNames: Record<string, string> = { "A/A": "Two random halves of the users", before: "What was reached before the session" };

/** What the method says where the answer is known: that there is nothing. */
function Checks({ report: r }: { report: Report }) {
  const checks = r.checks ?? [];
  const totals = (r.totals ?? []).flatMap((t) => (t.per_week === null ? [] : [{ outcome: t.outcome, per_week: t.per_week }]));
  return (
    <>
      {totals.length > 0 && <><h3>All issues together</h3><ul>{totals.map((t) => <li key={t.outcome}>{figure(t.per_week)}. Sessions that met several issues are lost once.</li>)}</ul></>}
      {checks.length > 0 && (
        <>
          <h3>Does the method find something where there is nothing?</h3>
          <table className="table">
            <thead><tr><th scope="col">Asked of this data</th><th scope="col" className="num">Found, of tests</th><th scope="col" className="num">Called harmful</th></tr></thead>
            <tbody>{checks.map((c) => <tr key={`${c.name} ${c.outcome}`}><th scope="row">{checkNames[c.name] ?? c.name} <span className="muted">{c.outcome}</span><small className="example">{sentenceCase(c.words)}</small></th><td className="num">{c.tests === 0 ? "–" : `${count(c.rejected)} of ${count(c.tests)}`}{c.tests > 0 && <small className="example">{c.passed ? "as chance allows" : "more than chance allows"}</small>}</td><td className="num">{count(c.called)}</td></tr>)}</tbody>
          </table>
        </>
      )}
      {(r.calibration ?? []).filter((c) => c.possible).map((c) => <p key={c.outcome} className="muted">{c.outcome}: calibrated with {plural(c.controls, "control", "controls")} known to be harmless.</p>)}
    </>
  );
}
