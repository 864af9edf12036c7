const TICK = 0;
const ARRIVED = 1;

/** The clock of a history: it counts, and all threads count on, so its ticks order what they do without any unit of time. */
export class Clock {
  /** What `workerData` carries to another thread. */
  words;

  /** @param {Int32Array} [words] those of a clock that another thread made */
  constructor(words = new Int32Array(new SharedArrayBuffer(8))) {
    this.words = words;
  }

  /** A number that no other tick has, greater than those of all ticks that came before. */
  tick() {
    return Atomics.add(this.words, TICK, 1);
  }

  /** Returns when `threads` threads have called it, so that what they do next overlaps. Blocks; once for a clock. */
  meet(threads) {
    Atomics.add(this.words, ARRIVED, 1);
    while (Atomics.load(this.words, ARRIVED) < threads);
  }
}
