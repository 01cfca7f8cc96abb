import { fetchReport } from "./api/client";
import type { Report } from "./api/wire";
import { useResource } from "./state/resource";
import { Link, route, useNavigation } from "./state/router";
import { ClipPage } from "./views/clip";
import { FixListPage } from "./views/fixlist";
import { IssuePage } from "./views/issue";
import { Empty } from "./views/parts";
import { RunPage } from "./views/run";
import { SessionPage } from "./views/session";
import { SessionsPage } from "./views/sessions";
import { Shell } from "./views/shell";

export function App() {
  const { path } = useNavigation();
  const at = route(path);
  const report = useResource<Report>("report", fetchReport);
  const page = () => {
    switch (at.page) {
      case "list": return <FixListPage report={report} />;
      case "issue": return <IssuePage key={at.key} issueKey={at.key} />;
      case "clip": return <ClipPage key={at.key} issueKey={at.key} index={at.index} />;
      case "sessions": return <SessionsPage />;
      case "session": return <SessionPage key={at.id} id={at.id} />;
      case "run": return <RunPage report={report} />;
      case "unknown": return <Empty title="There is no such page"><p><Link to="/">Open the fix list</Link></p></Empty>;
    }
  };
  return <Shell page={at.page} demo={report.data?.demo ?? false}>{page()}</Shell>;
}
