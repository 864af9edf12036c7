// `map` and `mapStream`: items in, results out, in the order of the items.
//
// Chunks of items are tasks; there are a few more under way than workers. In a stream results that nobody has taken count as under way, so
// a slow consumer, or a long source, costs no memory; who wants all of them at the end is not held up by one that takes long. The first failure ends it: what is under way is cancelled and waited for, the source is closed.

import { PoolSaturatedError, PoolTerminatedError } from '../errors.js';
import { native } from '../runtime/native.js';
import { onAbort } from '../scope/abort.js';
import type { CancelScope, Child } from '../scope/cancel-scope.js';
import { scopeOfCaller } from '../scope/scope.js';
import { ChunkSize, type Source, sourceOf } from './chunks.js';
import { ROOM, waitingInLine, waitUntil } from './conditions.js';
import { type PoolCore, TaskEntry } from './core.js';
import type { CheckedMapOptions } from './options.js';
import { type Answer, EACH, isUnshareable, SETTLE, submittedBytes } from './wire.js';

/** Chunks under way for each worker. */
const AHEAD = 4;

/** A chunk: its results, once they are there. */
class ChunkTask extends TaskEntry {
  ticket = -1;
  results: unknown[] | undefined = undefined;

  constructor(
    core: PoolCore,
    fn: number,
    readonly count: number,
    readonly done: (chunk: ChunkTask, answer: Answer) => void,
  ) {
    super(core, fn);
  }

  protected settled(answer: Answer): void {
    this.done(this, answer);
  }
}

type Settled = PromiseSettledResult<unknown>;

function rejections(count: number, reason: unknown): Settled[] {
  return Array.from({ length: count }, () => ({ status: 'rejected', reason }));
}

export class MapRun<T> implements Child {
  readonly #source: Source<T>;
  readonly #size: ChunkSize;
  readonly #fn: number;
  /** Chunks that have been sent and not taken, in order. */
  readonly #chunks: ChunkTask[] = [];
  /** Chunks that are under way, by their tickets. */
  readonly #under = new Map<number, ChunkTask>();
  #ended = false;
  #failure: { error: unknown } | undefined;
  #ending: Promise<void> | undefined;
  /** Of those who wait for something to change. */
  #waiting: (() => void)[] = [];
  #sending = false;
  /** Resolves when there is no point in waiting for items. */
  readonly #over: Promise<null>;
  #resolveOver: (nothing: null) => void = () => {};
  #leaveLine: ((reason: unknown) => void) | undefined;
  #unlisten: (() => void) | undefined;
  /** Where somebody wants its results. */
  #scope: CancelScope | undefined;

  constructor(
    private readonly core: PoolCore,
    items: Iterable<T> | AsyncIterable<T>,
    fn: (item: T) => unknown,
    private readonly options: CheckedMapOptions,
    /** Nothing is taken before all is there. */
    private readonly whole: boolean,
  ) {
    this.#over = new Promise((resolve) => (this.#resolveOver = resolve));
    this.#fn = core.numberOf(fn);
    this.#source = sourceOf(items);
    this.#size = new ChunkSize(options.chunk);
  }

  /** Not before somebody wants results: a stream that nobody iterates would listen for ever. */
  #begin(): void {
    const { signal } = this.options;
    this.#scope = scopeOfCaller();
    this.#scope?.link(this);
    if (this.#scope?.isCancelled) this.#fail(this.#scope.reason);
    else if (signal?.aborted) this.#fail(signal.reason);
    else if (signal !== undefined) this.#unlisten = onAbort(signal, () => this.#fail(signal.reason));
  }

  /** Ends it: perhaps nobody takes any more results. */
  scopeCancelled(reason: unknown): void {
    this.#fail(reason);
    void this.#end();
  }

