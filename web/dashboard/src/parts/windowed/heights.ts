// How high the rows of a long list are: measured where they were drawn, estimated where not.

export class Heights {
  #measured: (number | undefined)[] = [];
  #offsets: Float64Array | null = null;
  #sum = 0;
  #known = 0;

  constructor(private count: number, private readonly firstGuess: number) {}

  get length(): number { return this.count; }

  resize(count: number): void {
    if (count === this.count) return;
    for (let i = count; i < this.count; i += 1) this.forget(i);
    this.count = count;
    this.#measured.length = Math.min(this.#measured.length, count);
    this.#offsets = null;
  }

  private forget(index: number): void {
    const before = this.#measured[index];
    if (before === undefined) return;
    this.#sum -= before;
    this.#known -= 1;
    this.#measured[index] = undefined;
  }

  /** True if that changes where things are. */
  set(index: number, height: number): boolean {
    const before = this.#measured[index];
    if (index >= this.count || (before !== undefined && Math.abs(before - height) < 0.5)) return false;
    this.forget(index);
    this.#measured[index] = height;
    this.#sum += height;
    this.#known += 1;
    this.#offsets = null;
    return true;
  }

  /** Rows that were never drawn are taken for as high as the mean of those that were. */
  get guess(): number { return this.#known === 0 ? this.firstGuess : this.#sum / this.#known; }

  height(index: number): number { return this.#measured[index] ?? this.guess; }

  #all(): Float64Array {
    if (this.#offsets) return this.#offsets;
    const offsets = new Float64Array(this.count + 1);
    const { guess } = this;
    for (let i = 0; i < this.count; i += 1) offsets[i + 1] = (offsets[i] ?? 0) + (this.#measured[i] ?? guess);
    this.#offsets = offsets;
    return offsets;
  }

  /** Where the row begins; `count` gives the end of the list. */
  offset(index: number): number { return this.#all()[Math.min(Math.max(0, index), this.count)] ?? 0; }

  get total(): number { return this.offset(this.count); }

  /** The row at `y`: the last one that begins at or before it. */
  indexAt(y: number): number {
    const offsets = this.#all();
    let low = 0;
    let high = Math.max(0, this.count - 1);
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((offsets[middle] ?? 0) <= y) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

/** The rows to draw for a view of `height` at `top`, with some beyond both edges: [first, last]. Empty: last < first. */
export function rowsInView(heights: Heights, top: number, height: number, beyond: number): [number, number] {
  if (heights.length === 0) return [0, -1];
  const first = heights.indexAt(Math.max(0, top - beyond));
  const last = heights.indexAt(top + height + beyond);
  return [first, last];
}
