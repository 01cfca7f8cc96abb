// What people decided about an issue. Two who edit at once lose nothing: the server refuses a stale revision, and the
// one who comes second sees both and chooses.
import { useEffect, useState } from "react";
import { ApiError, fetchIssue, saveReview } from "../api/client";
import type { IssueDetail, IssueList, IssueRow, Review } from "../api/wire";
import { moment } from "../model/format";
import { statuses, statusName } from "../model/patterns";
import { amend } from "../state/resource";
import { StatusChip } from "./parts";

/** What is kept of a list, with what was decided about one of its rows: the list need not be loaded again to its end. */
function withReview(kept: unknown, key: string, review: Review): unknown {
  const decided = (rows: IssueRow[]) => rows.map((row): IssueRow => {
    if (row.key !== key) return row;
    const { per_effort: _, ...rest } = row; // the server's to say
    return { ...rest, status: review.status, owner: review.owner, ...(review.effort === undefined ? {} : { effort: review.effort }) };
  });
  const list = kept as Partial<IssueList> & { rows?: IssueRow[] };
  return { ...list, ...(list.issues ? { issues: decided(list.issues) } : {}), ...(list.rows ? { rows: decided(list.rows) } : {}) };
}

const none: Review = { status: "new", owner: "", note: "", rev: 0, history: [] };

type Phase = { kind: "idle" } | { kind: "saving" } | { kind: "saved" } | { kind: "failed"; message: string } | { kind: "conflict"; theirs: Review };

export function ReviewPanel({ issue, onSaved }: { issue: IssueDetail; onSaved(): void }) {
  const [stored, setStored] = useState<Review>(issue.review ?? none);
  const [draft, setDraft] = useState(stored);
  const [phase, setPhase] = useState<Phase>({ kind: "idle" });
  const dirty = draft.status !== stored.status || draft.owner !== stored.owner || draft.note !== stored.note
    || (draft.effort ?? 0) !== (stored.effort ?? 0) || (draft.status === "fixed" && (draft.fixed_version ?? "") !== (stored.fixed_version ?? ""));
  useEffect(() => {
    // A newer revision from the server replaces what is shown, unless somebody is in the middle of a change.
    const review = issue.review ?? none;
    if (dirty || review.rev <= stored.rev) return;
    setStored(review);
    setDraft(review);
  }, [issue.review]);
  const edit = (part: Partial<Review>) => {
    setDraft((d) => ({ ...d, ...part }));
    if (phase.kind === "saved" || phase.kind === "failed") setPhase({ kind: "idle" });
  };
  const save = async (rev: number) => {
    const abort = new AbortController();
    setPhase({ kind: "saving" });
    try {
      const now = await saveReview(issue.key, {
        status: draft.status, owner: draft.owner, note: draft.note, effort: draft.effort ?? 0, rev,
        ...(draft.status === "fixed" && draft.fixed_version !== undefined && draft.fixed_version !== "" ? { fixed_version: draft.fixed_version } : {}),
      }, abort.signal);
      setStored(now);
      setDraft(now);
      setPhase({ kind: "saved" });
      amend("issues:", (lists) => withReview(lists, issue.key, now));
      onSaved();
    } catch (error) {
      if (error instanceof ApiError && error.status === 409) {
        const theirs = await fetchIssue(issue.key, abort.signal).then((i) => i.review, () => null);
        if (theirs !== null) {
          setPhase({ kind: "conflict", theirs });
          return;
        }
      }
      setPhase({ kind: "failed", message: explain(error) });
    }
  };
  return (
    <section className="card review" aria-labelledby="review-title">
      <div className="card-head"><h2 id="review-title">Review</h2><StatusChip status={stored.status} /></div>
      <form onSubmit={(e) => { e.preventDefault(); void save(stored.rev); }}>
        <fieldset className="segmented">
          <legend className="hidden">Status</legend>
          {statuses.map((s) => (
            <label key={s}><input type="radio" name="status" value={s} checked={draft.status === s} onChange={() => edit({ status: s })} /><span>{statusName(s)}</span></label>
          ))}
        </fieldset>
        {draft.status === "fixed" && (
          <label className="stacked">Fixed in version<input value={draft.fixed_version ?? ""} maxLength={200} autoComplete="off" list="versions" placeholder="empty: from now on" onChange={(e) => edit({ fixed_version: e.target.value })} />
            <datalist id="versions">{(issue.versions ?? []).map((v) => <option key={v.version} value={v.version} />)}</datalist>
          </label>
        )}
        <label className="stacked">Owner<input value={draft.owner} maxLength={200} autoComplete="off" onChange={(e) => edit({ owner: e.target.value })} /></label>
        <label className="stacked">Effort to fix it, in one unit for all issues<input type="number" min={0} max={1000000} step="any" value={draft.effort ?? ""} placeholder="not estimated" onChange={(e) => edit({ effort: e.target.value === "" ? 0 : Number(e.target.value) })} /></label>
        <label className="stacked">Note<textarea rows={3} value={draft.note} maxLength={10000} onChange={(e) => edit({ note: e.target.value })} /></label>
        {phase.kind === "conflict" ? (
          <div className="conflict" role="alert">
            <p><b>Somebody changed this meanwhile:</b> {statusName(phase.theirs.status)}{phase.theirs.owner !== "" && <>, owner {phase.theirs.owner}</>}{phase.theirs.note !== "" && <>, “{phase.theirs.note}”</>}.</p>
            <div className="buttons">
              <button type="button" className="primary" onClick={() => { setStored(phase.theirs); void save(phase.theirs.rev); }}>Save mine over it</button>
              <button type="button" onClick={() => { setStored(phase.theirs); setDraft(phase.theirs); setPhase({ kind: "idle" }); onSaved(); }}>Take theirs</button>
            </div>
          </div>
        ) : (
          <div className="buttons">
            <button type="submit" className="primary" disabled={!dirty || phase.kind === "saving"}>{phase.kind === "saving" ? "Saving…" : "Save"}</button>
            {dirty && phase.kind !== "saving" && <button type="button" onClick={() => { setDraft(stored); setPhase({ kind: "idle" }); }}>Undo</button>}
            <span role="status" className="muted">{phase.kind === "saved" ? "Saved" : ""}</span>
          </div>
        )}
        {phase.kind === "failed" && <p className="error" role="alert">{phase.message}</p>}
      </form>
      {(stored.history ?? []).length > 0 && (
        <details className="fold">
          <summary>History ({(stored.history ?? []).length})</summary>
          <ol className="plain history">
            {(stored.history ?? []).map((h) => (
              <li key={`${h.at}-${h.rev ?? ""}`}><b>{statusName(h.status ?? "")}</b>{h.fixed_version !== undefined && h.fixed_version !== "" && <> in {h.fixed_version}</>}{h.owner !== undefined && h.owner !== "" && <>, owner {h.owner}</>} <span className="muted small">{moment(h.at)}{h.by !== undefined && h.by !== "" && <> by {h.by}</>}</span>{h.note !== undefined && h.note !== "" && <p>{h.note}</p>}</li>
            ))}
          </ol>
        </details>
      )}
    </section>
  );
}

function explain(error: unknown): string {
  if (error instanceof ApiError && (error.status === 404 || error.status === 405 || error.status === 501)) return "This server does not keep reviews. Your text is still here; nothing was saved.";
  return `Not saved: ${error instanceof Error ? error.message : String(error)}`;
}
