// One issue: what happens, where, since when, to whom, what it costs and how sure we are.
import { useEffect } from "react";
import { fetchIssue } from "../api/client";
import type { FunnelPlace, Impact, IssueDetail, Proportion, Segment, Use } from "../api/wire";
import { count, day, estimate, interval, latency, plural, ratio, sentenceCase, share } from "../model/format";
import { estimated, laneName, sentence, sharedAxis, verdictOn } from "../model/impact";
import { attribute, pattern, words } from "../model/patterns";
import { loadStage } from "../player/load";
import { useKeys } from "../state/keys";
import { useResource, type Resource } from "../state/resource";
import { clipPath, issuePath, Link, screenPath, useNavigation } from "../state/router";
import { ClipStage, ClipStrip, issueResource, NoClips } from "./clips";
import { AxisScale, Fact, Failed, Lane, Loading, PatternChip, TrendChart } from "./parts";
import { ReviewPanel } from "./review";
import { useTitle } from "./shell";
import { FixCard } from "./fixed";
import { Ticket } from "./ticket";
import { Icon } from "./icons";

export function useIssue(key: string): Resource<IssueDetail> {
  useEffect(() => void loadStage(), []); // an issue is shown with a clip
  return useResource<IssueDetail>(issueResource(key), (signal) => fetchIssue(key, signal));
}

export function MissingIssue({ resource }: { resource: Resource<IssueDetail> }) {
  if (resource.error === undefined) return <Loading what="the issue" />;
  return <Failed error={resource.error} onRetry={resource.reload}>{resource.error.status === 404 && <p><Link to="/">Back to the fix list</Link></p>}</Failed>;
}

