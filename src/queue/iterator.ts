// `for await` over a queue.

import type { Cache } from '../cache.js';
import { CollectionDestroyedError, QueueClosedError } from '../errors.js';
import type { CancelScope } from '../scope/cancel-scope.js';
import { linked, refused } from '../scope/linked.js';
import { scopeOfCaller } from '../scope/scope.js';
import { bodyHere } from '../txn/scope.js';
import { nextTurn, type Turn } from './turns.js';

const END = { done: true, value: undefined } as const;

/** Tells a turn that its iterator has been closed. */
const CLOSED = Symbol('closed');

export class QueueIterator<T> implements AsyncIterableIterator<T> {
  readonly #turns = new Set<Turn>();
  #done = false;

  constructor(
    readonly cache: Cache,
    /** What a body does. */
    readonly dequeue: () => Promise<T>,
  ) {}

  next(): Promise<IteratorResult<T, undefined>> {
    const scope = scopeOfCaller();
    if (scope === undefined) return this.#next();
    return scope.isCancelled ? refused(scope) : linked(scope, this.#next(scope));
  }

  async #next(scope?: CancelScope): Promise<IteratorResult<T, undefined>> {
    if (this.#done) return END;
    let turn: Turn | undefined;
    try {
      if (bodyHere() !== null) return { done: false, value: await this.dequeue() };
      turn = nextTurn(this.cache);
      this.#turns.add(turn);
      const item = scope === undefined ? turn.item : linked(scope, turn.item, turn.leave);
      return { done: false, value: (await item) as T };
    } catch (error) {
      const ended = error === CLOSED || error instanceof QueueClosedError || error instanceof CollectionDestroyedError;
      if (!ended) throw error;
      this.#done = true;
      return END;
    } finally {
      if (turn !== undefined) this.#turns.delete(turn);
    }
  }

  /** Also ends those of its `next` that still wait. */
  async return(): Promise<IteratorResult<T, undefined>> {
    this.#done = true;
    for (const turn of this.#turns) turn.leave(CLOSED);
    return END;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
