// Every number, interval, share, time and size that a reader sees is written here, in the reader's locale.
// Pure; `locale` is for tests and undefined means the browser's.
import type { Figure } from "../api/wire";

type Locale = string | undefined;

// To make a formatter costs a hundred times what it costs to use one, and every row of a list writes ten numbers.
function kept<F, O>(make: (locale: Locale, options: O) => F): (locale: Locale, options: O) => F {
  const made = new Map<string, F>();
  return (locale, options) => {
    const key = `${locale ?? ""} ${JSON.stringify(options)}`;
    let format = made.get(key);
    if (format === undefined) made.set(key, (format = make(locale, options)));
    return format;
  };
}

const numbers = kept((locale, options: Intl.NumberFormatOptions) => new Intl.NumberFormat(locale, options));
const dates = kept((locale, options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale, options));
const lists = kept((locale, options: Intl.ListFormatOptions) => new Intl.ListFormat(locale, options));

/** 4310 → "4,310". */
export function count(n: number, locale?: Locale): string {
  return numbers(locale, { maximumFractionDigits: 0 }).format(Math.round(n));
}

/**
 * A number that need not be whole, in as many digits as it deserves: from 10 up none after the point, below that one, below
 * 0.1 two; none where it is whole. A negative zero is a zero, and a minus is as wide as a plus.
 */
export function quantity(n: number, locale?: Locale): string {
  return written(n, 0, locale);
}

/** A figure that is an estimate: a quantity that shows its last digit also where that is a zero, "1.0" beside "3.2". */
export function estimate(n: number, locale?: Locale): string {
  return written(n, 2, locale);
}

function written(n: number, least: number, locale?: Locale): string {
  const size = Math.abs(n);
  const digits = size >= 9.95 || size === 0 ? 0 : size >= 0.095 ? 1 : 2; // as it reads when it is rounded
  const rounded = Number(n.toFixed(digits));
  return numbers(locale, { minimumFractionDigits: Math.min(least, digits), maximumFractionDigits: digits }).format(rounded === 0 ? 0 : rounded).replace("-", "\u2212");
}

/** An interval in words: "90 to 180". */
export function interval(low: number, high: number, locale?: Locale): string {
  return `${estimate(low, locale)} to ${estimate(high, locale)}`;
}

/** A share of 0..1 as a percentage: one decimal below 10 %, none above; never "0 %" or "100 %" for what is not. */
export function share(part: number, locale?: Locale): string {
  const percent = (n: number, digits: number) => numbers(locale, { style: "percent", maximumFractionDigits: digits }).format(n);
  if (!Number.isFinite(part)) return "–";
  if (part > 0 && part < 0.001) return `< ${percent(0.001, 1)}`;
  if (part < 1 && part > 0.995) return `> ${percent(0.99, 0)}`;
  return percent(part, Math.abs(part) < 0.1 ? 1 : 0);
}

/** part of whole as a share; "–" when there is no whole. */
export function ratio(part: number, whole: number, locale?: Locale): string {
  return whole > 0 ? share(part / whole, locale) : "–";
}

/** The name of what is counted, without the "per week" that the page says elsewhere: "purchases per week" → "purchases". */
export function unitName(unit: string): string {
  return unit.replace(/\s*(per week|a week|\/\s*week|\/wk)$/i, "").trim();
}

/** A figure with its interval, in full: "132 purchases a week (95 %: 90 to 180)". */
export function figure(f: Figure, locale?: Locale): string {
  return `${estimate(f.value, locale)} ${unitName(f.unit)} a week (95 %: ${interval(f.low, f.high, locale)})`;
}

/** 1 → "1 session", 2 → "2 sessions". */
export function plural(n: number, one: string, many: string, locale?: Locale): string {
  return `${count(n, locale)} ${n === 1 ? one : many}`;
}

