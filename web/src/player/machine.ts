// The states of the player, as one table. What is not in the table does not happen: an event that makes no sense in a
// state leaves it as it is.
//
//   loading ─loaded→ paused ⇄ playing ─end→ ended ─play→ playing
//      │                └──────seek─────────────┘ (to paused)
//      └─fail→ failed ─retry→ loading

export type State = "loading" | "paused" | "playing" | "ended" | "failed";
export type Action = "loaded" | "fail" | "play" | "pause" | "seek" | "end" | "retry";

const table: Record<State, Partial<Record<Action, State>>> = {
  loading: { loaded: "paused", fail: "failed" },
  paused: { play: "playing", seek: "paused", end: "ended", fail: "failed" },
  playing: { pause: "paused", seek: "playing", end: "ended", fail: "failed" },
  ended: { play: "playing", seek: "paused", fail: "failed" },
  failed: { retry: "loading" },
};

export function next(state: State, action: Action): State {
  return table[state][action] ?? state;
}
