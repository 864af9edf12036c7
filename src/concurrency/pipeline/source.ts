// Where the items of a pipeline come from.

import { isThenable } from '../../txn/thenable.js';
import type { PipelineInput } from './types.js';

type Result = IteratorResult<unknown>;

export class Source {
  readonly #iterator: AsyncIterator<unknown> | Iterator<unknown>;
  readonly #isAsync: boolean;
  /** There is no more, or nobody wants any. */
  ended = false;

  /** Opens it. Rethrows what the input throws. */
  constructor(input: PipelineInput<unknown>) {
    const open = (input as AsyncIterable<unknown>)[Symbol.asyncIterator];
    this.#isAsync = open !== undefined && open !== null;
    this.#iterator = this.#isAsync ? open.call(input) : (input as Iterable<unknown>)[Symbol.iterator]();
  }

  /** Throws a TypeError for what cannot be iterated. */
  static check(input: unknown): void {
    const { [Symbol.asyncIterator]: async, [Symbol.iterator]: sync } = Object(input ?? undefined) as Record<
      symbol,
      unknown
    >;
    if (typeof async === 'function' || (typeof sync === 'function' && typeof input === 'object')) return;
    throw new TypeError('The input of a pipeline must be iterable: an array, a generator, a stream, a queue.');
  }

  /** The next result; a promise if it has to be waited for. After a failure there is no more. */
  next(): Result | PromiseLike<Result> {
    try {
      const next = this.#iterator.next();
      if (this.#isAsync || isThenable(next)) {
        return Promise.resolve(next as Result).then(
          (result) => this.#note(result),
          (error) => this.#fail(error),
        );
      }
      const result = this.#note(next);
      if (!isThenable(result.value)) return result;
      // Its failure is not one of the iterator, which has to be closed.
      return Promise.resolve(result.value).then((value) => ({ done: result.done === true, value }) as Result);
    } catch (error) {
      return this.#fail(error);
    }
  }

  #note(result: Result): Result {
    if (result.done) this.ended = true;
    return result;
  }

  #fail(error: unknown): never {
    this.ended = true;
    throw error;
  }

  /** Tells it that nobody wants any more. A `next` that is under way may have to end first, which it sees to by itself. */
  async close(): Promise<void> {
    if (this.ended) return;
    this.ended = true;
    await this.#iterator.return?.();
  }
}

/** Closes an input that nobody has begun to read. */
export async function closeUnread(input: PipelineInput<unknown>): Promise<void> {
  await new Source(input).close();
}
