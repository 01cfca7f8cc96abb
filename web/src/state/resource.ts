// Loading of server data: one hook, a small cache so that going back is instant, and a state that a view can switch on.
import { useCallback, useEffect, useState } from "react";
import { ApiError } from "../api/client";

export interface Resource<T> {
  /** The value for the current key, or the last one while a new key loads (then `stale` is true). */
  data: T | undefined;
  error: ApiError | undefined;
  loading: boolean;
  stale: boolean;
  reload(): void;
}

// Enough for a list, its filters and the issues somebody flips through; recordings are never kept here.
const cacheLimit = 60;
const cache = new Map<string, unknown>();

/** Keeps a value under a key, and lets go of what was not used for longest. */
export function remember(key: string, value: unknown): void {
  cache.delete(key);
  cache.set(key, value);
  for (const oldest of cache.keys()) {
    if (cache.size <= cacheLimit) break;
    cache.delete(oldest);
  }
}

/** Loads what somebody is likely to ask for next, unless it is here. A failure shows when it is really asked for. */
export async function prefetch<T>(key: string, load: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  if (cache.has(key)) return cache.get(key) as T;
  try {
    const data = await load(signal);
    remember(key, data);
    return data;
  } catch {
    return undefined;
  }
}

/** What the cache holds under a key. */
export function remembered<T>(key: string): T | undefined {
  return cache.get(key) as T | undefined;
}

/** Changes what the cache holds under keys that start with `prefix`, after a change on the server whose outcome is known. */
export function amend(prefix: string, change: (value: unknown) => unknown): void {
  for (const [key, value] of cache) if (key.startsWith(prefix)) cache.set(key, change(value));
}

/** Forgets what the cache holds under keys that start with `prefix`, after a change on the server. */
export function forget(prefix: string): void {
  for (const key of [...cache.keys()]) if (key.startsWith(prefix)) cache.delete(key);
}

// What was asked for before there was a view to show it, by the key under which it is going to be asked for.
interface Begun { answer: Promise<unknown>; data?: unknown }
const begun = new Map<string, Begun>();

/** Asks for what the first view will ask for under `key`, which then has it from its first picture on if it is here by then. */
export function begin<T>(key: string, load: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const answer = load(new AbortController().signal);
  const asked: Begun = { answer };
  begun.set(key, asked);
  answer.then((data) => (asked.data = data), () => begun.delete(key)); // the view asks for itself then, and tells
  return answer;
}

interface Held<T> { key: string; data?: T; error?: ApiError }

/**
 * Loads the resource named by `key` (null: nothing to load). The same key must always mean the same request; a cached
 * value is shown at once and refreshed behind it, and what the server says will be there soon is asked for again.
 */
export function useResource<T>(key: string | null, load: (signal: AbortSignal) => Promise<T>): Resource<T> {
  const [held, setHeld] = useState<Held<T> | null>(() => {
    const here = key === null ? undefined : begun.get(key)?.data;
    return key === null || here === undefined ? null : { key, data: here as T };
  });
  const [round, setRound] = useState(0);
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    if (key === null) return;
    const asked = begun.get(key);
    begun.delete(key);
    if (asked?.data !== undefined && held?.key === key) {
      remember(key, asked.data);
      return;
    }
    const abort = new AbortController();
    setBusy(true);
    ((asked?.answer as Promise<T> | undefined) ?? load(abort.signal)).then(
      (data) => {
        if (abort.signal.aborted) return;
        remember(key, data);
        setHeld({ key, data });
        setBusy(false);
      },
      (error: unknown) => {
        if (abort.signal.aborted) return;
        cache.delete(key);
        setHeld({ key, error: error instanceof ApiError ? error : new ApiError(0, "Something broke in the viewer", String(error)) });
        setBusy(false);
      },
    );
    return () => abort.abort();
    // `load` is a new closure on every render; the key stands for it.
  }, [key, round]);
  const reload = useCallback(() => setRound((n) => n + 1), []);
  const soon = held?.key === key ? held?.error : undefined;
  useEffect(() => {
    if (soon === undefined || soon.waitMS === 0) return;
    const again = setTimeout(reload, soon.waitMS);
    return () => clearTimeout(again);
  }, [soon, reload]);
  if (key === null) return { data: undefined, error: undefined, loading: false, stale: false, reload };
  if (held?.key === key) return { data: held.data, error: held.error, loading: busy, stale: false, reload };
  const cached = cache.get(key) as T | undefined;
  if (cached !== undefined) return { data: cached, error: undefined, loading: true, stale: false, reload };
  return { data: held?.data, error: undefined, loading: true, stale: held?.data !== undefined, reload };
}
