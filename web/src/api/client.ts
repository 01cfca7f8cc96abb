// The only module that talks to the server. Every call takes an AbortSignal; errors are ApiError with a sentence that
// can be shown as it is.
import { sentenceCase } from "../model/format";
import type { AccessState, AuditPage, AuditReport, Clip, ControlMark, EpisodeVerdict, FixList, FunnelList, RetentionDetail, Runs, ScreenList, ScreenMap, EventSlice, IssueDetail, IssueList, RecordedEvent, Report, Review, SessionDetail, SessionList, Status, IssueText, WhatIfList, WhatIfQuestion } from "./wire";

const base = "/api/v1";

/** A failed call. `status` is 0 when the server could not be reached. */
export class ApiError extends Error {
  readonly status: number;
  readonly title: string;
  /** How long to wait before asking again for what the server says is on its way; 0 when it says nothing of that. */
  readonly waitMS: number;
  constructor(status: number, title: string, detail: string, waitMS = 0) {
    super(sentenceCase(detail || title)); // problem details come as programs write errors
    this.name = "ApiError";
    this.status = status;
    this.title = title;
    this.waitMS = waitMS;
  }
}

function text(value: unknown, key: string): string {
  if (typeof value !== "object" || value === null) return "";
  const field = (value as Record<string, unknown>)[key];
  return typeof field === "string" ? field : "";
}

// A session that ended shows up as a refusal of whatever was asked for; the page then asks people to sign in again.
let onSignedOut: () => void = () => {};
export function whenSignedOut(f: () => void): void {
  onSignedOut = f;
}

async function answer(path: string, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, { ...init, headers: { accept: "application/json", ...init.headers } });
  } catch (cause) {
    if (init.signal?.aborted) throw cause;
    throw new ApiError(0, "The server does not answer", "Rankle's server could not be reached. Is `rankle serve` still running?");
  }
  if (!response.ok) {
    const problem: unknown = await response.json().catch(() => null);
    if (response.status === 401) onSignedOut();
    throw new ApiError(response.status, text(problem, "title") || `The server answered ${response.status}`, text(problem, "detail"), 1000 * (Number(response.headers.get("retry-after")) || 0));
  }
  return response;
}

async function call<T>(path: string, init: RequestInit): Promise<T> {
  const response = await answer(path, init);
  try {
    return (await response.json()) as T;
  } catch (cause) {
    if (init.signal?.aborted) throw cause;
    throw new ApiError(response.status, "The answer was cut short", "The server's answer could not be read to its end. Try again.");
  }
}

const get = <T>(path: string, signal: AbortSignal): Promise<T> => call<T>(path, { signal });

/** Builds a query string; empty values are left out. */
export function query(params: Record<string, string | number | undefined>): string {
  const out = new URLSearchParams();
  for (const [key, value] of Object.entries(params)) if (value !== undefined && value !== "") out.set(key, String(value));
  const s = out.toString();
  return s === "" ? "" : `?${s}`;
}

export interface IssueQuery { limit?: number; cursor?: string; pattern?: string; screen?: string; status?: string; q?: string; order?: string }
export interface ReviewChangeRequest { status?: Status; owner?: string; note?: string; fixed_version?: string; fixed_at_ms?: number; effort?: number; rev: number }

const id = encodeURIComponent;

export const fetchAccess = (signal: AbortSignal): Promise<AccessState> => get(`${base}/access`, signal);
export const fetchRuns = (signal: AbortSignal): Promise<Runs> => get(`${base}/runs`, signal);
export const fetchReport = (signal: AbortSignal): Promise<Report> => get(`${base}/report`, signal);
export const fetchIssues = (q: IssueQuery, signal: AbortSignal): Promise<IssueList> => get(`${base}/issues${query({ ...q })}`, signal);
export const fetchIssue = (key: string, signal: AbortSignal): Promise<IssueDetail> => get(`${base}/issues/${id(key)}`, signal);
export const fetchClip = (key: string, index: number, signal: AbortSignal): Promise<Clip> => get(`${base}/issues/${id(key)}/clips/${index}`, signal);
export const fetchSessions = (q: Record<string, string | number | undefined>, signal: AbortSignal): Promise<SessionList> => get(`${base}/sessions${query(q)}`, signal);
export const fetchSession = (session: string, signal: AbortSignal): Promise<SessionDetail> => get(`${base}/sessions/${id(session)}`, signal);
export const sessionEventsURL = (session: string): string => `${base}/sessions/${id(session)}/events`;

