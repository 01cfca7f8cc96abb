// What a recording's console and network said: words for its lines, what is shown of them, and where they lie in time.
import type { LogLine } from "../api/wire";

export type LogView = "all" | "console" | "network" | "failed";

const shown: Record<LogView, (l: LogLine) => boolean> = {
  all: () => true,
  console: (l) => l.level !== undefined,
  network: (l) => l.level === undefined,
  failed: (l) => l.failed === true,
};

export const logViews: readonly [LogView, string][] = [["all", "All"], ["failed", "Failures only"], ["console", "Console"], ["network", "Network"]];

export const viewed = (lines: readonly LogLine[], view: LogView): readonly LogLine[] => (view === "all" ? lines : lines.filter(shown[view]));

/** How a line went: what console calls say of themselves, or the status of a request. */
export function outcome(l: LogLine): string {
  if (l.level !== undefined) return l.level;
  if (l.status === undefined) return "…";
  return l.status === 0 ? "failed" : String(l.status);
}

/** What a line is about, as one string. */
export const subject = (l: LogLine): string => (l.level !== undefined ? (l.text ?? "") : [l.method, l.path].filter((p) => p !== undefined && p !== "").join(" "));

/** What nothing was recorded of, as a sentence; "" when everything was. */
export function unheard(logged: { console: boolean; network: boolean }): string {
  if (!logged.console && !logged.network) return "Neither console output nor network requests were recorded.";
  if (!logged.console) return "No console output was recorded.";
  return logged.network ? "" : "No network request was recorded.";
}

export interface Tick { at: number; failed: boolean; count: number }

/**
 * Lines put together for a bar of `cells` cells that shows [from, from + length]: one tick for each cell that holds any,
 * `at` as a part of 1. However long the recording, there are no more ticks than cells.
 */
export function ticks(lines: readonly LogLine[], from: number, length: number, cells: number): Tick[] {
  const out: Tick[] = [];
  if (length <= 0) return out;
  for (const l of lines) {
    const part = (l.at_ms - from) / length;
    if (part > 1) break;
    const at = Math.min(cells - 1, Math.max(0, Math.floor(part * cells))) / cells;
    const last = out[out.length - 1];
    if (last !== undefined && last.at === at) {
      last.count++;
      last.failed ||= l.failed === true;
    } else out.push({ at, failed: l.failed === true, count: 1 });
  }
  return out;
}
