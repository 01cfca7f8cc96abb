// Where on the picture of a whole page a press lies.
import type { ScreenPress } from "../api/wire";

/** A box of an element, CSS px of the page; `pinned` ones stay in the window while the page scrolls. */
export interface Box { x: number; y: number; width: number; height: number; pinned: boolean }

const holds = (b: Box, x: number, y: number): boolean => x >= b.x && x <= b.x + b.width && y >= b.y && y <= b.y + b.height;

/**
 * The place of a press in the picture of a page of this height, given the boxes of what was pressed. What scrolls with the
 * page was pressed where the window was scrolled to. What is pinned lies in the picture where it was drawn, and the press
 * lies on it: where the recording says if that is on it, else at half its height.
 */
export function placeOf(p: ScreenPress, boxes: readonly Box[], height: number): { x: number; y: number } {
  const below = p.y + p.down;
  const pinned = boxes.filter((b) => b.pinned);
  const first = pinned.find((b) => p.x >= b.x && p.x <= b.x + b.width) ?? pinned[0];
  if (first === undefined) return { x: p.x, y: below <= height ? below : p.y };
  for (const y of [below, p.y]) if (pinned.some((b) => holds(b, p.x, y))) return { x: p.x, y };
  return { x: Math.min(first.x + first.width, Math.max(first.x, p.x)), y: first.y + first.height / 2 };
}
