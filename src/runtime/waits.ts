// What the thread waits for: the doorbell says that some of it has ended.

import { setImmediate } from 'node:timers';
import { CONFLICT, DESTROYED, frame, OK, STATUS, TICKET } from './frame.js';
import { native, oncePerThread } from './native.js';
import { report } from './report.js';

class Waits {
  readonly #ended = new Map<number, () => void>();
  readonly #listeners = new Map<number, () => void>();
  readonly #look = () => this.#ring();
  #last = 0;
  /** Reasons to stay alive. */
  #held = 0;

  constructor() {
    native.onBell(this.#look);
  }

  /** A number for a wait: never 0. */
  ticket(): number {
    this.#last = (this.#last + 1) | 0;
    return this.#last === 0 ? this.ticket() : this.#last;
  }

  /** A wait has begun; `ended` is called when it has ended, unless it is given up. */
  expect(ticket: number, ended: () => void): void {
    this.hold();
    this.#ended.set(ticket, ended);
  }

  /** Nobody expects its end any more, though it may come. */
  unexpect(ticket: number): void {
    this.#forget(ticket);
  }

  /** The process stays alive until `letGo` has been called as often. */
  hold(): void {
    if (this.#held++ === 0) native.holdOpen(true);
  }

  letGo(): void {
    if (--this.#held === 0) native.holdOpen(false);
  }

  /** `heard` is called as often as there is something to hear; the process does not stay alive for that. */
  listen(ticket: number, heard: () => void): void {
    this.#listeners.set(ticket, heard);
  }

  /** Nobody is to be called. */
  forget(ticket: number): void {
    this.#listeners.delete(ticket);
    this.#forget(ticket);
  }

  /**
   * Waits for a change of what the frame's lists of reads and predicates say. Undefined if something of it has changed already.
   * `status` is what the engine says to anything else that it refuses.
   */
  begin(refuse: (status: number) => never): { ticket: number; ended: Promise<void> } | undefined {
    const ticket = this.ticket();
    frame.i[TICKET] = ticket;
    native.wait();
    const status = frame.i[STATUS];
    if (status === CONFLICT || status === DESTROYED) return undefined;
    if (status !== OK) refuse(status);
    return { ticket, ended: new Promise((resolve) => this.expect(ticket, resolve)) };
  }

  /** False if the wait has ended. */
  giveUp(ticket: number): boolean {
    if (!this.#ended.has(ticket)) return false;
    native.giveUpWait(ticket);
    this.#forget(ticket);
    return true;
  }

  /**
   * A thread that has been woken looks again in the next turn of its event loop, until nothing has come: meanwhile nobody has to wake it,
   * which costs who writes more than the write. Not for those who only listen: it would keep the process alive.
   */
  #ring(): void {
    const waits = this.#held > 0;
    if ((waits && this.#settle(false)) || this.#settle(true)) setImmediate(this.#look);
  }

  /** False if nothing has ended. */
  #settle(heard: boolean): boolean {
    const tickets = native.endedWaits(heard);
    for (const word of tickets) {
      const ticket = word | 0;
      const ended = this.#ended.get(ticket); // undefined: given up when it had ended
      this.#forget(ticket);
      try {
        this.#listeners.get(ticket)?.();
        ended?.();
      } catch (error) {
        report(error); // the others are told all the same
      }
    }
    return tickets.length > 0;
  }

  #forget(ticket: number): void {
    if (this.#ended.delete(ticket)) this.letGo();
  }
}

let waits: Waits | undefined;

/** Made when somebody waits first. */
export function waitsHere(): Waits {
  return (waits ??= oncePerThread('waits', () => new Waits()));
}
