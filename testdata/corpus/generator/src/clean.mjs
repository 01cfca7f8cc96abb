const DOUBLE_MS = 400;

/** clean removes double clicks that exist only because two presses were close in real time: in virtual time they lie further apart. */
export function clean(events) {
  let prev = 0; let last = 0;
  return events.filter((e) => {
    if (e.type !== 3 || e.data.source !== 2) return true;
    if (e.data.type === 2) { prev = last; last = e.timestamp; return true; }
    return !(e.data.type === 4 && last - prev > DOUBLE_MS);
  });
}
