// One stage of a pipeline that runs.

import { Fifo } from '../fifo.js';

/** How a stage calls its function. One of `done` and `failed` is called, perhaps at once. */
export type CallStage = (item: unknown, done: (result: unknown) => void, failed: (error: unknown) => void) => void;

/** An item that is in the stage: its result, once that is there. */
interface Slot {
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
    private readonly call: CallStage,
    private readonly parallelism: number,
    private readonly ordered: boolean,
    /** Takes what leaves the stage. */
    private readonly leave: (result: unknown) => void,
    private readonly failed: (error: unknown) => void,
  ) {}

  accept(item: unknown): void {
    this.#waiting.push(item);
    this.#fill();
  }

  /** Nothing more is begun. */
  stop(): void {
    this.#waiting.clear();
  }

  #fill(): void {
    if (this.#filling) return; // whoever does goes on
    this.#filling = true;
    while (this.#active < this.parallelism && this.#waiting.length > 0) this.#begin(this.#waiting.shift());
    this.#filling = false;
  }

  #begin(item: unknown): void {
    const slot: Slot = { result: undefined, done: false };
    if (this.ordered) this.#begun.push(slot);
    this.#active++;
    this.call(
      item,
      (result) => {
        this.#active--;
        this.#done(slot, result);
        this.#fill();
      },
      (error) => {
        this.#active--;
        this.failed(error);
      },
    );
  }

  #done(slot: Slot, result: unknown): void {
    if (!this.ordered) {
      this.leave(result);
      return;
    }
    slot.result = result;
    slot.done = true;
    while (this.#begun.first?.done) this.leave(this.#begun.shift().result);
  }
}
