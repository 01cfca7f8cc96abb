// What the server does about its own data, in words.
import type { DataBytes, Runs } from "../api/wire";
import { bytes, count } from "./format";

/** How far an analysis has come, in words. */
export function stageWords(running: NonNullable<Runs["running"]>): string {
  if (running.total === 0) return running.done > 0 ? `${running.stage}: ${count(running.done)}` : running.stage;
  return `${running.stage}: ${count(running.done)} of ${count(running.total)}`;
}

/** The parts of the data directory, largest first, without those that hold nothing. */
export function dataWords(parts: readonly DataBytes[]): string {
  return [...parts].filter((p) => p.bytes > 0).sort((a, b) => b.bytes - a.bytes).map((p) => `${p.part} ${bytes(p.bytes)}`).join(", ");
}
