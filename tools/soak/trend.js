/** Whether a figure grows: medians of the second and of the last quarter of its time. The first one is for what has to be filled. */
export class Trend {
  #values = [];

  add(value) {
    this.#values.push(value);
  }

  get last() {
    return this.#values.at(-1);
  }

  get summary() {
    const quarter = Math.floor(this.#values.length / 4);
    return { early: median(this.#values.slice(quarter, 2 * quarter)), late: median(this.#values.slice(-quarter)) };
  }
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? 0;
}
