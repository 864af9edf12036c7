// Where the items of a pipeline come from.
//
// Reading ahead means that there is nearly always a `next` under way when nobody wants any more. The iterators of streams let `return` wait
// behind it, for ever if the stream has stalled: so those are read, or ended, by what they have beside their iterators.

import { isThenable } from '../../txn/thenable.js';
import type { PipelineInput } from './types.js';

type Result = IteratorResult<unknown>;

interface Steps {
  next(): Result | PromiseLike<Result>;
  return?(): unknown;
}

export class Source {
  readonly #steps: Steps;
  readonly #isAsync: boolean;
  /** There is no more, or nobody wants any. */
  ended = false;
  /** `next` is being called at this moment. */
  #stepping = false;
  /** What is to be done after that. */
  #afterStep: (() => void) | null = null;

  /** Opens it. Rethrows what the input throws. */
  constructor(input: PipelineInput<unknown>) {
    const open = (input as AsyncIterable<unknown>)[Symbol.asyncIterator];
    this.#isAsync = open !== undefined && open !== null;
    if (isWebStream(input)) this.#steps = stepsOfWebStream(input);
    else if (!this.#isAsync) this.#steps = (input as Iterable<unknown>)[Symbol.iterator]();
    else if (isNodeStream(input)) this.#steps = stepsOfNodeStream(input);
    else this.#steps = open.call(input);
  }

  /** Throws a TypeError for what cannot be iterated. */
  static check(input: unknown): void {
    const { [Symbol.asyncIterator]: async, [Symbol.iterator]: sync } = Object(input) as Record<symbol, unknown>;
    if (typeof async === 'function' || (typeof sync === 'function' && typeof input === 'object')) return;
    throw new TypeError('The input of a pipeline must be iterable: an array, a generator, a stream, a queue.');
  }

  /** The next result; a promise if it has to be waited for. After a failure there is no more. */
  next(): Result | PromiseLike<Result> {
    try {
      const next = this.#step();
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

  #step(): Result | PromiseLike<Result> {
    this.#stepping = true;
    try {
      return this.#steps.next();
    } finally {
      this.#stepping = false;
      this.#afterStep?.();
    }
  }

  #note(result: Result): Result {
    if (typeof result !== 'object' || result === null) {
      this.ended = true;
      throw new TypeError(
        'The iterator of the input of a pipeline has a next() that returns something that is no object.',
      );
    }
    if (result.done) this.ended = true;
    return result;
  }

  #fail(error: unknown): never {
    this.ended = true;
    throw error;
  }

  /** Tells it that nobody wants any more; resolves when it has closed. A generator has to end its `next` first. */
  async close(): Promise<void> {
    if (this.ended) return;
    this.ended = true;
    if (this.#stepping) await new Promise<void>((resolve) => (this.#afterStep = resolve));
    await this.#steps.return?.();
  }
}

/** Closes an input that nobody has begun to read. */
export async function closeUnread(input: PipelineInput<unknown>): Promise<void> {
  await new Source(input).close();
}

// ---------------------------------------------------------------- streams

function isWebStream(input: unknown): input is ReadableStream<unknown> {
  return typeof (input as Partial<ReadableStream>).getReader === 'function';
}

function stepsOfWebStream(stream: ReadableStream<unknown>): Steps {
  const reader = stream.getReader();
  return {
    async next() {
      const result = await reader.read();
      if (result.done) reader.releaseLock();
      return result as Result;
    },
    return: () => reader.cancel().finally(() => reader.releaseLock()),
  };
}

type NodeStream = AsyncIterable<unknown> & { pipe: unknown; destroy(): unknown };

function isNodeStream(input: unknown): input is NodeStream {
  const { pipe, destroy } = input as Partial<NodeStream>;
  return typeof pipe === 'function' && typeof destroy === 'function';
}

const END: Result = { done: true, value: undefined };

function stepsOfNodeStream(stream: NodeStream): Steps {
  const iterator = stream[Symbol.asyncIterator]();
  let begun = false;
  let reads = 0;
  let destroyed = false;
  return {
    async next() {
      begun = true;
      reads++;
      try {
        return await iterator.next();
      } catch (error) {
        if (destroyed) return END; // it says so
        throw error;
      } finally {
        reads--;
      }
    },
    return() {
      if (begun && reads === 0) return iterator.return?.();
      destroyed = true;
      stream.destroy();
      return undefined;
    },
  };
}
