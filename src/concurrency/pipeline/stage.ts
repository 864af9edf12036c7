// One stage of a pipeline that runs.

import { Fifo } from '../fifo.js';

/** An item that is in the stage: its result, once that is there. */
export interface Slot {
  readonly stage: Stage;
  result: unknown;
  done: boolean;
}

export class Stage {
  /** Those that have come and are not begun. */
  readonly #waiting = new Fifo<unknown>();
  /** Those that are begun and have not left, in their order; of an ordered stage. */
  readonly #begun = new Fifo<Slot>();
  #active = 0;
  #filling = false;

  constructor(
    /** Calls its function with an item; `returned` or `threw` is to be told. */
    private readonly call: (slot: Slot, item: unknown) => void,
    private readonly parallelism: number,
    private readonly ordered: boolean,
    /** Takes what leaves the stage. */
    private readonly leave: (result: unknown) => void,
  ) {}

  accept(item: unknown): void {
    this.#waiting.push(item);
    this.#fill();
  }

  #fill(): void {
    if (this.#filling) return; // whoever does goes on
    this.#filling = true;
    while (this.#active < this.parallelism && this.#waiting.length > 0) this.#begin(this.#waiting.shift());
    this.#filling = false;
  }

  #begin(item: unknown): void {
    const slot: Slot = { stage: this, result: undefined, done: false };
    if (this.ordered) this.#begun.push(slot);
    this.#active++;
    this.call(slot, item);
  }

  returned(slot: Slot, result: unknown): void {
    this.#active--;
    if (this.ordered) {
      slot.result = result;
      slot.done = true;
      while (this.#begun.first?.done) this.leave(this.#begun.shift().result);
    } else {
      this.leave(result);
    }
    this.#fill();
  }

  threw(): void {
    this.#active--;
  }
}
