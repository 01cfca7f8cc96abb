import { useEffect, useRef } from "react";
import { fetchAccess, fetchReport, signOut, whenSignedOut } from "./api/client";
import type { AccessState, Report } from "./api/wire";
import { count } from "./model/format";
import { begin, forget, useResource } from "./state/resource";
import { Link, route, useNavigation } from "./state/router";
import { AuditPage } from "./views/audit";
import { ClipPage } from "./views/clip";
import { FixListPage, beginList } from "./views/fixlist";
import { GoalsPage } from "./views/goals";
import { IssuePage } from "./views/issue";
import { Empty } from "./views/parts";
import { RunPage } from "./views/run";
import { ScreensPage } from "./views/screens";
import { SessionPage } from "./views/session";
import { SessionsPage } from "./views/sessions";
import { Shell } from "./views/shell";
import { SignInPage } from "./views/signin";

/**
 * Asks for what the first page shows before it is drawn: the server had the browser fetch these together with the script.
 * Ends when it is here, or when it is known not to come, which the page then tells.
 */
export async function ahead(): Promise<void> {
  const asks: Promise<unknown>[] = [begin("access", fetchAccess), begin("report", fetchReport)];
  if (route(location.pathname).page === "list") asks.push(beginList());
  count(0); // a browser takes 20 ms and more to make its first formatter of numbers: while the answers are on their way
  await Promise.allSettled(asks);
}

export function App() {
  const { path } = useNavigation();
  const at = route(path);
  const access = useResource<AccessState>("access", fetchAccess);
  const who = access.data;
  const stranger = who !== undefined && who.required && who.name === "";
  const report = useResource<Report>(stranger ? null : "report", fetchReport);
  // Nothing of what the last person saw stays behind.
  const { reload: askAgain } = access;
  useEffect(() => whenSignedOut(() => { forget(""); askAgain(); }), [askAgain]);
  // A new page takes the focus, so that keyboards and screen readers start at its top. Clips of one issue are one page.
  const place = "key" in at ? `${at.page} ${at.key}` : "id" in at ? at.id : at.page;
  const shown = useRef(place);
  useEffect(() => {
    if (shown.current === place) return;
    shown.current = place;
    document.getElementById("main")?.focus({ preventScroll: true });
  }, [place]);
  const page = () => {
    if (stranger) return <SignInPage access={who} onSignedIn={askAgain} />;
    switch (at.page) {
      case "list": return <FixListPage report={report} />;
      case "issue": return <IssuePage key={at.key} issueKey={at.key} />;
      case "clip": return <ClipPage key={at.key} issueKey={at.key} index={at.index} />;
      case "sessions": return <SessionsPage />;
      case "session": return <SessionPage key={at.id} id={at.id} />;
      case "screens": return <ScreensPage />;
      case "goals": return <GoalsPage />;
      case "audit": return <AuditPage />;
      case "run": return <RunPage report={report} />;
      case "unknown": return <Empty title="There is no such page"><p><Link to="/">Open the fix list</Link></p></Empty>;
    }
  };
  const leave = () => void signOut(new AbortController().signal).finally(() => { forget(""); askAgain(); });
  return <Shell page={at.page} demo={report.data?.demo ?? false} user={who?.name ?? ""} onSignOut={leave}>{page()}</Shell>;
}
