// One clip, large. The address holds issue, clip and second, so that it can be sent.
import { useState } from "react";
import { useKeys } from "../state/keys";
import { clipPath, issuePath, Link, useNavigation } from "../state/router";
import { ClipStage, ClipStrip } from "./clips";
import { MissingIssue, useIssue } from "./issue";
import { Empty } from "./parts";
import { useTitle } from "./shell";

export function ClipPage({ issueKey, index }: { issueKey: string; index: number }) {
  const resource = useIssue(issueKey);
  const { search, go, back } = useNavigation();
  const issue = resource.stale ? undefined : resource.data;
  const clips = issue?.clips ?? [];
  const at = clips.findIndex((c) => c.index === index);
  // ?t= says where the clip that was opened starts; the clips one goes on to start at their own beginning.
  const [opened] = useState(() => ({ index, seconds: Number(search.get("t") ?? Number.NaN) }));
  const startAt = opened.index === index && Number.isFinite(opened.seconds) && opened.seconds >= 0 ? opened.seconds * 1000 : undefined;
  useTitle(issue === undefined ? "Clip" : `Clip ${at + 1}: ${issue.title}`);
  useKeys({ Escape: () => back(issuePath(issueKey)) });
  if (issue === undefined) return <MissingIssue resource={resource} />;
  if (at < 0) return <Empty title="No such clip"><p>The issue has {clips.length} clips in this run. <Link to={issuePath(issueKey)}>Open the issue</Link></p></Empty>;
  const contrast = clips.find((c) => c.contrast && c.index !== index);
  const beside = search.has("beside") && contrast !== undefined;
  const pick = (to: number, both = beside) => go(clipPath(issueKey, to) + (both ? "?beside" : ""), { replace: true, keepScroll: true });
  return (
    <article className="clip-page">
      <header className="issue-head">
        <p className="crumbs"><Link to="/">Fix list</Link> <span aria-hidden="true">/</span> <Link to={issuePath(issueKey)}>#{issue.rank}</Link> <span aria-hidden="true">/</span> clip {at + 1} of {clips.length}</p>
        <h1 className="small">{issue.title}</h1>
        {contrast !== undefined && <label className="check"><input type="checkbox" checked={beside} onChange={(e) => pick(index, e.target.checked)} /> Beside where it worked</label>}
      </header>
      <div className={beside ? "clip-columns beside" : "clip-columns"}>
        <div className="card"><ClipStage issue={issue} index={index} autoplay={startAt === undefined} startAt={startAt} onPick={pick} /></div>
        {beside && <div className="card"><ClipStage issue={issue} index={contrast.index} autoplay startAt={undefined} keys={false} onPick={pick} /></div>}
        <ClipStrip clips={clips} current={index} onPick={pick} />
      </div>
    </article>
  );
}
