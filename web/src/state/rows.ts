// j and k walk a list, Enter opens: the same on every page that is a list of links.
import { useRef, useState, type RefObject } from "react";
import { useKeys } from "./keys";

export interface Rows<E extends HTMLElement = HTMLOListElement> {
  /** Index of the current row, -1 before the first key. */
  current: number;
  /** Ref for the element that holds the rows. Row i has the attribute data-index, and its link the class "title". */
  list: RefObject<E | null>;
  /** The keyboard is at row i: somebody came there by Tab or the mouse. */
  stand(i: number): void;
}

// Where the walk through a list was when its page was left, by the name of the list: going back goes on from there.
const left = new Map<string, string>();

/**
 * Walks `rows`. The walk stays at a row, whatever is added before or behind it, as long as `name` is the same: another name is
 * another list. The rows next to the current one must be in the document.
 */
export function useRows<T, E extends HTMLElement = HTMLOListElement>(rows: readonly T[], keyOf: (row: T) => string, name: string): Rows<E> {
  const [, redraw] = useState(0);
  const list = useRef<E>(null);
  const key = left.get(name);
  const current = key === undefined ? -1 : rows.findIndex((row) => keyOf(row) === key);
  const link = (i: number) => list.current?.querySelector<HTMLElement>(`[data-index="${i}"] a.title`) ?? null;
  const stand = (i: number) => {
    const row = rows[i];
    if (row === undefined || i === current) return;
    left.set(name, keyOf(row));
    redraw((n) => n + 1);
  };
  const move = (by: number) => {
    const next = Math.min(rows.length - 1, Math.max(0, current + by));
    const to = link(next);
    stand(next);
    to?.focus({ preventScroll: true });
    to?.closest("[data-index]")?.scrollIntoView({ block: "nearest" });
  };
  useKeys({ j: () => move(1), k: () => move(-1), Enter: () => link(current)?.click() });
  return { current, list, stand };
}
