// The tasks that this thread has submitted and that are not settled.
//
// Each is settled once: by its answer, which the engine gives once, whatever happens to the worker, the pool or the task. While there are
// any, the process stays alive.

import { clearTimeout, setTimeout } from 'node:timers';
import { native, oncePerThread } from '../runtime/native.js';
import { waitsHere } from '../runtime/waits.js';
import { type Answer, cancel, takeAnswers } from './wire.js';

/** Who is told what came of a task. Must not throw. */
export type Settle = (answer: Answer, cancelled: Cancellation | undefined) => void;

export interface Cancellation {
  readonly reason: unknown;
}

interface Entry {
  readonly settle: Settle;
  /** What it needs to go on existing: a pool goes with its handles. */
  readonly keeps: unknown;
  cancelled: Cancellation | undefined;
  grace: NodeJS.Timeout | undefined;
}

class Outstanding {
  readonly #entries = new Map<number, Entry>();
  readonly #waits = waitsHere();

  constructor() {
    const ticket = this.#waits.ticket();
    native.answersBy(ticket);
    this.#waits.listen(ticket, () => this.#receive());
  }

  add(ticket: number, keeps: unknown, settle: Settle): void {
    this.#waits.hold();
    this.#entries.set(ticket, { settle, keeps, cancelled: undefined, grace: undefined });
  }

  /** Its worker has `grace` ms to end it. Nothing happens to one that is settled or cancelled already. */
  cancel(ticket: number, reason: unknown, grace: number): void {
    const entry = this.#entries.get(ticket);
    if (entry === undefined || entry.cancelled !== undefined) return;
    entry.cancelled = { reason };
    cancel(ticket, reason);
    if (grace === Number.POSITIVE_INFINITY) return;
    entry.grace = setTimeout(() => native.taskCondemn(ticket), grace);
  }

  #remove(ticket: number): Entry {
    const entry = this.#entries.get(ticket)!;
    this.#entries.delete(ticket);
    this.#waits.letGo();
    clearTimeout(entry.grace);
    return entry;
  }

  #receive(): void {
    for (let answers = takeAnswers(); answers.length > 0; answers = takeAnswers()) {
      // The engine gives their numbers to new tasks, which code that is called here may submit.
      const entries = answers.map(({ ticket }) => this.#remove(ticket));
      answers.forEach((answer, n) => entries[n].settle(answer, entries[n].cancelled));
    }
  }
}

let outstanding: Outstanding | undefined;

export function outstandingHere(): Outstanding {
  return (outstanding ??= oncePerThread('outstanding', () => new Outstanding()));
}
