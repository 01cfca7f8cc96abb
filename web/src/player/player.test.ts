import { describe, expect, it } from "vitest";
import type { RecordedEvent } from "../api/wire";
import { Engine, type Stage } from "./engine";
import { idleGaps, taps } from "./gestures";
import { next, type Action, type State } from "./machine";
import { Walker } from "./walker";

/** A stage whose time is set by hand. */
class FakeStage implements Stage {
  time = 0;
  calls: string[] = [];
  now() { return this.time; }
  play(at: number) { this.time = at; this.calls.push(`play ${at}`); }
  pause(at: number) { this.time = at; this.calls.push(`pause ${at}`); }
  setSpeed(speed: number) { this.calls.push(`speed ${speed}`); }
  destroy() { this.calls.push("destroy"); }
}

function rig(options: ConstructorParameters<typeof Engine>[1] = {}) {
  let tick: (() => void) | null = null;
  const engine = new Engine((fn) => {
    tick = fn;
    return () => { tick = null; };
  }, options);
  const stage = new FakeStage();
  return {
    engine, stage,
    ticking: () => tick !== null,
    at(time: number) { stage.time = time; tick?.(); },
  };
}

describe("Walker", () => {
  it("agrees with a plain count for every pair of times", () => {
    const items = [1, 1, 2, 5, 5, 5, 8, 13, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 40];
    const plain = (t: number) => items.filter((i) => i <= t).length;
    for (let a = -1; a <= 42; a++) for (let b = -1; b <= 42; b++) {
      const w = new Walker(items, (i) => i);
      expect(w.moveTo(a)).toBe(plain(a));
      expect(w.moveTo(b)).toBe(plain(b));
    }
  });
  it("finds what happened lately", () => expect(new Walker([1, 4, 5, 9], (i) => i).recent(5, 2)).toEqual([4, 5]));
  it("is empty over nothing", () => expect(new Walker<number>([], (i) => i).recent(5, 9)).toEqual([]));
});

describe("machine", () => {
  const cases: [State, Action, State][] = [
    ["loading", "loaded", "paused"], ["loading", "play", "loading"], ["loading", "fail", "failed"], ["paused", "play", "playing"],
    ["playing", "seek", "playing"], ["playing", "end", "ended"], ["ended", "seek", "paused"], ["ended", "play", "playing"],
    ["failed", "play", "failed"], ["failed", "retry", "loading"],
  ];
  for (const [from, action, to] of cases) it(`${from} + ${action} → ${to}`, () => expect(next(from, action)).toBe(to));
});

describe("Engine", () => {
  const range = { base: 10_000, length: 20_000, idle: [{ from: 4000, to: 12_000 }] };
  it("shows the first picture inside the recording, paused", () => {
    const { engine, stage } = rig();
    engine.attach(stage, range, 5000);
    expect(stage.calls).toEqual(["speed 1", "pause 15000"]);
    expect(engine.snapshot()).toMatchObject({ state: "paused", position: 5000, length: 20_000 });
  });
  it("does nothing before it is loaded", () => {
    const { engine, ticking } = rig();
    engine.play();
    engine.seek(5);
    expect([engine.snapshot().state, ticking()]).toEqual(["loading", false]);
  });
  it("advances with the stage and skips what is idle", () => {
    const { engine, stage, at } = rig();
    engine.attach(stage, range);
    engine.play();
    at(13_000);
    expect(engine.snapshot().position).toBe(3000);
    at(14_700);
    expect(engine.snapshot().position).toBe(11_100);
    expect(stage.calls.at(-1)).toBe("play 21100");
  });
  it("plays idle time when told so", () => {
    const { engine, stage, at } = rig({ skipIdle: false });
    engine.attach(stage, range);
    engine.play();
    at(14_700);
    expect(engine.snapshot().position).toBe(4700);
  });
  it("stops at the end of the range, not of the recording, and plays again from its start", () => {
    const { engine, stage, at, ticking } = rig();
    engine.attach(stage, range);
    engine.play();
    at(30_500);
    expect(engine.snapshot()).toMatchObject({ state: "ended", position: 20_000 });
    expect([stage.calls.at(-1), ticking()]).toEqual(["pause 30000", false]);
    engine.play();
    expect(stage.calls.at(-1)).toBe("play 10000");
  });
  it("loops", () => {
    const { engine, stage, at } = rig({ loop: true });
    engine.attach(stage, range);
    engine.play();
    at(30_000);
    expect(engine.snapshot()).toMatchObject({ state: "playing", position: 0 });
  });
  it("clamps seeks, and refuses what is no number", () => {
    const { engine, stage } = rig();
    engine.attach(stage, range);
    const positions = [-5, 99_999, Number.NaN].map((p) => (engine.seek(p), engine.snapshot().position));
    expect(positions).toEqual([0, 20_000, 0]);
  });
  it("takes no speed that is not offered", () => {
    const { engine, stage } = rig();
    engine.attach(stage, range);
    engine.setSpeed(8);
    engine.setSpeed(100);
    expect(engine.snapshot().speed).toBe(8);
  });
  it("frees the stage, also one that comes too late", () => {
    const { engine, stage } = rig();
    engine.attach(stage, range);
    const late = new FakeStage();
    engine.attach(late, range);
    expect(late.calls).toEqual(["destroy"]);
    engine.destroy();
    expect(stage.calls.at(-1)).toBe("destroy");
  });
  it("fails with a reason and can start over", () => {
    const { engine, stage } = rig();
    engine.fail("gone");
    expect(engine.snapshot()).toMatchObject({ state: "failed", error: "gone" });
    engine.reset();
    engine.attach(stage, range);
    expect(engine.snapshot().state).toBe("paused");
  });
});

const event = (timestamp: number, data: unknown, type = 3): RecordedEvent => ({ type, timestamp, data });

describe("taps", () => {
  it("keeps presses and drops the click that echoes a touch", () =>
    expect(taps([event(0, { source: 2, type: 7, x: 10, y: 10 }), event(90, { source: 2, type: 2, x: 11, y: 10 }), event(2000, { source: 2, type: 2, x: 11, y: 10 })])).toEqual([
      { at: 0, x: 10, y: 10, touch: true }, { at: 2000, x: 11, y: 10, touch: false },
    ]));
  it("believes nothing that is not a number", () =>
    expect(taps([event(0, { source: 2, type: 2, x: "1", y: null }), event(0, null), event(0, { source: 2, type: 2, x: Number.POSITIVE_INFINITY, y: 1 }), event(0, "x", 2)])).toEqual([]));
});

describe("idleGaps", () => {
  const move = (t: number) => event(t, { source: 1 });
  it("finds pauses of people, whatever the page does", () => expect(idleGaps([move(1000), event(5000, { source: 0 }), move(9000)], 0, 15_000, [])).toEqual([{ from: 1000, to: 9000 }, { from: 9000, to: 15_000 }]));
  it("keeps the wait that a signal is about", () => expect(idleGaps([move(1000), move(9000)], 0, 9500, [{ from: 2000, to: 8000 }])).toEqual([]));
  it("a silent stretch is one gap", () => expect(idleGaps([], 1000, 9000, [])).toEqual([{ from: 0, to: 8000 }]));
});
