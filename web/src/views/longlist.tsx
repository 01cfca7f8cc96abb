// A list of rows that may be thousands. A short one is in the document as a whole; of a long one only what is in view, what is
// next to it and where the keyboard is, with the space of the others between. Each row says where in the whole list it stands.
import { startTransition, useCallback, useEffect, useLayoutEffect, useState, type FocusEvent, type ReactNode } from "react";
import { flushSync } from "react-dom";
import { defaultRangeExtractor, useWindowVirtualizer, type Range, type VirtualItem } from "@tanstack/react-virtual";
import type { More } from "../state/more";
import type { Rows } from "../state/rows";

// So many rows are in the document as a whole, for the browser's own search and for lists of links; more make each key slow.
const short = 100;
// Rows in the document beyond both edges of the window: a turn of the wheel shows no holes.
const around = 8;
// What the first picture has of them; the others come when it is drawn.
const aroundFirst = 1;
// The next page is asked for when so many rows are left below the window, or half of what is there.
const ahead = 60;

// How high the rows were of the list that was left last: who goes back finds each of them where it was.
let left: { name: string; sizes: VirtualItem[] } = { name: "", sizes: [] };

export interface LongListProps<T> {
  /** Tells one list from another. */
  name: string;
  rows: readonly T[];
  /** How many rows there are, with those that are not loaded. */
  total: number;
  keyOf(row: T): string;
  walk: Rows;
  label: string;
  listClass?: string;
  rowClass: string;
  /** About as high as a row, in px: where a row was not seen yet. */
  height: number;
  /** Who needs the rows on paper: all that are loaded, or these alone. */
  onPaper?: ((row: T) => boolean) | undefined;
  children(row: T): ReactNode;
  more?: Pick<More<T>, "state" | "error" | "next">;
}

export function LongList<T>({ name, rows, total, keyOf, walk, label, listClass, rowClass, height, onPaper, children, more }: LongListProps<T>) {
  const [top, setTop] = useState(0);
  const settled = useSettled();
  const printing = usePrinting();
  const { current, list } = walk;
  const virtual = useWindowVirtualizer<HTMLLIElement>({
    count: rows.length,
    estimateSize: () => height,
    getItemKey: useCallback((i: number) => keyOf(rows[i] as T), [rows, keyOf]),
    overscan: !settled ? aroundFirst : rows.length <= short ? short : around,
    rangeExtractor: useCallback((range: Range) => withNeighbours(range, current), [current]),
    scrollMargin: top,
    initialMeasurementsCache: left.name === name ? left.sizes : [],
    initialRect: { width: innerWidth, height: innerHeight },
  });
  useLayoutEffect(() => {
    if (list.current !== null) setTop(Math.round(list.current.getBoundingClientRect().top + scrollY));
  });
  useEffect(() => () => { left = { name, sizes: virtual.takeSnapshot() }; }, [name, virtual]);
  const last = virtual.range?.endIndex ?? 0;
  const wanted = more?.state === "more" && settled && last >= rows.length - Math.min(ahead, rows.length / 2);
  const next = more?.next;
  useEffect(() => {
    if (wanted) next?.();
  }, [wanted, rows.length]);
  const focus = (e: FocusEvent<HTMLOListElement>) => {
    const at = (e.target as HTMLElement).closest<HTMLElement>("[data-index]")?.dataset["index"];
    if (at !== undefined) walk.stand(Number(at));
  };
  const row = (i: number, key: string) => (
    <li key={key} data-index={i} ref={printing ? null : virtual.measureElement} className={`${rowClass} ${i === current ? "current" : ""}`} aria-posinset={i + 1} aria-setsize={total}>
      {children(rows[i] as T)}
    </li>
  );
  const out: ReactNode[] = [];
  if (printing) {
    rows.forEach((r, i) => { if (onPaper === undefined || onPaper(r)) out.push(row(i, keyOf(r))); });
  } else {
    let end = top;
    for (const item of virtual.getVirtualItems()) {
      if (item.start > end) out.push(<Space key={`before ${item.index}`} height={item.start - end} />);
      out.push(row(item.index, String(item.key)));
      end = item.end;
    }
    const rest = virtual.getTotalSize() + top - end;
    if (rest > 0) out.push(<Space key="after" height={rest} />);
  }
  return <ol ref={list} aria-label={label} className={listClass} onFocus={focus}>{out}</ol>;
}

const Space = ({ height }: { height: number }) => <li className="space" role="presentation" aria-hidden="true" style={{ height }} />;

/** The rows of the window, those around it, and those that one step of the keyboard reaches. */
function withNeighbours(range: Range, current: number): number[] {
  const rows = defaultRangeExtractor(range);
  if (current < 0) return rows;
  const near = [current - 1, current, current + 1].filter((i) => i >= 0 && i < range.count && !rows.includes(i));
  return near.length === 0 ? rows : [...rows, ...near].sort((a, b) => a - b);
}

/** Whether the first picture of the list is drawn. */
function useSettled(): boolean {
  const [settled, setSettled] = useState(false);
  useEffect(() => {
    let later = 0;
    const frame = requestAnimationFrame(() => {
      later = window.setTimeout(() => startTransition(() => setSettled(true)));
    });
    return () => {
      cancelAnimationFrame(frame);
      clearTimeout(later);
    };
  }, []);
  return settled;
}

/** Whether the page is on its way to paper, where nobody scrolls. */
function usePrinting(): boolean {
  const [printing, setPrinting] = useState(false);
  useEffect(() => {
    const before = () => flushSync(() => setPrinting(true));
    const after = () => setPrinting(false);
    addEventListener("beforeprint", before);
    addEventListener("afterprint", after);
    return () => {
      removeEventListener("beforeprint", before);
      removeEventListener("afterprint", after);
    };
  }, []);
  return printing;
}
