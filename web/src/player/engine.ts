// The player without its picture: time, speed, skipping, looping. It drives a Stage (rrweb's Replayer in the browser,
// a fake in tests) and tells listeners what changed. Positions are milliseconds from the start of the range.
import { next, type Action, type State } from "./machine";
import { Walker } from "./walker";

/** What draws the recording. Times are in the stage's own count: milliseconds from its first event. */
export interface Stage {
  now(): number;
  play(at: number): void;
  pause(at: number): void;
  setSpeed(speed: number): void;
  destroy(): void;
}

/** Calls `tick` about once a frame until the returned function is called. */
export type Ticker = (tick: () => void) => () => void;

export interface Gap { from: number; to: number }

export interface Range {
  /** Where position 0 lies in the stage's count. */
  base: number;
  length: number;
  /** Stretches where nobody did anything, in positions, sorted, without overlap. */
  idle: readonly Gap[];
}

export interface View {
  readonly state: State;
  readonly position: number;
  readonly length: number;
  readonly speed: number;
  readonly skipIdle: boolean;
  readonly loop: boolean;
  readonly error: string;
}

export const speeds: readonly number[] = [1, 2, 3, 4, 5, 6, 7, 8];

// Skipping keeps a moment at both ends of a gap: without it the eye does not see what it landed on.
const idleHeadMS = 600;
const idleTailMS = 900;
// Listeners hear of a new position at most this often; 30 pictures a second are smooth for a progress bar.
const reportEveryMS = 33;

export class Engine {
  private stage: Stage | null = null;
  private range: Range = { base: 0, length: 0, idle: [] };
  private gaps = new Walker<Gap>([], (g) => g.from);
  private view: View;
  private readonly ticker: Ticker;
  private stopTicking: (() => void) | null = null;
  private readonly listeners = new Set<() => void>();

  constructor(ticker: Ticker, options: { speed?: number; skipIdle?: boolean; loop?: boolean } = {}) {
    this.ticker = ticker;
    this.view = { state: "loading", position: 0, length: 0, speed: options.speed ?? 1, skipIdle: options.skipIdle ?? true, loop: options.loop ?? false, error: "" };
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** The current view; the same object until something changes. */
  readonly snapshot = (): View => this.view;

  get idle(): readonly Gap[] {
    return this.range.idle;
  }

  /** Takes over a stage and shows the picture at `start`. */
  attach(stage: Stage, range: Range, start = 0): void {
    if (this.view.state !== "loading") {
      stage.destroy();
      return;
    }
    this.stage = stage;
    this.range = range;
    this.gaps = new Walker(range.idle, (g) => g.from);
    const position = this.clamp(start);
    stage.setSpeed(this.view.speed);
    stage.pause(range.base + position);
    this.change("loaded", { position, length: range.length, error: "" });
  }

  fail(message: string): void {
    this.stopTicker();
    this.change("fail", { error: message });
  }

  /** Forgets the stage and waits for a new one. */
  reset(): void {
    this.release();
    this.set({ state: "loading", position: 0, length: 0, error: "" });
  }

  play(): void {
    if (this.stage === null || next(this.view.state, "play") !== "playing" || this.view.state === "playing") return;
    const position = this.view.state === "ended" || this.view.position >= this.range.length ? 0 : this.view.position;
    this.stage.play(this.range.base + position);
    this.change("play", { position });
    this.stopTicking ??= this.ticker(this.tick);
  }

  pause(): void {
    if (this.stage === null || this.view.state !== "playing") return;
    const position = this.clamp(this.stage.now() - this.range.base);
    this.stopTicker();
    this.stage.pause(this.range.base + position);
    this.change("pause", { position });
  }

  toggle(): void {
    if (this.view.state === "playing") this.pause();
    else this.play();
  }

  /** Jumps to a position and goes on as before. */
  seek(to: number): void {
    if (this.stage === null || this.view.state === "loading" || this.view.state === "failed") return;
    const position = this.clamp(to);
    if (this.view.state === "playing") this.stage.play(this.range.base + position);
    else this.stage.pause(this.range.base + position);
    this.change("seek", { position });
  }

  step(by: number): void {
    this.seek(this.view.position + by);
  }

  setSpeed(speed: number): void {
    if (!speeds.includes(speed)) return;
    this.stage?.setSpeed(speed);
    this.set({ speed });
  }

  setSkipIdle(skipIdle: boolean): void {
    this.set({ skipIdle });
  }

  setLoop(loop: boolean): void {
    this.set({ loop });
  }

  /** Ends the engine's life; it must not be used afterwards. */
  destroy(): void {
    this.release();
    this.listeners.clear();
  }

  private readonly tick = (): void => {
    if (this.stage === null || this.view.state !== "playing") return;
    const position = this.clamp(this.stage.now() - this.range.base);
    if (position >= this.range.length) {
      this.finish();
      return;
    }
    if (this.view.skipIdle) {
      const gap = this.gaps.last(position);
      if (gap !== undefined && position >= gap.from + idleHeadMS && position < gap.to - idleTailMS) {
        this.seek(gap.to - idleTailMS);
        return;
      }
    }
    if (Math.abs(position - this.view.position) >= reportEveryMS) this.set({ position });
  };

  private finish(): void {
    if (this.stage === null) return;
    if (this.view.loop) {
      this.seek(0);
      return;
    }
    this.stopTicker();
    this.stage.pause(this.range.base + this.range.length);
    this.change("end", { position: this.range.length });
  }

  private clamp(position: number): number {
    return Number.isFinite(position) ? Math.min(this.range.length, Math.max(0, position)) : 0;
  }

  private change(action: Action, rest: Partial<View>): void {
    const state = next(this.view.state, action);
    this.set({ ...rest, state });
  }

  private set(part: Partial<View>): void {
    this.view = { ...this.view, ...part };
    for (const listener of this.listeners) listener();
  }

  private stopTicker(): void {
    this.stopTicking?.();
    this.stopTicking = null;
  }

  private release(): void {
    this.stopTicker();
    this.stage?.destroy();
    this.stage = null;
  }
}
