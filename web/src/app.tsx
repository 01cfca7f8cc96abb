import { useEffect, useRef } from "react";
import { fetchReport } from "./api/client";
import type { Report } from "./api/wire";
import { useResource } from "./state/resource";
import { Link, route, useNavigation } from "./state/router";
import { AuditPage } from "./views/audit";
import { ClipPage } from "./views/clip";
import { FixListPage } from "./views/fixlist";
import { IssuePage } from "./views/issue";
import { Empty } from "./views/parts";
import { RunPage } from "./views/run";
import { SessionPage } from "./views/session";
import { SessionsPage } from "./views/sessions";
import { Shell } from "./views/shell";

// How long to wait before asking again for a report that is not there yet.
const retryMS = 3000;

export function App() {
  const { path } = useNavigation();
  const at = route(path);
  const report = useResource<Report>("report", fetchReport);
  // While there is no report, somebody is about to make one.
  const { error, reload } = report;
  useEffect(() => {
    if (error?.status !== 503) return;
    const again = setTimeout(reload, retryMS);
    return () => clearTimeout(again);
  }, [error, reload]);
  // A new page takes the focus, so that keyboards and screen readers start at its top. Clips of one issue are one page.
  const place = "key" in at ? `${at.page} ${at.key}` : "id" in at ? at.id : at.page;
  const shown = useRef(place);
  useEffect(() => {
    if (shown.current === place) return;
    shown.current = place;
    document.getElementById("main")?.focus({ preventScroll: true });
  }, [place]);
  const page = () => {
    switch (at.page) {
      case "list": return <FixListPage report={report} />;
      case "issue": return <IssuePage key={at.key} issueKey={at.key} />;
      case "clip": return <ClipPage key={at.key} issueKey={at.key} index={at.index} />;
      case "sessions": return <SessionsPage />;
      case "session": return <SessionPage key={at.id} id={at.id} />;
      case "audit": return <AuditPage />;
      case "run": return <RunPage report={report} />;
      case "unknown": return <Empty title="There is no such page"><p><Link to="/">Open the fix list</Link></p></Empty>;
    }
  };
  return <Shell page={at.page} demo={report.data?.demo ?? false}>{page()}</Shell>;
}
