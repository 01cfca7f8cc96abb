// The frame of every page: navigation, theme, help, and the remark that demo data is generated.
import { useEffect, useRef, type ReactNode } from "react";
import { useKeys } from "../state/keys";
import { Link, useNavigation, type Route } from "../state/router";
import { setShortcuts, setTheme, useShortcuts, useTheme, type Theme } from "../state/settings";
import { Icon, type IconName } from "./icons";

const tabs: { to: string; name: string; pages: Route["page"][] }[] = [
  { to: "/", name: "Fix list", pages: ["list", "issue", "clip"] },
  { to: "/sessions", name: "Sessions", pages: ["sessions", "session"] },
  { to: "/screens", name: "Screens", pages: ["screens"] },
  { to: "/goals", name: "Goals", pages: ["goals"] },
  { to: "/audit", name: "Audit", pages: ["audit"] },
  { to: "/run", name: "Run", pages: ["run"] },
];

const themes: { [T in Theme]: { icon: IconName; name: string; next: Theme } } = {
  system: { icon: "auto", name: "Theme: as the system. Switch to light", next: "light" },
  light: { icon: "sun", name: "Theme: light. Switch to dark", next: "dark" },
  dark: { icon: "moon", name: "Theme: dark. Switch to the system's", next: "system" },
};

export interface ShellProps {
  page: Route["page"];
  demo: boolean;
  /** Who is signed in; "" where nobody needs to. */
  user: string;
  onSignOut(): void;
  children: ReactNode;
}

export function Shell({ page, demo, user, onSignOut, children }: ShellProps) {
  const help = useRef<HTMLDialogElement>(null);
  const theme = themes[useTheme()];
  const { go } = useNavigation();
  useKeys({
    "?": () => help.current?.showModal(),
    g: () => go("/"),
  });
  return (
    <>
      <a className="skip" href="#main">Skip to the content</a>
      <header className="top">
        <Link to="/" className="brand" aria-label="Rankle, fix list">
          <svg width="22" height="22" viewBox="0 0 32 32" aria-hidden="true"><rect width="32" height="32" rx="7" fill="var(--accent)" /><path d="M8 9h16M8 16h11M8 23h6" stroke="var(--on-accent)" strokeWidth="3.4" strokeLinecap="round" /></svg>
          Rankle
        </Link>
        <nav aria-label="Pages">
          {tabs.map((t) => (
            <Link key={t.to} to={t.to} aria-current={t.pages.includes(page) ? "page" : undefined}>{t.name}</Link>
          ))}
        </nav>
        {user !== "" && <button type="button" className="tool" title={`Signed in as ${user}. Sign out`} aria-label={`Sign out ${user}`} onClick={onSignOut}><span className="user">{user}</span> <Icon name="leave" /></button>}
        <button type="button" className="tool" title="Keyboard and help (?)" aria-label="Keyboard and help (?)" onClick={() => help.current?.showModal()}><Icon name="keyboard" /></button>
        <button type="button" className="tool" title={theme.name} aria-label={theme.name} onClick={() => setTheme(theme.next)}><Icon name={theme.icon} /></button>
      </header>
      {demo && (
        <aside className="demo" aria-label="About this data">
          <b>Demo.</b> These recordings are generated<span className="wide">: robots with human-like timing used a small shop of our own, in which some things were broken on purpose</span>. <Link to="/run">What was read</Link>
        </aside>
      )}
      <main id="main" tabIndex={-1}>{children}</main>
      <Help dialog={help} />
    </>
  );
}

const shortcuts: [string, [string, string][]][] = [
  ["Everywhere", [["?", "this help"], ["g", "to the fix list"], ["/", "search"], ["Esc", "back"]]],
  ["Lists", [["j  k", "next, previous row"], ["Enter", "open"], ["x", "choose an issue"]]],
  ["Audit", [["y", "trouble"], ["n", "as intended"], ["u", "cannot tell"], ["j", "later"], ["z", "take the last one back"]]],
  ["Player", [["Space", "play, pause"], ["← →", "5 s back, ahead (with Shift: 1 s)"], ["[ ]", "previous, next friction"], ["n  p", "next, previous clip"], ["1 – 8", "speed"], ["s", "skip idle time"], ["l", "loop"], ["c", "copy a link to the second"], ["f", "full screen"]]],
];

function Help({ dialog }: { dialog: { current: HTMLDialogElement | null } }) {
  const on = useShortcuts();
  return (
    <dialog ref={dialog} className="help" aria-labelledby="help-title" onClick={(e) => e.target === e.currentTarget && e.currentTarget.close()}>
      <div className="help-body">
        <div className="help-head">
          <h2 id="help-title">Keyboard</h2>
          <button type="button" onClick={() => dialog.current?.close()}>Close</button>
        </div>
        <div className="help-columns">
          {shortcuts.map(([group, keys]) => (
            <section key={group}>
              <h3>{group}</h3>
              <dl>{keys.map(([k, what]) => <div key={k}><dt>{k.split("  ").map((one) => <kbd key={one}>{one}</kbd>)}</dt><dd>{what}</dd></div>)}</dl>
            </section>
          ))}
        </div>
        <label className="check"><input type="checkbox" checked={on} onChange={(e) => setShortcuts(e.target.checked)} /> Use these single keys</label>
      </div>
    </dialog>
  );
}

/** Sets the document's title, and tells screen readers that the page changed by moving the focus to its heading's region. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = title === "" ? "Rankle" : `${title} · Rankle`;
  }, [title]);
}
