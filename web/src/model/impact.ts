// What an issue costs, as sentences and as positions on an axis. Pure.
import type { Impact, IssueRow, Segment } from "../api/wire";
import { attribute } from "./patterns";
import { count, estimate, figure, interval, share, unitName } from "./format";

/** An impact that has figures. */
export interface Estimated extends Impact { per_week: number; low: number; high: number }

/** The impact with its figures, or null where it cannot be estimated. */
export function estimated(i: Impact): Estimated | null {
  return i.possible && i.per_week !== null && i.low !== null && i.high !== null ? (i as Estimated) : null;
}

/** A linear axis that starts at or below zero. */
export interface Axis { min: number; max: number; ticks: number[] }

const niceSteps = [1, 2, 2.5, 5, 10];

/** The largest round step that gives at least `wanted` ticks over `span`. */
function step(span: number, wanted: number): number {
  const raw = span / wanted;
  const power = 10 ** Math.floor(Math.log10(raw));
  for (const n of niceSteps) if (n * power >= raw) return n * power;
  return 10 * power;
}

/**
 * One axis for all impacts, so that bars of different rows and outcomes may be compared by eye. An interval that is
 * far wider than every estimate would squeeze all others into a corner: the axis ends at three times the largest
 * estimate (or at the widest end, if that is nearer), and what is longer is drawn with an arrow.
 */
export function sharedAxis(impacts: readonly Impact[], wantedTicks = 5): Axis {
  let low = 0;
  let high = 0;
  let estimate = 0;
  let floor = 0;
  for (const impact of impacts) {
    const i = estimated(impact);
    if (i === null) continue;
    low = Math.min(low, i.low, i.per_week);
    high = Math.max(high, i.high, i.per_week);
    estimate = Math.max(estimate, i.per_week);
    floor = Math.min(floor, i.per_week);
  }
  if (high === 0 && low === 0) return { min: 0, max: 1, ticks: [0, 1] };
  const cap = 3 * Math.max(estimate, -floor);
  if (cap > 0) {
    high = Math.min(high, cap);
    low = Math.max(low, Math.min(floor, -cap / 3));
  }
  // The axis ends where the data end: rounding it up to a tick would waste a fifth of the width.
  const unit = step(high - low, wantedTicks);
  const ticks: number[] = [];
  for (let i = Math.ceil(low / unit - 1e-9); i <= Math.floor(high / unit + 1e-9); i++) ticks.push(i === 0 ? 0 : Number((i * unit).toPrecision(12)));
  return { min: low, max: high, ticks };
}

/** Where a value lies on the axis, 0..1; values outside are clamped. */
export function position(axis: Axis, value: number): number {
  const span = axis.max - axis.min;
  return span <= 0 ? 0 : Math.min(1, Math.max(0, (value - axis.min) / span));
}

/** How firmly the interval speaks. */
export type Firmness = "loss" | "unclear" | "gain" | "impossible";

export function firmness(impact: Impact): Firmness {
  const i = estimated(impact);
  if (i === null) return "impossible";
  if (i.low > 0) return "loss";
  return i.high < 0 ? "gain" : "unclear";
}

export const outcomeName = (i: Impact): string => i.goal ?? i.window ?? "";

// Windows are written "D7" or "within 7 days".
const inWords = (window: string): boolean => window.startsWith("within ");

/** The name of a window behind a verb: "came back within 7 days", "came back (D7)". */
export const windowName = (window: string): string => (inWords(window) ? window : `(${window})`);

/** What an impact counts, short: "purchases", "returning users (D7)", "return within 7 days". */
export function laneName(i: Impact): string {
  const unit = unitName(i.unit) || outcomeName(i);
  if (i.window === undefined || i.window === "") return unit;
  if (inWords(i.window)) return `return ${i.window}`;
  return unit.includes(i.window) ? unit : `${unit} (${i.window})`;
}

/**
 * The sentence of an estimate: who, how many, how sure, compared with whom. It never says "caused", and a figure that
 * cannot be given says why.
 */
