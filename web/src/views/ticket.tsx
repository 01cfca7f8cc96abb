// An issue as the text of a ticket, copied in one press.
import { useState } from "react";
import { fetchTicket } from "../api/client";

const trackers: { id: string; name: string }[] = [{ id: "github", name: "GitHub" }, { id: "jira", name: "Jira" }, { id: "linear", name: "Linear" }];

export function Ticket({ issueKey }: { issueKey: string }) {
  const [said, setSaid] = useState("");
  const copy = async (tracker: { id: string; name: string }) => {
    try {
      const text = await fetchTicket(issueKey, tracker.id, new AbortController().signal);
      await navigator.clipboard.writeText(`${text.title}\n\n${text.body}`);
      setSaid(`Copied for ${tracker.name}`);
    } catch (error) {
      setSaid(`Not copied: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  return (
    <div className="ticket" role="group" aria-label="Copy as a ticket">
      <span className="muted">Copy as a ticket for</span>
      {trackers.map((t) => <button key={t.id} type="button" className="quiet" onClick={() => void copy(t)}>{t.name}</button>)}
      <span role="status" className="muted">{said}</span>
    </div>
  );
}
