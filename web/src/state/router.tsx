// A router for nine pages: the address bar is the state, links are real links. It is this short because every page is
// one component and nothing is loaded by route but the player.
import { createContext, useContext, useEffect, useMemo, useState, type ReactNode, type MouseEvent, type AnchorHTMLAttributes } from "react";

export interface Place { path: string; search: URLSearchParams }
export interface Navigation extends Place {
  /** Goes to an address of ours. `replace` keeps the history short while somebody types. */
  go(to: string, options?: { replace?: boolean; keepScroll?: boolean }): void;
  /** Goes to the page at `to`; as it was left, with its filters and where it was scrolled to, if somebody came from there. */
  back(to: string): void;
}

const NavigationContext = createContext<Navigation | null>(null);

const here = (): Place => ({ path: location.pathname, search: new URLSearchParams(location.search) });

/** What the history knows of how somebody came to a place. */
interface Came { from: string }

export function Router({ children }: { children: ReactNode }) {
  const [place, setPlace] = useState(here);
  useEffect(() => {
    const pop = () => setPlace(here());
    addEventListener("popstate", pop);
    return () => removeEventListener("popstate", pop);
  }, []);
  const value: Navigation = useMemo(
    () => ({
      ...place,
      go(to, options = {}) {
        if (options.replace) history.replaceState(history.state, "", to);
        else history.pushState({ from: location.pathname } satisfies Came, "", to);
        setPlace(here());
        if (!options.replace && !options.keepScroll) scrollTo(0, 0);
      },
      back(to) {
        if ((history.state as Came | null)?.from === to) history.back();
        else value.go(to);
      },
    }),
    [place],
  );
  return <NavigationContext value={value}>{children}</NavigationContext>;
}

export function useNavigation(): Navigation {
  const value = useContext(NavigationContext);
  if (value === null) throw new Error("BUG: useNavigation outside of Router");
  return value;
}

/** A link that stays in the page, unless the reader asks for a new tab. */
export function Link({ to, onClick, keepScroll, ...rest }: { to: string; keepScroll?: boolean } & AnchorHTMLAttributes<HTMLAnchorElement>) {
  const { go } = useNavigation();
  const click = (e: MouseEvent<HTMLAnchorElement>) => {
    onClick?.(e);
    if (e.defaultPrevented || e.button !== 0 || e.metaKey || e.ctrlKey || e.shiftKey || e.altKey) return;
    e.preventDefault();
    go(to, keepScroll ? { keepScroll: true } : {});
  };
  return <a href={to} onClick={click} {...rest} />;
}

export type Route =
  | { page: "list" }
  | { page: "issue"; key: string }
  | { page: "clip"; key: string; index: number }
  | { page: "sessions" }
  | { page: "session"; id: string }
  | { page: "screens" }
  | { page: "goals" }
  | { page: "audit" }
  | { page: "run" }
  | { page: "unknown" };

/** Maps a path to a page. Anything it does not know is "unknown", never an exception. */
export function route(path: string): Route {
  let parts: string[];
  try {
    parts = path.split("/").filter((p) => p !== "").map(decodeURIComponent);
  } catch {
    return { page: "unknown" }; // a broken percent escape
  }
  const [first, second, third, fourth] = parts;
  if (first === undefined) return { page: "list" };
  if (first === "issues" && second !== undefined) {
    if (parts.length === 2) return { page: "issue", key: second };
    if (parts.length === 4 && third === "clips" && fourth !== undefined && /^\d{1,4}$/.test(fourth)) return { page: "clip", key: second, index: Number(fourth) };
  }
  if (first === "sessions" && parts.length === 1) return { page: "sessions" };
  if (first === "sessions" && parts.length === 2 && second !== undefined) return { page: "session", id: second };
  if (first === "signin" && parts.length === 1) return { page: "list" }; // the way in; who is in already sees the list
  if (first === "screens" && parts.length === 1) return { page: "screens" };
  if (first === "goals" && parts.length === 1) return { page: "goals" };
  if (first === "audit" && parts.length === 1) return { page: "audit" };
  if (first === "run" && parts.length === 1) return { page: "run" };
  return { page: "unknown" };
}

export const issuePath = (key: string): string => `/issues/${encodeURIComponent(key)}`;
export const clipPath = (key: string, index: number): string => `${issuePath(key)}/clips/${index}`;
export const screenPath = (template: string): string => `/screens?screen=${encodeURIComponent(template)}`;
export const sessionPath = (id: string): string => `/sessions/${encodeURIComponent(id)}`;
