// j and k walk a list, Enter opens: the same on every page that is a list of links.
import { useEffect, useRef, useState } from "react";
import { useKeys } from "./keys";

export interface Rows {
  /** Index of the current row, -1 before the first key. */
  current: number;
  /** Ref for the element of row i; its first link with class "title" takes the focus. */
  row(i: number): (element: HTMLElement | null) => void;
}

/** `identity` changes when the list is another one; the walk starts over then. */
export function useRows(count: number, identity: unknown): Rows {
  const [current, setCurrent] = useState(-1);
  const elements = useRef<(HTMLElement | null)[]>([]);
  useEffect(() => setCurrent(-1), [identity]);
  const link = (i: number) => elements.current[i]?.querySelector<HTMLElement>("a.title") ?? null;
  const move = (by: number) => {
    const next = Math.min(count - 1, Math.max(0, current + by));
    setCurrent(next);
    link(next)?.focus({ preventScroll: true });
    elements.current[next]?.scrollIntoView({ block: "nearest" });
  };
  useKeys({ j: () => move(1), k: () => move(-1), Enter: () => link(current)?.click() });
  return {
    current,
    row: (i) => (element) => {
      elements.current[i] = element;
    },
  };
}
