// How far people come on the way to a goal, and when they come back: for everybody, by segment, and with an issue.
import { useMemo, useState } from "react";
import { fetchFunnels, fetchIssues, fetchRetention } from "../api/client";
import type { Funnel, FunnelIssue, FunnelList, IssueList, Proportion, RetentionDetail } from "../api/wire";
import { count, plural, ratio, share } from "../model/format";
import { attribute } from "../model/patterns";
import { useResource } from "../state/resource";
import { issuePath, Link, useNavigation } from "../state/router";
import { CurveChart } from "./curve";
import { Empty, Failed, Loading } from "./parts";
import { useTitle } from "./shell";

// Below this false discovery rate a segment's step is marked: one mark in twenty may be chance.
const markedBelow = 0.05;
// The issues that the chooser of the return curve offers.
const offered = 100;

export function GoalsPage() {
  useTitle("Goals");
  const funnels = useResource<FunnelList>("funnels", fetchFunnels);
  if (funnels.error !== undefined) return <Failed error={funnels.error} onRetry={funnels.reload} />;
  if (funnels.data === undefined) return <Loading what="the funnels" />;
  const all = funnels.data.funnels ?? [];
  return (
    <article className="goals">
      <header className="masthead">
        <div>
          <h1>How far people come</h1>
          <p className="muted">Every session that was read, on its way to each goal, and the days on which known users come back. Shares carry their 95 % interval.</p>
        </div>
      </header>
      {all.length === 0 && <Empty title="No goal is configured"><p>Name one under <code>goals:</code> in <code>rankle.yaml</code>, with steps if there are any, and analyse again; recordings are not read a second time.</p></Empty>}
      {all.map((f) => <FunnelCard key={f.goal} funnel={f} />)}
      <Returning />
    </article>
  );
}

function Shared({ of: p }: { of: Proportion }) {
  if (p.share === null) return <span className="muted">nobody came</span>;
  return <><b>{share(p.share)}</b> <span className="muted small">({share(p.low)} to {share(p.high)})</span></>;
}

function FunnelCard({ funnel: f }: { funnel: Funnel }) {
  const steps = f.steps ?? [];
  const issues = f.issues ?? [];
  return (
    <section className="card" aria-label={`Goal ${f.goal}`}>
      <div className="card-head">
        <h2>{f.goal}</h2>
        <span><Shared of={f.reached} /> <span className="muted">{count(f.reached.some)} of {plural(f.sessions, "session", "sessions")} reached it</span></span>
      </div>
      <ol className="steps">
        {steps.map((s, i) => (
          <li key={s.name}>
            <div className="step-head"><b>{s.name}</b><span className="num">{count(s.through.some)}</span></div>
            <span className="meter" aria-hidden="true"><i style={{ width: `${f.sessions > 0 ? (s.through.some / f.sessions) * 100 : 0}%` }} /></span>
            <p className="small"><Shared of={s.through} /> <span className="muted">of the {count(s.through.all)} that came to it; {plural(s.through.all - s.through.some, "session", "sessions")} dropped off</span></p>
            <StepIssues issues={issues.filter((x) => x.step === i)} />
          </li>
        ))}
      </ol>
      <Segments funnel={f} />
    </section>
  );
}

