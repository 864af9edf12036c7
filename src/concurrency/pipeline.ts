// Items through stages.

import { checkPipeline } from './pipeline/check.js';
import { Line } from './pipeline/line.js';
import { closeUnread } from './pipeline/source.js';
import type { PipelineInput, PipelineOptions, PipelineStage } from './pipeline/types.js';

/**
 * Sends the items of `input` through the stages and gives out what the last one makes of them. Nothing happens before the first result is asked for;
 * from then on stages work at the same time, ahead of the consumer, on `maxInFlight` items at most. Each stage is called with an item and
 * the scope. A failure of the source or of a stage cancels what is in flight, which is waited for, at most `grace` ms, closes the source,
 * and is what the next `next()` rejects with; `break` does the same without a failure; a `signal` with its reason.
 *
 * Throws a `TypeError` for arguments of the wrong kind, a `RangeError` for numbers out of range.
 *
 * @example
 * for await (const page of pipeline(urls, [download, { fn: parse, pool, parallelism: 4 }])) save(page);
 */
export function pipeline<T, R>(
  input: PipelineInput<T>,
  stages: readonly [PipelineStage<T, R>],
  options?: PipelineOptions,
): AsyncIterableIterator<R>;
export function pipeline<T, A, R>(
  input: PipelineInput<T>,
  stages: readonly [PipelineStage<T, A>, PipelineStage<A, R>],
  options?: PipelineOptions,
): AsyncIterableIterator<R>;
export function pipeline<T, A, B, R>(
  input: PipelineInput<T>,
  stages: readonly [PipelineStage<T, A>, PipelineStage<A, B>, PipelineStage<B, R>],
  options?: PipelineOptions,
): AsyncIterableIterator<R>;
export function pipeline<T, A, B, C, R>(
  input: PipelineInput<T>,
  stages: readonly [PipelineStage<T, A>, PipelineStage<A, B>, PipelineStage<B, C>, PipelineStage<C, R>],
  options?: PipelineOptions,
): AsyncIterableIterator<R>;
export function pipeline<T, A, B, C, D, R>(
  input: PipelineInput<T>,
  stages: readonly [
    PipelineStage<T, A>,
    PipelineStage<A, B>,
    PipelineStage<B, C>,
    PipelineStage<C, D>,
    PipelineStage<D, R>,
  ],
  options?: PipelineOptions,
): AsyncIterableIterator<R>;
export function pipeline<T, A, B, C, D, E, R>(
  input: PipelineInput<T>,
  stages: readonly [
    PipelineStage<T, A>,
    PipelineStage<A, B>,
    PipelineStage<B, C>,
    PipelineStage<C, D>,
    PipelineStage<D, E>,
    PipelineStage<E, R>,
  ],
  options?: PipelineOptions,
): AsyncIterableIterator<R>;
export function pipeline<T, R = T>(
  input: PipelineInput<T>,
  // biome-ignore lint/suspicious/noExplicitAny: of a list of any length, nobody can say what one stage hands to the next
  stages: readonly PipelineStage<any, any>[],
  options?: PipelineOptions,
): AsyncIterableIterator<R>;
export function pipeline(input: unknown, stages: unknown, options?: unknown): AsyncIterableIterator<never> {
  const checked = checkPipeline(input, stages, options);
  return new Pipeline(checked) as AsyncIterableIterator<never>;
}

type Result = IteratorResult<unknown, undefined>;

/** Belongs to the scope in which it is first asked for a result. */
class Pipeline implements AsyncIterableIterator<unknown>, AsyncDisposable {
  #line: Line | null = null;
  #closed = false;

  constructor(private readonly given: ReturnType<typeof checkPipeline>) {}

  next(): Promise<Result> {
    if (this.#closed) return Promise.resolve({ done: true, value: undefined });
    if (this.#line === null) {
      this.#line = new Line(this.given);
      this.#line.run();
    }
    return this.#line.request();
  }

  /** Ends it; those of its `next` that still wait end too. Rejects with what closing the source fails with. */
  async return(value?: unknown): Promise<IteratorReturnResult<unknown>> {
    const began = this.#line !== null || this.#closed;
    this.#closed = true;
    if (this.#line !== null) await this.#line.stop();
    else if (!began) await closeUnread(this.given.input);
    return { done: true, value: await value };
  }

  async throw(error: unknown): Promise<never> {
    await this.return();
    throw error;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }
}
