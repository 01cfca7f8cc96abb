import { describe, expect, it } from "vitest";
import { placeOf, type Box } from "./place";

const press = (x: number, y: number, down: number) => ({ x, y, down, answered: true, control: 0 });
const box = (y: number, pinned: boolean, x = 0): Box => ({ x, y, width: 100, height: 40, pinned });

describe("placeOf", () => {
  it("follows the page that scrolls", () => expect(placeOf(press(10, 20, 400), [box(415, false)], 2000)).toEqual({ x: 10, y: 420 }));
  it("does the same for what is not in the picture", () => expect(placeOf(press(10, 20, 400), [], 2000)).toEqual({ x: 10, y: 420 }));
  it("stays in the picture where the page was longer", () => expect(placeOf(press(10, 20, 4000), [], 2000)).toEqual({ x: 10, y: 20 }));
  it("stays on a bar at the top of the window", () => expect(placeOf(press(10, 20, 400), [box(0, true)], 2000)).toEqual({ x: 10, y: 20 }));
  it("finds a bar at the bottom, which the picture shows at the end of the page", () => expect(placeOf(press(10, 780, 400), [box(1960, true)], 2000)).toEqual({ x: 10, y: 1980 }));
  it("finds a sticky bar at its place in the page", () => expect(placeOf(press(10, 5, 900), [box(300, true)], 2000)).toEqual({ x: 10, y: 320 }));
  it("takes a sticky bar that did not stick where it was", () => expect(placeOf(press(10, 105, 200), [box(300, true)], 2000)).toEqual({ x: 10, y: 305 }));
  it("of several takes the one in the same column", () => expect(placeOf(press(310, 780, 0), [box(1900, true), box(1960, true, 300)], 2000)).toEqual({ x: 310, y: 1980 }));
  it("does not leave the bar sideways", () => expect(placeOf(press(310, 780, 0), [box(1960, true)], 2000)).toEqual({ x: 100, y: 1980 }));
});
