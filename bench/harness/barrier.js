// Both workers pass `step` together. A worker that waits sleeps, so that the other has the machine for itself in the steps in which
// this one has no job; the last yards are spun, so that both start within a microsecond or so.

const ARRIVED = 0;
const FAILED = 1;
const STARTED = 2;

export const barrierBuffer = () => new SharedArrayBuffer(12);

export class Barrier {
  #words;
  #members;

  constructor(buffer, members) {
    this.#words = new Int32Array(buffer);
    this.#members = members;
  }

  /** Waits until all members have come `step` times (1, 2, …). Throws if one has failed. */
  meet(step) {
    const words = this.#words;
    const full = step * this.#members;
    Atomics.add(words, ARRIVED, 1);
    Atomics.notify(words, ARRIVED);
    for (;;) {
      const arrived = Atomics.load(words, ARRIVED);
      if (arrived >= full || Atomics.load(words, FAILED) !== 0) break;
      Atomics.wait(words, ARRIVED, arrived, 1000);
    }
    Atomics.add(words, STARTED, 1);
    while (Atomics.load(words, STARTED) < full && Atomics.load(words, FAILED) === 0);
    if (Atomics.load(words, FAILED) !== 0) throw new Error('the other worker has failed');
  }

  /** Lets nobody wait for this member again. */
  fail() {
    Atomics.store(this.#words, FAILED, 1);
    Atomics.notify(this.#words, ARRIVED);
  }
}
