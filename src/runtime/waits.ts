// What the thread waits for: promises that the doorbell settles.

import { CONFLICT, DESTROYED, frame, OK, STATUS, TICKET } from './frame.js';
import { native, oncePerThread } from './native.js';

class Waits {
  readonly #resolvers = new Map<number, () => void>();
  #last = 0;

  constructor() {
    native.onBell(() => this.#ring());
  }

  /**
   * Waits for a change of what the frame's lists of reads and predicates say. Undefined if something of it has changed already.
   * `status` is what the engine says to anything else that it refuses.
   */
  begin(refuse: (status: number) => never): { ticket: number; ended: Promise<void> } | undefined {
    const ticket = (this.#last = (this.#last + 1) | 0);
    frame.i[TICKET] = ticket;
    native.wait();
    const status = frame.i[STATUS];
    if (status === CONFLICT || status === DESTROYED) return undefined;
    if (status !== OK) refuse(status);
    if (this.#resolvers.size === 0) native.holdOpen(true);
    const ended = new Promise<void>((resolve) => {
      this.#resolvers.set(ticket, resolve);
    });
    return { ticket, ended };
  }

  /** Does nothing if the wait has ended. */
  giveUp(ticket: number): void {
    if (!this.#resolvers.has(ticket)) return;
    native.giveUpWait(ticket);
    this.#forget(ticket);
  }

  #ring(): void {
    for (const ticket of native.endedWaits()) {
      this.#resolvers.get(ticket | 0)?.(); // undefined: given up when it had ended
      this.#forget(ticket | 0);
    }
  }

  #forget(ticket: number): void {
    if (this.#resolvers.delete(ticket) && this.#resolvers.size === 0) native.holdOpen(false);
  }
}

let waits: Waits | undefined;

/** Made when somebody waits first. */
export function waitsHere(): Waits {
  return (waits ??= oncePerThread('waits', () => new Waits()));
}