/** A position in a recording: 65000 → "1:05", 3665000 → "1:01:05". Never negative. */
export function clock(ms: number): string {
  const total = Math.max(0, Math.floor(ms / 1000));
  const hours = Math.floor(total / 3600);
  const minutes = Math.floor((total % 3600) / 60);
  const seconds = String(total % 60).padStart(2, "0");
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, "0")}:${seconds}` : `${minutes}:${seconds}`;
}

/** A length of time for reading: "38 s", "4 min", "2 h 5 min", "3 days". */
export function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours >= 48) return `${Math.round(hours / 24)} days`;
  return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
}

/** How long an answer takes: "34 ms", "240 ms" as two digits deserve it, "2.9 s" from a second on; "–" when it is not known. */
export function latency(ms: number | null, locale?: Locale): string {
  if (ms === null) return "–";
  const round = Math.round(ms < 100 ? ms : Math.round(ms / 10) * 10);
  if (round < 1000) return `${count(round, locale)} ms`;
  return `${numbers(locale, { maximumFractionDigits: ms < 9950 ? 1 : 0 }).format(ms / 1000)} s`;
}

/** 12582912 → "12.6 MB" (SI, as stores count). */
export function bytes(n: number, locale?: Locale): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let i = 0;
  while (n >= 1000 && i < units.length - 1) {
    n /= 1000;
    i++;
  }
  return `${numbers(locale, { maximumFractionDigits: i === 0 || n >= 100 ? 0 : 1 }).format(n)} ${units[i]}`;
}

function parse(time: string): Date | null {
  const d = new Date(time);
  return Number.isNaN(d.getTime()) ? null : d;
}

/** A calendar day, UTC as the server counts days: "2026-11-03T…" → "3 Nov 2026" in the reader's order. */
export function day(time: string, locale?: Locale): string {
  const d = parse(time);
  return d === null ? "–" : dates(locale, { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" }).format(d);
}

/** The same without the year, for axes. */
export function shortDay(time: string, locale?: Locale): string {
  const d = parse(time);
  return d === null ? "–" : dates(locale, { day: "numeric", month: "short", timeZone: "UTC" }).format(d);
}

/** Two days as a range: "3 – 24 Nov 2026". */
export function dayRange(from: string, to: string, locale?: Locale): string {
  const a = parse(from);
  const b = parse(to);
  if (a === null || b === null || a > b) return "–";
  return dates(locale, { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" }).formatRange(a, b);
}

/**
 * When a day begins that is so many days after one as "2026-11-03", as the server takes times; what is no such day, but a
 * moment in a link, as it is.
 */
export function dayStart(day: string, after: number): string {
  if (!/^\d{4}-\d\d-\d\d$/.test(day)) return day;
  const d = parse(`${day}T00:00:00Z`);
  return d === null ? "" : new Date(d.getTime() + after * 86_400_000).toISOString();
}

/** A moment in the reader's own time zone. */
export function moment(time: string, locale?: Locale, timeZone?: string): string {
  const d = parse(time);
  return d === null ? "–" : dates(locale, { dateStyle: "medium", timeStyle: "short", ...(timeZone === undefined ? {} : { timeZone }) }).format(d);
}

/** "no user id" → "No user id.": what programs write, as a sentence. */
export function sentenceCase(text: string): string {
  const s = text.charAt(0).toUpperCase() + text.slice(1);
  return s === "" || /[.!?:…]$/.test(s) ? s : `${s}.`;
}

/** "a, b and c". */
export function list(items: readonly string[], locale?: Locale): string {
  return lists(locale ?? "en", { type: "conjunction" }).format(items);
}

/** Cuts a text in its middle, where the ends tell more than the centre: ids and keys. */
export function middle(s: string, max: number): string {
  const runes = Array.from(s);
  if (runes.length <= max) return s;
  const head = Math.ceil((max - 1) / 2);
  return `${runes.slice(0, head).join("")}…${runes.slice(runes.length - (max - 1 - head)).join("")}`;
}