export function IssuePage({ issueKey }: { issueKey: string }) {
  const resource = useIssue(issueKey);
  const { search, go, back } = useNavigation();
  const issue = resource.stale ? undefined : resource.data;
  useTitle(issue?.title ?? "Issue");
  useKeys({ Escape: () => back("/") });
  if (issue === undefined) return <MissingIssue resource={resource} />;
  const clips = issue.clips ?? [];
  const wanted = Number(search.get("clip") ?? Number.NaN);
  const current = clips.find((c) => c.index === wanted) ?? clips[0];
  const pick = (index: number) => go(`${issuePath(issue.key)}?clip=${index}`, { replace: true });
  return (
    <article className="issue">
      <IssueHead issue={issue} />
      <div className="issue-columns">
        <div className="issue-main">
          <section className="card clips" aria-labelledby="clips-title">
            <div className="card-head">
              <h2 id="clips-title">See it happen</h2>
              {current !== undefined && <Link to={clipPath(issue.key, current.index)} className="quiet"><Icon name="full" /> Large player</Link>}
            </div>
            {current === undefined ? <NoClips /> : (
              <>
                <ClipStage issue={issue} index={current.index} autoplay={search.has("clip")} startAt={undefined} onPick={pick} />
                <ClipStrip clips={clips} current={current.index} onPick={pick} />
              </>
            )}
          </section>
          <What issue={issue} />
          <Segments segments={issue.segments ?? []} total={issue.sessions_affected} />
          {issue.use.sessions > 0 && <Answers issue={issue} />}
          <section className="card" aria-labelledby="trend-title">
            <h2 id="trend-title">Since when</h2>
            <p className="muted">First seen {day(issue.first_seen)}, last seen {day(issue.last_seen)}.</p>
            <TrendChart days={issue.trend ?? []} changes={issue.changes ?? []} />
          </section>
        </div>
        <div className="issue-side">
          <Cost issue={issue} />
          <ReviewPanel issue={issue} onSaved={resource.reload} />
          {issue.review?.status === "fixed" && <FixCard issueKey={issue.key} rev={issue.review.rev} />}
          <OnTheWay places={issue.funnel ?? []} />
          <Dismissed issue={issue} />
          {(issue.similar ?? []).length > 0 && (
            <section className="card" aria-labelledby="similar-title">
              <h2 id="similar-title">Similar issues</h2>
              <ul className="plain">{(issue.similar ?? []).map((s) => <li key={s.key}><span className="rank-badge">#{s.rank}</span> <Link to={issuePath(s.key)}>{s.title}</Link></li>)}</ul>
            </section>
          )}
        </div>
      </div>
    </article>
  );
}

export function IssueHead({ issue }: { issue: IssueDetail }) {
  return (
    <header className="issue-head">
      <p className="crumbs"><Link to="/">Fix list</Link> <span aria-hidden="true">/</span> <span className="rank-badge">#{issue.rank}</span></p>
      <h1>{issue.title}</h1>
      <p className="where">screen {issue.screen.includes("*") ? <code>{issue.screen}</code> : <Link to={screenPath(issue.screen)}><code>{issue.screen}</code></Link>}{issue.cause !== undefined && issue.cause !== "" && <> · cause <code>{issue.cause}</code></>}</p>
      <dl className="facts">
        <Fact name="Users affected">{count(issue.users_affected)}</Fact>
        <Fact name="Sessions affected" hint={`${ratio(issue.sessions_affected, issue.sessions_exposed)} of ${count(issue.sessions_exposed)} that ${issue.family === "control" ? "tried" : "came there"}`}><Link to={`/sessions?issue=${encodeURIComponent(issue.key)}`} title="List these sessions">{count(issue.sessions_affected)}</Link></Fact>
        <Fact name="Detector confidence" hint="mean of its episodes">{share(issue.confidence)}</Fact>
        <Fact name="Chance to belong in the top 3" hint={`in the top 10: ${share(issue.top10)}`}>{share(issue.top3)}</Fact>
      </dl>
      <Ticket issueKey={issue.key} />
    </header>
  );
}

function What({ issue }: { issue: IssueDetail }) {
  const t = issue.target;
  return (
    <section className="card" aria-labelledby="what-title">
      <h2 id="what-title">What happens</h2>
      {(issue.evidence ?? []).length > 0 && <ul className="evidence">{(issue.evidence ?? []).map((s) => <li key={s}>{s}</li>)}</ul>}
      <table className="table">
        <caption className="hidden">Patterns of this issue</caption>
        <thead><tr><th scope="col">Pattern</th><th scope="col" className="num">Episodes</th><th scope="col" className="num">Sessions</th></tr></thead>
        <tbody>
          {(issue.patterns ?? []).map((p) => (
            <tr key={p.pattern}>
              <th scope="row"><PatternChip name={p.pattern} /> <span className="muted means">{pattern(p.pattern).means}</span></th>
              <td className="num">{count(p.episodes)}</td>
              <td className="num">{count(p.sessions)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {t !== null && (t.label !== "" || t.selector !== "") && (
        <dl className="target">
          {t.label !== "" && <div><dt>Control</dt><dd>“{t.label}”{t.role !== "" && <span className="muted"> {t.role}</span>}</dd></div>}
          {t.selector !== "" && <div><dt>Selector</dt><dd><code>{t.selector}</code></dd></div>}
        </dl>
      )}
    </section>
  );
}

function Cost({ issue }: { issue: IssueDetail }) {
  const all = issue.impacts ?? [];
  const axis = sharedAxis(all.flatMap((i) => (i.naive_per_week === null ? [i] : [i, { ...i, per_week: i.naive_per_week }])));
  const possible = all.filter((i) => estimated(i) !== null);
  const impossible = all.filter((i) => estimated(i) === null);
  return (
    <section className="card cost-card" aria-labelledby="cost-title">
      <h2 id="cost-title">What it costs a week, and how sure that is</h2>
      {all.length === 0 && <p className="muted">No goal is configured and no user id is known, so no cost can be estimated. What happened, to whom and how often is known all the same.</p>}
      {possible.length > 0 && (
        <>
          <AxisScale axis={axis} label="" />
          {possible.map((i) => <CostOf key={`${i.goal ?? ""}${i.window ?? ""}`} impact={i} axis={axis} family={issue.family} />)}
          <p className="legend muted"><i className="dot" /> adjusted, with 95 % interval <i className="naive" /> without any adjustment</p>
        </>
      )}
      {impossible.map((i) => <p key={`${i.goal ?? ""}${i.window ?? ""}`} className="impossible">{sentence(i, issue.family)}</p>)}
      <p className="muted small">These figures describe people who met the issue beside people who did not. They are no proof of cause. <Link to="/run">How they are computed</Link></p>
    </section>
  );
}

function CostOf({ impact, axis, family }: { impact: Impact; axis: Parameters<typeof Lane>[0]["axis"]; family: string }) {
  const caveats = impact.caveats ?? [];
  return (
    <div className="cost-of">
      <Lane impact={impact} axis={axis} naive />
      <details>
        <summary><span className="hidden">{laneName(impact)}: </span>In words</summary>
        <p>{sentence(impact, family)}</p>
        <p>
          {verdictOn(impact)}{" "}
          {impact.naive_per_week !== null && <>Without any adjustment it would read {estimate(impact.naive_per_week)} a week.</>}{" "}
          {impact.share !== null && impact.share_low !== null && impact.share_high !== null && <>Of those who met it, {share(impact.share)} are lost this way (95 %: {share(impact.share_low)} to {share(impact.share_high)}).</>}
        </p>
        {impact.e_value > 1 && <p>To explain the loss away, something unrecorded would have to go with both meeting this and the outcome by a factor of {estimate(impact.e_value)} each{impact.e_value_low > 1 ? `; by ${estimate(impact.e_value_low)} for the lower end of the interval` : ""}.</p>}
        {impact.balance !== undefined && (
          <p>{impact.balance.after < 0.1 ? "Those compared with are alike" : `Those compared with still differ, most in ${impact.balance.worst}`}: the largest standardised difference is {impact.balance.after.toFixed(2)} after weighting, {impact.balance.before.toFixed(2)} before (below 0.1 counts as alike).</p>
        )}
        {caveats.length > 0 && <ul>{caveats.map((c) => <li key={c}>{sentenceCase(c)}</li>)}</ul>}
        <p className="muted small">Method: {impact.method}; {plural(impact.exposed, "met it", "met it")}, {count(impact.compared)} for comparison; interval {interval(impact.low ?? 0, impact.high ?? 0)}.</p>
      </details>
    </div>
  );
}

function Segments({ segments, total }: { segments: readonly Segment[]; total: number }) {
  const max = Math.max(0.0001, ...segments.flatMap((s) => [s.rate_in, s.rate_out]));
  return (
    <section className="card" aria-labelledby="segments-title">
      <h2 id="segments-title">Who meets it</h2>
      {segments.length === 0 ? <p className="muted">No version, device, browser, system, channel or plan stands out: it meets everybody alike.</p> : (
        <div className="scroll-x" tabIndex={0} role="region" aria-labelledby="segments-title">
          <table className="table segments">
            <thead><tr><th scope="col">Segment</th><th scope="col">Affected share, here and elsewhere</th><th scope="col" className="num">Affected</th><th scope="col" className="num">of all affected</th></tr></thead>
            <tbody>
              {segments.map((s) => (
                <tr key={`${s.attribute}=${s.value}`}>
                  <th scope="row"><span className="muted">{attribute(s.attribute)}</span> {s.value}</th>
                  <td>
                    <div className="bars">
                      <span className="bar"><i style={{ width: `${(s.rate_in / max) * 100}%` }} /><b>{share(s.rate_in)}</b></span>
                      <span className="bar other"><i style={{ width: `${(s.rate_out / max) * 100}%` }} /><b>{share(s.rate_out)}<span className="hidden"> elsewhere</span></b></span>
                    </div>
                  </td>
                  <td className="num">{count(s.affected)} of {count(s.exposed)}</td>
                  <td className="num">{ratio(s.affected, total)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function Answers({ issue }: { issue: IssueDetail }) {
  const versions = issue.versions ?? [];
  return (
    <section className="card" aria-labelledby="answers-title">
      <h2 id="answers-title">How the control answers</h2>
      <p className="muted">Everybody who pressed it, whether they met the issue or not: how often it answered, how soon, how many presses a session has, and how many of the people who came there use it. The first version is the oldest.</p>
      <div className="scroll-x" tabIndex={0} role="region" aria-labelledby="answers-title">
        <table className="table answers">
          <thead>
            <tr>
              <th scope="col">Version</th><th scope="col">Tries answered</th><th scope="col" className="num">Half within</th>
              <th scope="col" className="num">95 % within</th><th scope="col" className="num">Presses</th><th scope="col" className="num">Used by</th>
            </tr>
          </thead>
          <tbody>
            {versions.map((v) => <AnswersRow key={v.version} name={v.version} use={v} hint={v.first_seen_ms > 0 ? `First seen ${day(new Date(v.first_seen_ms).toISOString())}` : undefined} />)}
            <AnswersRow name={versions.length > 0 ? "All" : "All versions"} use={issue.use} hint="Sessions whose version is not known included" />
          </tbody>
        </table>
      </div>
    </section>
  );
}

function AnswersRow({ name, use, hint }: { name: string; use: Use; hint: string | undefined }) {
  return (
    <tr>
      <th scope="row" title={hint}>{name}</th>
      <td>
        {use.rate === null ? <span className="muted">No try whose outcome is known</span> : (
          <div className="bars">
            <span className="bar" title={use.rate_low === null || use.rate_high === null ? undefined : `95 %: ${share(use.rate_low)} to ${share(use.rate_high)}`}><i style={{ width: `${use.rate * 100}%` }} /><b>{share(use.rate)}</b></span>
            <span className="muted small">of {plural(use.tried, "try", "tries")}</span>
          </div>
        )}
      </td>
      <td className="num">{latency(use.latency_p50_ms)}<br /><span className="muted small">of {count(use.timed)}</span></td>
      <td className="num">{latency(use.latency_p95_ms)}<br /><span className="muted small">of {count(use.timed)}</span></td>
      <td className="num" title={`Median; 95 % of the sessions have at most ${count(use.presses_p95)}`}>{count(use.presses_p50)}<br /><span className="muted small">in {plural(use.sessions, "session", "sessions")}</span></td>
      <td className="num">{ratio(use.people, use.visitors)}<br /><span className="muted small">{count(use.people)} of {count(use.visitors)}</span></td>
    </tr>
  );
}

/** Which step of which goal's way it stands before, and how many go on from there with it and without. */
function OnTheWay({ places }: { places: readonly FunnelPlace[] }) {
  if (places.length === 0) return null;
  return (
    <section className="card" aria-labelledby="way-title">
      <div className="card-head"><h2 id="way-title">Where on the way</h2><Link to="/goals" className="quiet">All goals</Link></div>
      {places.map((p) => (
        <div key={`${p.goal} ${p.step}`} className="way">
          <p>Before “{p.name}”, step {p.step + 1} of {p.steps} to {p.goal}. {plural(p.met.all - p.met.some, "session", "sessions")} of {count(p.met.all)} that met it there did not go on.</p>
          <dl className="ways">
            {([["met it", p.met, "met"], ["all others", p.others, "other"]] as const).map(([name, of, kind]) => (
              <div key={kind}>
                <dt>{name}</dt>
                <dd><span className={`bar ${kind}`} title={of.share === null ? undefined : `95 %: ${share(of.low)} to ${share(of.high)}`}><i style={{ width: `${(of.share ?? 0) * 100}%` }} /><b>{wentOn(of)}</b></span></dd>
              </div>
            ))}
          </dl>
        </div>
      ))}
      <p className="muted small">As it was seen: those who met it may be other people. What it costs is the figure above, not this difference.</p>
    </section>
  );
}

const wentOn = (p: Proportion): string => (p.share === null ? "nobody came there" : `${share(p.share)} of ${count(p.all)} went on`);

function Dismissed({ issue }: { issue: IssueDetail }) {
  const rows = issue.dismissed ?? [];
  return (
    <section className="card" aria-labelledby="dismissed-title">
      <h2 id="dismissed-title">Look-alikes that were not counted</h2>
      {rows.length === 0 ? <p className="muted">None on this control.</p> : (
        <table className="table"><caption className="hidden">Dismissed episodes by reason</caption>
          <tbody>{rows.map((r) => <tr key={r.reason}><th scope="row">{words(r.reason)}</th><td className="num">{plural(r.episodes, "episode", "episodes")}</td></tr>)}</tbody>
        </table>
      )}
    </section>
  );
}