  /** Results as they come, a chunk at a time. */
  async *chunks(): AsyncGenerator<unknown[], void, undefined> {
    try {
      this.#begin();
      for (;;) {
        void this.#send();
        const first = this.#chunks[0];
        if (this.#failure !== undefined) break;
        if (first?.results !== undefined) {
          this.#chunks.shift();
          yield first.results;
        } else if (first === undefined && this.#ended && !this.#sending) {
          break;
        } else {
          await this.#change();
        }
      }
    } finally {
      await this.#end();
    }
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /** Waits for what is under way. */
  #end(): Promise<void> {
    return (this.#ending ??= this.#endOnce());
  }

  async #endOnce(): Promise<void> {
    this.#unlisten?.();
    if (!this.#ended || this.#under.size > 0) this.#cancelAll(new DOMException('The map has ended.', 'AbortError'));
    this.#stop();
    while (this.#under.size > 0 || this.#sending) await this.#change();
    try {
      await this.#source.close();
    } catch (error) {
      this.#failure ??= { error }; // what was first is what it is about
    }
    this.#scope?.unlink(this);
  }

  #stop(): void {
    this.#ended = true;
    this.#resolveOver(null);
    this.#leaveLine?.(null);
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #changed(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  #cancelAll(reason: unknown): void {
    // What waits first: a worker that is told might begin it.
    for (const [ticket, chunk] of [...this.#under].reverse()) this.core.cancel(ticket, chunk, reason);
  }

  #fail(error: unknown): void {
    if (this.#failure !== undefined) return;
    this.#failure = { error };
    this.#stop();
    this.#cancelAll(error);
    this.#changed();
  }

  /** Most workers, as of now. */
  get #workers(): number {
    return native.poolCounts(this.core.id)?.size ?? 1; // of one that has gone, to be told so
  }

  get #ahead(): number {
    return this.whole ? this.#under.size : this.#chunks.length;
  }

  /** Sends chunks until there are enough under way. */
  async #send(): Promise<void> {
    if (this.#sending) return;
    this.#sending = true;
    try {
      while (!this.#ended && this.#ahead < AHEAD * this.#workers) {
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
    const deadline = this.#scope?.deadline ?? Number.POSITIVE_INFINITY;
    const chunk = new ChunkTask(core, this.#fn, items.length, this.#settle);
    for (;;) {
      try {
        chunk.ticket = core.submit(this.#fn, items, flags, options.priority ?? 0, deadline, chunk);
        this.#size.noteBytes(items.length, submittedBytes);
        this.#under.set(chunk.ticket, chunk);
        this.#chunks.push(chunk);
        return;
      } catch (error) {
        if (options.settle && isUnshareable(error)) return this.#submitApart(items, chunk, error);
        if (!(error instanceof PoolSaturatedError)) throw error;
      }
      const room = waitUntil(core.id, ROOM);
      this.#leaveLine = room.leave;
      await waitingInLine(room.holds.catch(() => {})); // it has been left: this has ended
      this.#leaveLine = undefined;
      if (this.#ended) return;
    }
  }

  /** Of items of which one cannot be shared. */
  async #submitApart(items: T[], chunk: ChunkTask, error: unknown): Promise<void> {
    if (items.length > 1) {
      for (const item of items) if (!this.#ended) await this.#submit([item]);
      return;
    }
    chunk.results = rejections(1, error);
    this.#chunks.push(chunk);
    this.#changed();
  }

  readonly #settle = (chunk: ChunkTask, answer: Answer) => {
    this.#under.delete(chunk.ticket);
    this.core.settle(
      answer,
      chunk,
      (results) => this.#receive(chunk, answer, results),
      (error) => {
        const all = this.options.settle && chunk.cancelled === undefined && !(error instanceof PoolTerminatedError);
        if (all) chunk.results = rejections(chunk.count, error);
        else this.#fail(error);
        this.#changed();
      },
    );
    this.#changed();
  };

  #receive(chunk: ChunkTask, answer: Answer, results: unknown): void {
    this.#size.note(chunk.count, answer.ran);
    const all = results as unknown[];
    if (!this.options.settle) {
      chunk.results = all;
      this.#changed();
      return;
    }
    const settled = all as Settled[];
    let left = 1;
    const done = () => {
      if (--left > 0) return;
      chunk.results = settled;
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