/** The masked events of a stretch of a session, both ends epoch ms. */
export const stretchURL = (session: string, from: number, to: number): string => `${sessionEventsURL(session)}${query({ from_ms: from, to_ms: to })}`;
export const fetchAudit = (q: { size: number; seed: number; pattern?: string }, signal: AbortSignal): Promise<AuditPage> => get(`${base}/audit${query({ ...q })}`, signal);
export const fetchAuditReport = (signal: AbortSignal): Promise<AuditReport> => get(`${base}/audit/report`, signal);

export const fetchFunnels = (signal: AbortSignal): Promise<FunnelList> => get(`${base}/funnels`, signal);
export const fetchRetention = (issue: string, signal: AbortSignal): Promise<RetentionDetail> => get(`${base}/retention${query({ issue })}`, signal);

export const fetchFixes = (signal: AbortSignal): Promise<FixList> => get(`${base}/fixes`, signal);
export const fetchScreens = (signal: AbortSignal): Promise<ScreenList> => get(`${base}/screens`, signal);
export const fetchScreen = (screen: string, signal: AbortSignal): Promise<ScreenMap> => get(`${base}/screens/map${query({ screen })}`, signal);

const send = <T>(method: "PATCH" | "POST" | "PUT", path: string, body: object, signal: AbortSignal): Promise<T> =>
  call(path, { method, body: JSON.stringify(body), headers: { "content-type": "application/json" }, signal });

export const signIn = (token: string, signal: AbortSignal): Promise<AccessState> => send("POST", `${base}/access/session`, { token }, signal);
export const signOut = (signal: AbortSignal): Promise<AccessState> => call(`${base}/access/session`, { method: "DELETE", signal });
/** Where a browser begins to sign in at the identity provider; it comes back to `to`. */
export const providerURL = (to: string): string => `/signin/start${query({ to })}`;

export const askWhatIf = (q: WhatIfQuestion, signal: AbortSignal): Promise<WhatIfList> => send("POST", `${base}/what-if`, q, signal);
export const fetchTicket = (key: string, tracker: string, signal: AbortSignal): Promise<IssueText> => get(`${base}/issues/${id(key)}/text${query({ for: tracker, at: location.origin })}`, signal);
/** Where chosen issues, or all of them, come as a file. */
export const exportURL = (format: "csv" | "json" | "md", keys: readonly string[]): string =>
  `${base}/export/issues?${new URLSearchParams([["format", format], ...keys.map((k): [string, string] => ["key", k])]).toString()}`;
export const fetchExport = (format: "md", keys: readonly string[], signal: AbortSignal): Promise<string> =>
  answer(exportURL(format, keys), { signal, headers: { accept: "*/*" } }).then((r) => r.text());

export const saveVerdict = (v: EpisodeVerdict, signal: AbortSignal): Promise<EpisodeVerdict> => send("PUT", `${base}/audit/verdicts`, v, signal);
export const saveMark = (m: ControlMark, signal: AbortSignal): Promise<ControlMark> => send("PUT", `${base}/audit/marks`, m, signal);
export const saveReview = (key: string, change: ReviewChangeRequest, signal: AbortSignal): Promise<Review> =>
  send("PATCH", `${base}/issues/${id(key)}/review`, change, signal);

/** Has the browser fetch a slice of a recording into its cache, behind everything that somebody waits for. */
export async function warmEvents(url: string, signal: AbortSignal): Promise<void> {
  try {
    await (await answer(ownPath(url), { signal, priority: "low" })).arrayBuffer();
  } catch {
    // It shows when the slice is really asked for.
  }
}

function ownPath(url: string): string {
  if (!url.startsWith("/") || url.startsWith("//")) throw new ApiError(0, "Strange address", "The server named a recording outside itself; it was not loaded.");
  return url;
}

/** Fetches a slice of a recording. The address comes from the server, but only our own paths are followed. */
export async function fetchEvents(url: string, signal: AbortSignal): Promise<EventSlice> {
  const slice = await get<Partial<EventSlice>>(ownPath(url), signal);
  const events = Array.isArray(slice.events) ? slice.events.filter(isEvent) : [];
  const first = events[0];
  const last = events[events.length - 1];
  if (first === undefined || last === undefined || events.length < 2) {
    throw new ApiError(0, "Nothing to play", "This stretch of the recording holds no events that can be played.");
  }
  const from = slice.from_ms ?? first.timestamp;
  return {
    events, from_ms: from, to_ms: slice.to_ms ?? last.timestamp, offset_ms: slice.offset_ms ?? from - first.timestamp,
    logged: slice.logged ?? { console: false, network: false }, log: slice.log ?? [], log_left: slice.log_left ?? 0,
  };
}

function isEvent(value: unknown): value is RecordedEvent {
  if (typeof value !== "object" || value === null) return false;
  const e = value as Record<string, unknown>;
  return typeof e["type"] === "number" && typeof e["timestamp"] === "number" && typeof e["data"] === "object" && e["data"] !== null;
}
