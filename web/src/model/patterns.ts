// What the patterns are called and how they are coloured. A pattern or reason that this build does not know is shown
// by its own name: a newer server must not break the page.

import type { Status } from "../api/wire";

export interface PatternInfo {
  label: string;
  /** One sentence for people who never heard of it. */
  means: string;
  /** Which of the colours --hue-… of styles/base.css it has. Colour never stands alone: the label is always beside it. */
  hue: "red" | "orange" | "amber" | "pink" | "violet" | "teal" | "slate";
}

const known: Record<string, PatternInfo> = {
  rage_tap: { label: "Rage taps", means: "Quick repeated presses on something that does not answer.", hue: "red" },
  dead_tap: { label: "Dead taps", means: "A press on a control, and nothing happened.", hue: "orange" },
  error_tap: { label: "Error taps", means: "A press that was answered by an error.", hue: "pink" },
  slow_response: { label: "Slow responses", means: "A press whose answer came so late that people doubt it.", hue: "amber" },
  disabled_press: { label: "Disabled presses", means: "Presses on a control that was switched off without saying why.", hue: "orange" },
  hold_confusion: { label: "Hold confusion", means: "A control that wants to be held, but looks like one to tap.", hue: "violet" },
  dead_swipe: { label: "Dead swipes", means: "A swipe that moved nothing.", hue: "violet" },
  thrashed_cursor: { label: "Thrashed cursor", means: "The pointer was shaken about, as people do when they wait or search.", hue: "slate" },
  quick_back: { label: "Quick backs", means: "A page was opened and left at once.", hue: "teal" },
  loop: { label: "Loops", means: "The same few screens, again and again.", hue: "teal" },
  excessive_scroll: { label: "Excessive scrolling", means: "Up and down a page in search of something.", hue: "slate" },
  form_trouble: { label: "Form trouble", means: "A form was refused, corrected or given up.", hue: "pink" },
  ui_freeze: { label: "Freezes", means: "The page stood still while somebody used it.", hue: "amber" },
  zoom_struggle: { label: "Zoom struggle", means: "Repeated zooming to read or hit something.", hue: "violet" },
  affordance_gap: { label: "Looks pressable", means: "Something that is no control is pressed as if it were one.", hue: "slate" },
};

export const patternNames: readonly string[] = Object.keys(known);

/** "some_new_thing" → "Some new thing". */
export function words(name: string): string {
  const s = name.replaceAll("_", " ").trim();
  return s === "" ? "–" : s.charAt(0).toUpperCase() + s.slice(1);
}

export function pattern(name: string): PatternInfo {
  return known[name] ?? { label: words(name), means: "", hue: "slate" };
}

const verdicts: Record<string, string> = { friction: "Friction", dismissed: "Dismissed: looks like it, is not", no_opinion: "Could not be judged" };
export const verdict = (name: string): string => verdicts[name] ?? words(name);

const attributes: Record<string, string> = { app_version: "version", os: "OS", device: "device", browser: "browser", channel: "channel", plan: "plan", goal: "goal reached" };
export const attribute = (name: string): string => attributes[name] ?? name.replaceAll("_", " ");

const aftermaths: Record<string, string> = {
  went_on: "then went on", left: "then left", back: "then went back", reloaded: "then reloaded the page", retried_elsewhere: "then tried another way",
};
export const aftermath = (name: string): string => aftermaths[name] ?? "";

/** What people can decide about an issue. */
export const statuses: readonly Status[] = ["new", "confirmed", "rejected", "fixed"];
const statusNames: Record<string, string> = { new: "New", confirmed: "Confirmed", rejected: "Not an issue", fixed: "Fixed" };
export const statusName = (name: string): string => statusNames[name] ?? words(name);
