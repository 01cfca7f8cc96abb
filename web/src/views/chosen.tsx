// What to do with the rows that somebody chose: take them into planning.
import { useState } from "react";
import { exportURL, fetchExport } from "../api/client";
import { plural } from "../model/format";

export function Chosen({ keys, onClear }: { keys: readonly string[]; onClear(): void }) {
  const [said, setSaid] = useState("");
  if (keys.length === 0) return null;
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(await fetchExport("md", keys, new AbortController().signal));
      setSaid("Copied as Markdown");
    } catch (error) {
      setSaid(`Not copied: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  return (
    <div className="chosen" role="region" aria-label="Chosen issues">
      <b>{plural(keys.length, "issue", "issues")} chosen</b>
      <button type="button" className="primary" onClick={() => void copy()}>Copy for planning</button>
      <a className="tool" href={exportURL("csv", keys)} download>CSV</a>
      <a className="tool" href={exportURL("json", keys)} download>JSON</a>
      <button type="button" className="quiet" onClick={onClear}>Clear</button>
      <span role="status" className="muted">{said}</span>
    </div>
  );
}
