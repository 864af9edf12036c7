// Snapshots that outlive a call: those of iterators.

import { frame, SLOT } from './frame.js';
import { native } from './native.js';

const NO_SLOT = -1;

/** A snapshot that is open, and the slot that keeps it so. */
export interface Snapshot {
  readonly number: number;
  readonly slot: number;
}

interface Slot {
  number: number;
}

/** The last resort for owners that were neither finished nor closed. */
const abandoned = new FinalizationRegistry<Slot>(close);

/** Gives back a snapshot that nobody will read. */
export function closeSnapshot(slot: number): void {
  if (slot === NO_SLOT) return;
  frame.i[SLOT] = slot;
  native.snapshotClose();
}

function close(slot: Slot): void {
  closeSnapshot(slot.number);
  slot.number = NO_SLOT;
}

/** A snapshot slot of its owner, or none. */
export class SnapshotSlot {
  readonly #slot: Slot = { number: NO_SLOT };

  constructor(readonly owner: object) {}

  get number(): number {
    return this.#slot.number;
  }

  /** Takes over a slot that the engine has opened. */
  hold(number: number): void {
    if (number === NO_SLOT) return;
    this.#slot.number = number;
    abandoned.register(this.owner, this.#slot, this);
  }

  /** Gives it back. */
  close(): void {
    if (this.#slot.number === NO_SLOT) return;
    abandoned.unregister(this);
    close(this.#slot);
  }
}
