// The tasks that this thread has submitted and that are not settled.
//
// Each is settled once: by its answer, which the engine gives once, whatever happens to the worker, the pool or the task. While there are
// any, the process stays alive.

import { clearTimeout, setTimeout } from 'node:timers';
import { TaskTimeoutError } from '../errors.js';
import { native, oncePerThread } from '../runtime/native.js';
import { waitsHere } from '../runtime/waits.js';
import { type Answer, cancel, takeAnswers } from './wire.js';

export interface Cancellation {
  readonly reason: unknown;
}

/** A task that is not settled; keeps its pool, which would go with its handles. */
export abstract class Entry {
  cancelled: Cancellation | undefined = undefined;
  grace: NodeJS.Timeout | undefined = undefined;

  /** Is told what came of it. Must not throw. */
  abstract settle(answer: Answer): void;
}

/** The longest that a timer can be set to, in ms. */
export const LONGEST = 2 ** 31 - 1;

class Outstanding {
  /** By ticket: the engine's numbers are small, and used again. */
  readonly #entries: (Entry | undefined)[] = [];
  readonly #waits = waitsHere();

  constructor() {
    const ticket = this.#waits.ticket();
    native.answersBy(ticket);
    this.#waits.listen(ticket, () => this.#receive());
  }

  add(ticket: number, entry: Entry): void {
    this.#waits.hold();
    this.#entries[ticket] = entry;
  }

  /** Its worker has `grace` ms to end it, and is told of a timeout as `AbortSignal.timeout` tells of it. Nothing happens to one that is settled or cancelled already. */
  cancel(ticket: number, entry: Entry, reason: unknown, grace: number): void {
    if (this.#entries[ticket] !== entry || entry.cancelled !== undefined) return;
    entry.cancelled = { reason };
    cancel(ticket, reason instanceof TaskTimeoutError ? new DOMException(reason.message, reason.name) : reason);
    if (grace === Number.POSITIVE_INFINITY) return;
    entry.grace = setTimeout(() => native.taskCondemn(ticket), Math.min(grace, LONGEST));
  }

  #remove(ticket: number): Entry {
    const entry = this.#entries[ticket]!;
    this.#entries[ticket] = undefined;
    this.#waits.letGo();
    clearTimeout(entry.grace);
    return entry;
  }

  #receive(): void {
    for (let answers = takeAnswers(); answers.length > 0; answers = takeAnswers()) {
      // The engine gives their numbers to new tasks, which code that is called here may submit.
      const entries = answers.map(({ ticket }) => this.#remove(ticket));
      answers.forEach((answer, n) => {
        entries[n].settle(answer);
      });
    }
  }
}

let outstanding: Outstanding | undefined;

export function outstandingHere(): Outstanding {
  return (outstanding ??= oncePerThread('outstanding', () => new Outstanding()));
}