function StepIssues({ issues }: { issues: readonly FunnelIssue[] }) {
  if (issues.length === 0) return null;
  return (
    <details className="fold">
      <summary>{plural(issues.length, "issue was", "issues were")} met just before</summary>
      <ul className="plain">
        {issues.map((i) => <li key={i.key}><span className="rank-badge">#{i.rank}</span> <Link to={issuePath(i.key)}>{i.title}</Link> <span className="muted small">met in {plural(i.met, "session", "sessions")}, {count(i.stopped)} of them went no further</span></li>)}
      </ul>
      <p className="muted small">Not all who stopped did so because of the issue; what it costs is on its page.</p>
    </details>
  );
}

function Segments({ funnel: f }: { funnel: Funnel }) {
  const segments = f.segments ?? [];
  const attributes = [...new Set(segments.map((s) => s.attribute))];
  const [chosen, setChosen] = useState("");
  const shown = attributes.includes(chosen) ? chosen : attributes[0];
  if (shown === undefined) return null;
  const rows = segments.filter((s) => s.attribute === shown);
  return (
    <div className="funnel-segments">
      <label className="inline">By <select value={shown} onChange={(e) => setChosen(e.target.value)}>{attributes.map((a) => <option key={a} value={a}>{attribute(a)}</option>)}</select></label>
      <div className="scroll-x" tabIndex={0} role="region" aria-label={`${f.goal} by ${attribute(shown)}`}>
        <table className="table">
          <thead><tr><th scope="col">{attribute(shown)}</th><th scope="col" className="num">Sessions</th>{(f.steps ?? []).map((s) => <th key={s.name} scope="col" className="num">{s.name}</th>)}<th scope="col" className="num">Reached it</th></tr></thead>
          <tbody>
            {rows.map((r) => (
              <tr key={r.value}>
                <th scope="row">{r.value}</th>
                <td className="num">{count(r.sessions)}</td>
                {(r.steps ?? []).map((s) => {
                  const differs = s.q_value < markedBelow;
                  return <td key={s.name} className={differs ? "num differs" : "num"} title={`${count(s.through.some)} of ${count(s.through.all)}${differs ? "; differs from the other sessions" : ""}`}>{s.through.share === null ? "–" : share(s.through.share)}{differs && <span className="hidden">, differs from the others</span>}<small className="example">{count(s.through.all)} came</small></td>;
                })}
                <td className="num">{r.reached.share === null ? "–" : share(r.reached.share)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className="muted small">Framed: differs from all other sessions, at a false discovery rate below 5 % over all segments and steps.</p>
    </div>
  );
}

function Returning() {
  const { search, go } = useNavigation();
  const key = search.get("issue") ?? "";
  const detail = useResource<RetentionDetail>(`retention:${key}`, (signal) => fetchRetention(key, signal));
  const issues = useResource<IssueList>("issues:offered", (signal) => fetchIssues({ limit: offered }, signal));
  const d = detail.data;
  const curves = useMemo(() => {
    if (d === undefined) return [];
    if (d.issue === undefined) return [{ name: "all known users", hue: "blue", days: d.curve ?? [] }];
    return [{ name: "met the issue", hue: "red", days: d.issue.met ?? [] }, { name: "their tries all worked", hue: "teal", days: d.issue.worked ?? [] }];
  }, [d]);
  return (
    <section className="card" aria-labelledby="returning-title">
      <h2 id="returning-title">When people come back</h2>
      <label className="inline">Compare those who met <select value={key} onChange={(e) => go(e.target.value === "" ? "/goals" : `/goals?issue=${encodeURIComponent(e.target.value)}`, { replace: true, keepScroll: true })}>
        <option value="">(no issue: everybody)</option>
        {(issues.data?.issues ?? []).map((i) => <option key={i.key} value={i.key}>#{i.rank} {i.title}</option>)}
      </select></label>
      {detail.error !== undefined ? <Failed error={detail.error} onRetry={detail.reload} /> : d === undefined ? <Loading what="the days of return" /> : curves.every((c) => c.days.length === 0) ? (
        <p className="muted">{d.users === 0 ? "No recording names its user, so nobody can be seen to come back." : "The data is too short, or too few people met this, to follow anybody for a day."}</p>
      ) : (
        <div className={`returns ${detail.stale ? "stale" : ""}`}>
          <CurveChart curves={curves} label="Share of users who came back on a day" />
          <div>
            <p className="muted small">
              Of {plural(d.users, "known user", "known users")}, day by day after {d.issue === undefined ? "their first session" : "the first try at this issue’s control or screen"}; only users whose day is over count.{d.anonymous_sessions > 0 && ` ${plural(d.anonymous_sessions, "session", "sessions")} without a user id ${d.anonymous_sessions === 1 ? "is" : "are"} left out.`}
              {d.issue !== undefined && " These are different people: what the issue costs is the estimate on its page, not the distance of the curves."}
            </p>
            {d.issue !== undefined && <p><Link to={issuePath(d.issue.key)}>Open the issue</Link></p>}
            <table className="table windows">
              <thead><tr><th scope="col">Window</th><th scope="col" className="num">Came back</th><th scope="col" className="num">Users</th><th scope="col" className="num">Still open</th></tr></thead>
              <tbody>{(d.windows ?? []).map((w) => <tr key={w.window}><th scope="row">{w.window}</th><td className="num">{count(w.returned)} <span className="muted">{ratio(w.returned, w.users)}</span></td><td className="num">{count(w.users)}</td><td className="num">{count(w.censored)}</td></tr>)}</tbody>
            </table>
          </div>
        </div>
      )}
    </section>
  );
}
