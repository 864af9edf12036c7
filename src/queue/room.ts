// Waiting for room in a queue that is full.

import type { Cache } from '../cache.js';
import { QueueFullError } from '../errors.js';
import { describe, failure } from '../failure.js';
import { sizeNow } from '../load.js';
import { frame, LISTS } from '../runtime/frame.js';
import { arena } from '../runtime/thread.js';
import { waitsHere } from '../runtime/waits.js';
import { linked, refused } from '../scope/linked.js';
import { scopeOfCaller } from '../scope/scope.js';
import { commitAlone } from '../txn/commit.js';
import { Reads } from '../txn/reads.js';
import { ignore } from '../txn/thenable.js';
import type { Write } from '../txn/writes.js';
import { encodedItem } from './alone.js';
import { limited, type WaitOptions } from './turns.js';

/** Of the queues that this thread waits for room in: the last one who does, by the thread's own order. */
const lines = new WeakMap<Cache, Promise<void>>();

/** Adds an item as soon as there is room; those of one thread in the order of the calls. */
export function enqueueLater(cache: Cache, item: unknown, options: WaitOptions | undefined): Promise<void> {
  const scope = scopeOfCaller();
  if (scope?.isCancelled) return refused(scope);
  if (options?.signal?.aborted) return Promise.reject(options.signal.reason);
  try {
    const entrant = new Entrant(cache, encodedItem(cache, item));
    const before = lines.get(cache); // now that user code has run
    if (before === undefined && entrant.entersNow()) return Promise.resolve();
    const entered = entrant.enter(before, options ?? {});
    return scope === undefined ? entered : linked(scope, entered, entrant.leave);
  } catch (error) {
    return Promise.reject(error);
  }
}

class Entrant {
  #committed = false;
  readonly #left: Promise<never>;
  leave!: (reason: unknown) => void;
  #gone = false;

  constructor(
    readonly cache: Cache,
    private readonly write: Write,
  ) {
    this.#left = new Promise((_, reject) => {
      this.leave = (reason) => {
        if (this.#committed) return;
        this.#gone = true;
        reject(reason);
      };
    });
    this.#left.catch(ignore);
  }

  /** Whether there is room at once. */
  entersNow(): boolean {
    let waits = false;
    try {
      waits = !this.#tryToEnter();
      return !waits;
    } finally {
      if (!waits) this.#end();
    }
  }

  enter(before: Promise<void> | undefined, options: WaitOptions): Promise<void> {
    const { cache } = this;
    const entered = this.#enter(before);
    const done = entered.catch(ignore).then(() => {
      if (lines.get(cache) === done) lines.delete(cache);
    });
    lines.set(cache, done);
    const what = `${describe(cache.kind, cache.name)} had no room`;
    return limited(Promise.race([entered, this.#left]), options, what, this.leave);
  }

  async #enter(before: Promise<void> | undefined): Promise<void> {
    try {
      await before;
      while (!this.#gone && !this.#tryToEnter()) await this.#room();
    } finally {
      this.#end();
    }
  }

  #end(): void {
    this.write.staged?.end();
    this.write.empty();
  }

  #tryToEnter(): boolean {
    try {
      commitAlone(this.write);
      this.#committed = true;
      return true;
    } catch (error) {
      if (error instanceof QueueFullError) return false;
      throw error;
    }
  }

  /** Waits until the queue has another size than now, unless there is room again by now. */
  async #room(): Promise<void> {
    const size = sizeNow(this.cache);
    if (size < this.cache.capacity) return;
    const reads = new Reads();
    reads.addSize(this.cache, size);
    frame.reserve(LISTS + reads.words);
    const tail = arena.tail;
    reads.fill();
    const waits = waitsHere();
    const wait = waits.begin((status) => {
      throw failure(status, this.cache);
    });
    arena.release(tail);
    if (wait === undefined) return;
    try {
      await Promise.race([wait.ended, this.#left]);
    } catch {
      // `#gone` says so
    } finally {
      waits.giveUp(wait.ticket);
    }
  }
}