export function sentence(i: Impact, family: string, locale?: string): string {
  const wouldHave = i.window !== undefined ? `otherwise have come back ${windowName(i.window)}` : `otherwise have reached “${i.goal ?? ""}”`;
  const e = estimated(i);
  if (e === null) {
    const why = (i.caveats ?? []).join(" ");
    const what = i.window !== undefined ? `Coming back ${windowName(i.window)}` : `“${i.goal ?? ""}”`;
    return `${what}: cannot be estimated${why === "" ? "" : ` because ${why.charAt(0).toLowerCase()}${why.slice(1).replace(/\.$/, "")}`}.`;
  }
  const others = family === "control" ? "in which the same control worked" : "that came to the same screen and did not meet this";
  return `People who met this and would ${wouldHave}: about ${estimate(e.per_week, locale)} a week (95 %: ${interval(e.low, e.high, locale)}), compared with ${count(e.compared, locale)} sessions ${others}.`;
}

/** Why a row stands where it does, in sentences: the order goes by another figure than the estimates that the row shows. */
export function reasons(row: Pick<IssueRow, "score" | "stopped" | "floor" | "top3" | "top10">, locale?: string): string[] {
  const out: string[] = [];
  if (row.floor !== undefined && row.floor !== "") out.push(`Its place is assumed: ${row.floor}.`);
  else if (row.score !== null) out.push(`Fixing it is expected to give back ${figure(row.score, locale)}: its estimates, pulled towards what all issues have in common by as much as they are uncertain. The order goes by that.`);
  if (row.stopped !== null && row.stopped !== undefined) {
    const { value, low, high } = row.stopped;
    out.push(`Of those who meet it ${share(Math.max(0, value), locale)} (95 %: ${share(Math.max(0, low), locale)} to ${share(Math.max(0, high), locale)}) go no further because of it. Where few outcomes are known, the order leans on that.`);
  }
  out.push(`Its chance to belong to the first three is ${share(row.top3, locale)}, to the first ten ${share(row.top10, locale)}.`);
  return out;
}

/** What the interval allows to say, in words. */
export function verdictOn(i: Impact): string {
  switch (firmness(i)) {
    case "loss": return "The whole interval lies on the side of a loss.";
    case "gain": return "The whole interval lies on the side of no loss.";
    case "unclear": return "The interval includes zero: there may be no loss at all.";
    case "impossible": return "";
  }
}

/** The impacts of a row in the order they are drawn. */
export function lanes(row: IssueRow): Impact[] {
  const main = [row.impact.conversion, row.impact.retention].filter((i): i is Impact => i !== null && i !== undefined);
  return main.length > 0 ? main : (row.impacts ?? []).slice(0, 2); // none can be estimated: show why
}

// Below these a segment is as likely noise as news: the chip is for what a reader should act on.
const chipMinAffected = 3;
const chipMinLift = 1.5;
// A segment that holds at least this share of the affected sessions is "only" there.
const onlyShare = 0.95;

// A number does not say of what it is.
const bare = /^[\d.]+$/;

/** "only version 4.2.0", "Android": the segments worth a chip, strongest first as the server sends them. */
export function segmentChips(row: IssueRow, max = 2): { key: string; text: string; title: string }[] {
  const out: { key: string; text: string; title: string }[] = [];
  for (const s of row.segments ?? []) {
    if (out.length >= max) break;
    if (s.affected < chipMinAffected || s.rate_in < s.rate_out * chipMinLift) continue;
    const only = s.rate_out === 0 || (row.sessions_affected > 0 && s.affected / row.sessions_affected >= onlyShare);
    out.push({ key: `${s.attribute}=${s.value}`, text: `${only ? "only " : ""}${bare.test(s.value) ? `${attribute(s.attribute)} ` : ""}${s.value}`, title: segmentSentence(s) });
  }
  return out;
}

export function segmentSentence(s: Segment, locale?: string): string {
  return `${s.attribute} ${s.value}: ${share(s.rate_in, locale)} of its sessions are affected, ${share(s.rate_out, locale)} of the others`;
}
