// `map` and `mapStream`: items in, results out, in the order of the items.
//
// Chunks of items are tasks; there are a few more under way than workers, and results that nobody has taken count as under way, so a slow
// consumer, or a long source, costs no memory. The first failure ends it: what is under way is cancelled and waited for, the source is closed.

import { PoolSaturatedError } from '../errors.js';
import { ChunkSize, type Source, sourceOf } from './chunks.js';
import { becomes, ROOM } from './conditions.js';
import type { PoolCore } from './core.js';
import type { CheckedMapOptions } from './options.js';
import { type Answer, EACH, SETTLE } from './wire.js';

/** Chunks under way for each worker. */
const AHEAD = 4;

interface Part {
  results: unknown[] | undefined;
}

type Settled = PromiseSettledResult<unknown>;

export class MapRun<T> {
  readonly #source: Source<T>;
  readonly #size: ChunkSize;
  readonly #fn: number;
  /** Chunks that have been sent and not taken, in order. */
  readonly #parts: Part[] = [];
  readonly #tickets = new Set<number>();
  #ended = false;
  #failure: { error: unknown } | undefined;
  #changed: () => void = () => {};
  #sending = false;
  /** Resolves when there is no point in waiting for items. */
  readonly #over: Promise<null>;
  #stop: (nothing: null) => void = () => {};
  readonly #abort = () => this.#fail(this.options.signal!.reason);

  constructor(
    private readonly core: PoolCore,
    items: Iterable<T> | AsyncIterable<T>,
    fn: (item: T) => unknown,
    private readonly options: CheckedMapOptions,
  ) {
    this.#over = new Promise((resolve) => (this.#stop = resolve));
    this.#fn = core.numberOf(fn);
    this.#source = sourceOf(items);
    this.#size = new ChunkSize(options.chunk);
    const { signal } = options;
    if (signal?.aborted) this.#fail(signal.reason);
    else signal?.addEventListener('abort', this.#abort);
  }

  /** Results as they come, a chunk at a time. */
  async *chunks(): AsyncGenerator<unknown[], void, undefined> {
    try {
      for (;;) {
        void this.#send();
        const part = this.#parts[0];
        if (this.#failure !== undefined) break;
        if (part?.results !== undefined) {
          this.#parts.shift();
          yield part.results;
        } else if (part === undefined && this.#ended && !this.#sending) {
          break;
        } else {
          await new Promise<void>((resolve) => (this.#changed = resolve));
        }
      }
    } finally {
      await this.#end();
    }
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /** Waits for what is under way. */
  async #end(): Promise<void> {
    this.options.signal?.removeEventListener('abort', this.#abort);
    if (!this.#ended || this.#tickets.size > 0) this.#cancelAll(new DOMException('The map has ended.', 'AbortError'));
    this.#ended = true;
    this.#stop(null);
    while (this.#tickets.size > 0 || this.#sending) await new Promise<void>((resolve) => (this.#changed = resolve));
    await this.#source.close();
  }

  #cancelAll(reason: unknown): void {
    for (const ticket of this.#tickets) this.core.cancel(ticket, reason);
  }

  #fail(error: unknown): void {
    if (this.#failure !== undefined) return;
    this.#failure = { error };
    this.#ended = true;
    this.#stop(null);
    this.#cancelAll(error);
    this.#changed();
  }

  /** Sends chunks until there are enough under way. */
  async #send(): Promise<void> {
    if (this.#sending) return;
    this.#sending = true;
    try {
      while (!this.#ended && this.#parts.length < AHEAD * this.core.settings.size) {
        const taken = this.#source.take(this.#size.now);
        const chunk = taken instanceof Promise ? await Promise.race([taken, this.#over]) : taken;
        if (chunk === null || this.#ended) break;
        const { items, last } = chunk;
        if (items.length > 0) await this.#submit(items);
        if (last) this.#ended = true;
      }
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#sending = false;
      this.#changed();
    }
  }

  async #submit(items: T[]): Promise<void> {
    const { options, core } = this;
    const flags = options.settle ? EACH | SETTLE : EACH;
    const part: Part = { results: undefined };
    for (;;) {
      try {
        const ticket = core.submit(this.#fn, items, flags, options.priority ?? 0, Number.POSITIVE_INFINITY, (answer, cancelled) => {
          this.#tickets.delete(ticket);
          core.settle(
            this.#fn,
            answer,
            cancelled,
            (results) => this.#receive(part, answer, items.length, results),
            (error) => this.#fail(error),
          );
          this.#changed();
        });
        this.#tickets.add(ticket);
        this.#parts.push(part);
        return;
      } catch (error) {
        if (!(error instanceof PoolSaturatedError)) throw error;
      }
      await becomes(core.id, ROOM);
      if (this.#ended) return;
    }
  }

  #receive(part: Part, answer: Answer, count: number, results: unknown): void {
    this.#size.note(count, answer.ran);
    const all = results as unknown[];
    if (!this.options.settle) {
      part.results = all;
      return this.#changed();
    }
    const settled = all as Settled[];
    let left = 1;
    const done = () => {
      if (--left > 0) return;
      part.results = settled;
      this.#changed();
    };
    settled.forEach((each, n) => {
      if (each.status === 'fulfilled') return;
      left++;
      this.core.unpack(each.reason, (reason) => {
        settled[n] = { status: 'rejected', reason };
        done();
      });
    });
    done();
  }
}
