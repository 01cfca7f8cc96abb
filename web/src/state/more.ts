// A list that comes page by page: the first page is a resource like others, the pages after it are added while somebody
// goes on, and are there again when somebody comes back.
import { useEffect, useMemo, useRef, useState } from "react";
import { ApiError } from "../api/client";
import { remember, remembered } from "./resource";

export interface Page<T> { rows: readonly T[]; next: string | undefined }

export interface More<T> {
  rows: readonly T[];
  state: "end" | "more" | "loading" | "failed";
  error: ApiError | undefined;
  /** Loads the next page, unless one is on its way. */
  next(): void;
}

/** What follows the first page, and the cursor that it follows: another first page has other pages behind it. */
interface Tail<T> extends Page<T> { after: string }

/**
 * Adds pages to `first`. `key` names the list as it does for useResource, and what is kept is forgotten with it. `restart`
 * loads the first page again: the server refuses cursors of a run that it no longer serves.
 */
export function useMore<T>(key: string, first: Page<T> | undefined, load: (cursor: string, signal: AbortSignal) => Promise<Page<T>>, restart: () => void): More<T> {
  const kept = remembered<Tail<T>>(`${key}:more`);
  const tail = first !== undefined && kept !== undefined && kept.after === first.next ? kept : undefined;
  const cursor = tail === undefined ? first?.next : tail.next;
  const asking = useRef<{ cursor: string; abort: AbortController } | null>(null);
  const [failed, setFailed] = useState<{ cursor: string; error: ApiError } | null>(null);
  const [, redraw] = useState(0);
  useEffect(() => () => { asking.current?.abort.abort(); asking.current = null; }, [key]);
  const next = () => {
    if (first?.next === undefined || cursor === undefined || asking.current?.cursor === cursor) return;
    asking.current?.abort.abort();
    const ask = (asking.current = { cursor, abort: new AbortController() });
    const after = first.next;
    const done = () => {
      if (asking.current === ask) asking.current = null;
      redraw((n) => n + 1);
    };
    setFailed(null);
    load(cursor, ask.abort.signal).then(
      (page) => {
        if (ask.abort.signal.aborted) return;
        remember(`${key}:more`, { after, rows: [...(tail?.rows ?? []), ...page.rows], next: page.next } satisfies Tail<T>);
        done();
      },
      (error: unknown) => {
        if (ask.abort.signal.aborted) return;
        if (error instanceof ApiError && error.status === 400) restart();
        else setFailed({ cursor, error: error instanceof ApiError ? error : new ApiError(0, "Something broke in the viewer", String(error)) });
        done();
      },
    );
    redraw((n) => n + 1);
  };
  const rows = useMemo(() => (tail === undefined ? (first?.rows ?? []) : [...(first?.rows ?? []), ...tail.rows]), [first, tail]);
  const error = failed !== null && failed.cursor === cursor ? failed.error : undefined;
  const state = cursor === undefined ? "end" : asking.current?.cursor === cursor ? "loading" : error !== undefined ? "failed" : "more";
  return { rows, state, error, next };
}
