// A pointer over a list that is sorted by time. Playing forward costs one comparison a step instead of a search, and
// a jump is a binary search; both give the same answer.

export class Walker<T> {
  private readonly items: readonly T[];
  private readonly at: (item: T) => number;
  private next = 0; // index of the first item after the last time asked for

  /** `items` must be sorted by `at`, ascending, and must not change afterwards. */
  constructor(items: readonly T[], at: (item: T) => number) {
    this.items = items;
    this.at = at;
  }

  private time(i: number): number {
    const item = this.items[i];
    return item === undefined ? Number.POSITIVE_INFINITY : this.at(item);
  }

  /** Number of items at or before `time`. */
  moveTo(time: number): number {
    if (this.next > 0 && this.time(this.next - 1) > time) this.next = this.search(time, 0, this.next);
    else {
      let steps = 0;
      while (this.time(this.next) <= time) {
        this.next++;
        // Far away: give up walking. Sixteen steps are about the cost of one search.
        if (++steps > 16) {
          this.next = this.search(time, this.next, this.items.length);
          break;
        }
      }
    }
    return this.next;
  }

  /** The items in (time - length, time], oldest first. */
  recent(time: number, length: number): readonly T[] {
    const end = this.moveTo(time);
    let start = end;
    while (start > 0 && this.time(start - 1) > time - length) start--;
    return this.items.slice(start, end);
  }

  /** The last item at or before `time`. */
  last(time: number): T | undefined {
    return this.items[this.moveTo(time) - 1];
  }

  private search(time: number, low: number, high: number): number {
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.time(middle) <= time) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
