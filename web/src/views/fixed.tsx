// Did the fix work: the failed tries before and after, and what was predicted beside what came.
import { fetchFixes } from "../api/client";
import type { Fix, FixList, Proportion } from "../api/wire";
import { count, figure, sentenceCase, share } from "../model/format";
import { useResource } from "../state/resource";
import { Failed, Loading } from "./parts";

const states: Record<Fix["state"], { name: string; tone: string }> = {
  unseen: { name: "Not seen yet", tone: "" },
  early: { name: "Too early to tell", tone: "" },
  works: { name: "It works", tone: "good" },
  persists: { name: "It still fails", tone: "bad" },
  returned: { name: "It came back", tone: "bad" },
};

/** `rev` changes when somebody changed the review, so that the answer is asked for anew. */
export function FixCard({ issueKey, rev }: { issueKey: string; rev: number }) {
  const list = useResource<FixList>(`fixes:${rev}`, fetchFixes);
  const fix = list.data?.fixes?.find((f) => f.issue === issueKey);
  return (
    <section className="card" aria-labelledby="fix-title">
      <div className="card-head">
        <h2 id="fix-title">Did the fix work?</h2>
        {fix !== undefined && <span className={`chip ${states[fix.state].tone}`}>{states[fix.state].name}</span>}
      </div>
      {list.error !== undefined ? <Failed error={list.error} onRetry={list.reload} /> : list.data === undefined ? <Loading what="what came after" /> : fix === undefined ? <p className="muted">The run does not know of the fix yet.</p> : <Told fix={fix} />}
    </section>
  );
}

function Told({ fix: f }: { fix: Fix }) {
  const outcomes = f.outcomes ?? [];
  return (
    <>
      <p>{f.sentence}</p>
      <div className="bars fix-bars">
        <Side name="before" of={f.before} />
        <Side name="since" of={f.after} />
      </div>
      <p className="muted small">Share of the tries that failed{f.left > 0 ? `; ${count(f.left)} more on neither side, because their version is not known` : ""}.</p>
      {outcomes.map((o) => (
        <div key={o.outcome}>
          <h3>{o.outcome}</h3>
          {o.predicted === null && o.realised === null ? <p className="muted">{sentenceCase((o.caveats ?? []).join("; ") || "cannot be estimated")}</p> : (
            <dl className="pairs">
              <dt>Predicted loss before the fix</dt><dd>{o.predicted === null ? "cannot be estimated" : figure(o.predicted)}</dd>
              <dt>Gained since</dt><dd>{o.realised === null ? "cannot be estimated yet" : figure(o.realised)}</dd>
            </dl>
          )}
        </div>
      ))}
    </>
  );
}

function Side({ name, of: p }: { name: string; of: Proportion }) {
  return (
    <span className={name === "since" ? "bar other" : "bar"}>
      <i style={{ width: `${(p.share ?? 0) * 100}%` }} />
      <b>{p.share === null ? "no try" : share(p.share)}</b> <span className="muted small">{name}{p.share !== null && `: ${count(p.some)} of ${count(p.all)} (${share(p.low)} to ${share(p.high)})`}</span>
    </span>
  );
}
