import { clock } from './clock.js';

const ARRIVED = 0;
const AWAKE = 1;
const OPEN = 2;
const FAILED = 3;
const WORDS = 4;

export const barrierBuffer = () => new SharedArrayBuffer(8 + 4 * WORDS);

/**
 * All members pass a step together. Who waits sleeps, so that the others have the machine for themselves in a step in which he
 * has no job; only the last yards, when all are awake, are spun.
 */
export class Barrier {
  #members;
  #start;
  #words;

  constructor(buffer, members) {
    this.#members = members;
    this.#start = new Float64Array(buffer, 0, 1);
    this.#words = new Int32Array(buffer, 8);
  }

  /**
   * Waits until all members have come `step` times (1, 2, …).
   *
   * @returns {number} the `clock()` at which they go on, the same for all
   * @throws if a member has failed
   */
  meet(step) {
    const words = this.#words;
    const full = step * this.#members;
    Atomics.add(words, ARRIVED, 1);
    Atomics.notify(words, ARRIVED);
    for (;;) {
      const arrived = Atomics.load(words, ARRIVED);
      if (arrived >= full || this.#failed) break;
      Atomics.wait(words, ARRIVED, arrived, 1000);
    }
    if (Atomics.add(words, AWAKE, 1) + 1 === full) {
      this.#start[0] = clock();
      Atomics.store(words, OPEN, step);
    }
    while (Atomics.load(words, OPEN) < step && !this.#failed);
    if (this.#failed) throw new Error('another member has failed');
    return this.#start[0];
  }

  /** Lets nobody wait for this member again. */
  fail() {
    Atomics.store(this.#words, FAILED, 1);
    Atomics.notify(this.#words, ARRIVED);
  }

  get #failed() {
    return Atomics.load(this.#words, FAILED) !== 0;
  }
}
