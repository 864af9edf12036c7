// SharedQueue: first in, first out, across threads.

import { Cache } from './cache.js';
import { refuseContents } from './collection/beginning.js';
import { registerHandle, registerKind } from './collection/handles.js';
import { iterable } from './collection/iterable.js';
import { destroyCollection, memoryOf, openCollection } from './collection/open.js';
import { checkCollectionOptions, QUEUE_OPTIONS, type SharedQueueOptions } from './collection/options.js';
import { type Schema, validated } from './collection/schema.js';
import { QueueClosedError } from './errors.js';
import { describe } from './failure.js';
import { clearNow } from './keyed/alone.js';
import { SHARED_QUEUE } from './kinds.js';
import { sizeNow } from './load.js';
import { closeNow, dropNow, enqueueNow, isClosedNow, peekNow, takeNow } from './queue/alone.js';
import { delivered, undelivered } from './queue/delivery.js';
import {
  dropInside,
  enqueueInside,
  isClosedInside,
  isEmptyInside,
  isFullInside,
  NONE,
  peekInside,
  sizeInside,
  takeInside,
} from './queue/inside.js';
import { QueueIterator } from './queue/iterator.js';
import { enqueueLater } from './queue/room.js';
import { checkWaitOptions, nextItem, nextItems, type WaitOptions } from './queue/turns.js';
import { retry } from './retry.js';
import { type CollectionStats, statsOf } from './statistics.js';
import { transactionSync } from './transaction.js';
import type { Body } from './txn/body.js';
import { bodyHere } from './txn/scope.js';
import type { QueueChangeEvent } from './watch/events.js';
import type { WatchOptions } from './watch/options.js';
import { subscribeTo } from './watch/subscribe.js';
import { watchQueue } from './watch/watch.js';
import type { Watcher } from './watch/watcher.js';

/**
 * A queue that all threads of the process share. Items are copied in and out, each goes to one consumer, once, in the order in which
 * they were added; who waits for items gets them in the order in which they began to wait.
 *
 * Every operation is atomic: inside a body it belongs to that transaction and takes effect when it commits, outside it is a transaction
 * of its own, which cannot lose. All throw `CollectionDestroyedError` after `destroy`, and `TransactionEndedError` in code that outlived
 * its transaction; those that add throw a `DataCloneError` for what cannot be shared, `QueueFullError` past `capacity`,
 * `MemoryLimitError` past another limit, `QueueClosedError` after `close`, `ReadOnlyTransactionError` in a read-only transaction. O(1)
 * but for the size of the items.
 */
export class SharedQueue<T = unknown> implements AsyncIterable<T> {
  readonly #cache: Cache;
  /** Of this handle alone. */
  readonly #schema: Schema | null;

  /** Opens or creates the queue of `options.name`. `SharedQueueConstructor` has what the compiler knows of it. */
  constructor(options?: SharedQueueOptions<T> | null, ...further: never[]) {
    if (options instanceof Cache) {
      this.#schema = null;
      this.#cache = options;
    } else {
      const checked = checkCollectionOptions('SharedQueue', options, QUEUE_OPTIONS);
      refuseContents('SharedQueue', further, 'its items are added by enqueueMany()');
      this.#schema = checked.schema ?? null;
      this.#cache = openCollection(SHARED_QUEUE, checked, null);
    }
    registerHandle(this, this.#cache);
  }

  /** The name that threads share it by; undefined for a queue without one. */
  get name(): string | undefined {
    return this.#cache.name;
  }

  // ---------------------------------------------------------------- adding

  /**
   * Adds an item at the back. Encodes it at once: what is done to it afterwards changes nothing here. Never conflicts: in a transaction
   * the item gets its place when that commits.
   */
  enqueue(item: T): void {
    const checked = this.#checked(item);
    const body = bodyHere();
    if (body === null) enqueueNow(this.#cache, checked);
    else enqueueInside(body, this.#cache, checked);
  }

  /** The same. */
  push(item: T): void {
    this.enqueue(item);
  }

  /** Adds all items in one transaction: they are next to each other. */
  enqueueMany(items: Iterable<T>): void {
    const checked = Array.from(iterable('The items that enqueueMany() takes', items), (item) => this.#checked(item));
    transactionSync(() => {
      const body = bodyHere()!;
      for (const item of checked) enqueueInside(body, this.#cache, item);
    });
  }

  /**
   * Adds an item as soon as the queue has room for it. Rejects with the reason of `signal`, or with `QueueTimeoutError` after `timeout`
   * ms; then it is not added. In a transaction a full queue is `retry()`.
   */
  enqueueAsync(item: T, options?: WaitOptions): Promise<void> {
    return promised((body) => {
      checkWaitOptions(options);
      const checked = this.#checked(item);
      if (body === null) return enqueueLater(this.#cache, checked, options);
      if (isFullInside(body, this.#cache)) this.#wait(body);
      enqueueInside(body, this.#cache, checked);
      return Promise.resolve();
    });
  }

  #checked(item: T): unknown {
    return this.#schema === null ? item : validated(this.#schema, item);
  }

  // ---------------------------------------------------------------- taking

  /**
   * The first item, which is taken; waits for one if there is none, without blocking the thread, and keeps the process alive meanwhile.
   * Rejects with the reason of `signal`, with `QueueTimeoutError` after `timeout` ms, with `QueueClosedError` when the queue is closed
   * and drained. An item on its way to a thread that ends, or to a `dequeue` that is given up, returns to the front.
   *
   * In a transaction it takes effect with the commit, and an empty queue is `retry()`; a body that does not await it is refused with a
   * `TypeError`.
   */
  dequeue(options?: WaitOptions): Promise<T> {
    return promised((body) => {
      if (options !== undefined) checkWaitOptions(options);
      if (body === null) return nextItem(this.#cache, options) as Promise<T>;
      return delivered(body, this.#firstInside(body));
    });
  }

  #firstInside(body: Body): T {
    const item = takeInside(body, this.#cache);
    return item === NONE ? this.#wait(body) : (item as T);
  }

  /** Ends the run of a body, which goes on when the queue has changed: a closed one will not. */
  #wait(body: Body): never {
    if (isClosedInside(body, this.#cache)) throw closed(this.#cache);
    return retry();
  }

  /** The first item, which is taken; undefined if there is none. */
  tryDequeue(): T | undefined {
    const body = bodyHere();
    const item = body === null ? takeNow(this.#cache) : takeInside(body, this.#cache);
    return item === NONE ? undefined : (item as T);
  }

  /** Waits for at least one item; takes what there is, at most `count`. Otherwise as `dequeue`. O(items). */
  dequeueMany(count: number, options?: WaitOptions): Promise<T[]> {
    return promised((body) => {
      checkCount(count);
      if (options !== undefined) checkWaitOptions(options);
      if (count === 0) return Promise.resolve([]);
      if (body === null) return nextItems(this.#cache, count, options) as Promise<T[]>;
      return delivered(body, this.#manyInside(body, count));
    });
  }

  #manyInside(body: Body, count: number): T[] {
    const items = [this.#firstInside(body)];
    try {
      while (items.length < count) {
        const item = takeInside(body, this.#cache);
        if (item === NONE) break;
        items.push(item as T);
      }
    } catch (error) {
      if (body.doomed) throw error;
      // The next one cannot be decoded here: it stays, and whoever asks for it is told.
    }
    return items;
  }

  /**
   * Removes the first item without reading it; false if there is none. For one that no thread can read. In a transaction, together with the
   * `peek` that has failed, it cannot be another one.
   */
  discard(): boolean {
    const body = bodyHere();
    return body === null ? dropNow(this.#cache) : dropInside(body, this.#cache);
  }

  /** The first item, which stays; undefined if there is none. */
  peek(): T | undefined {
    const body = bodyHere();
    const item = body === null ? peekNow(this.#cache) : peekInside(body, this.#cache);
    return item === NONE ? undefined : (item as T);
  }

  /** Takes item after item; ends when the queue is closed and drained, or destroyed. Many may iterate at once: each gets other items. */
  [Symbol.asyncIterator](): AsyncIterableIterator<T> {
    return new QueueIterator<T>(this.#cache, () => this.dequeue());
  }

  // ---------------------------------------------------------------- changes

  /**
   * How many items come and go from now on. An event tells of all commits since the one before it: a slow watcher gets fewer. Options: `signal`,
   * and `initial`, which begins with the size as it is.
   */
  watch(options?: Pick<WatchOptions, 'signal' | 'initial'>): Watcher<QueueChangeEvent> {
    return watchQueue(this.#cache, options);
  }

  /**
   * Calls `listener` after changes, once for a burst, outside of transactions; returns what ends it. Does not keep the process alive.
   */
  subscribe(listener: () => void, options?: { signal?: AbortSignal | undefined }): () => void {
    return subscribeTo(this.#cache, listener, options);
  }

  // ---------------------------------------------------------------- the queue as a whole

  /** Removes all items. O(1). */
  clear(): void {
    const body = bodyHere();
    if (body === null) clearNow(this.#cache);
    else body.clear(this.#cache);
  }

  /**
   * Nothing more comes: `enqueue` throws `QueueClosedError` from now on, what is left can be taken, and who waits, or finds nothing left,
   * gets that error. Closing it again changes nothing.
   */
  close(): void {
    const body = bodyHere();
    if (body === null) {
      closeNow(this.#cache);
    } else {
      body.checkWrite();
      body.writes.close(this.#cache);
    }
  }

  /** Whether it is closed. There may be items left. */
  get isClosed(): boolean {
    const body = bodyHere();
    return body === null ? isClosedNow(this.#cache) : isClosedInside(body, this.#cache);
  }

  /** The number of items. */
  get size(): number {
    const body = bodyHere();
    return body === null ? sizeNow(this.#cache) : sizeInside(body, this.#cache);
  }

  get isEmpty(): boolean {
    const body = bodyHere();
    return body === null ? sizeNow(this.#cache) === 0 : isEmptyInside(body, this.#cache);
  }

  /** Bytes that the items take, as of the last commit. */
  get memory(): number {
    return memoryOf(this.#cache);
  }

  /** What has happened to the queue so far, in all threads. */
  stats(): CollectionStats {
    return statsOf(this.#cache);
  }

  /**
   * Ends the queue for all threads and frees its memory and name; later use throws `CollectionDestroyedError`, as do those who wait, and
   * open transactions that used it. Throws `DestroyInTransactionError` inside a transaction.
   */
  destroy(): void {
    destroyCollection(this.#cache);
  }

  get [Symbol.toStringTag](): string {
    return 'SharedQueue';
  }
}

registerKind<SharedQueue<unknown>>(
  SHARED_QUEUE,
  SharedQueue,
  (cache) => new SharedQueue(cache as never),
  ({ size, isClosed }) => ({ content: { size, isClosed } }),
);

function closed(cache: Cache): QueueClosedError {
  return new QueueClosedError(describe(cache.kind, cache.name));
}

function checkCount(count: unknown): void {
  if (typeof count !== 'number') throw new TypeError('The number of items must be a number.');
  if (!(Number.isInteger(count) || count === Number.POSITIVE_INFINITY) || count < 0) {
    throw new RangeError('The number of items must be a whole number of at least 0.');
  }
}

/** A function that returns a promise does not throw. */
function promised<R>(begin: (body: Body | null) => Promise<R>): Promise<R> {
  let body: Body | null = null;
  try {
    body = bodyHere();
    return begin(body);
  } catch (error) {
    return body === null ? Promise.reject(error) : undelivered(body, error);
  }
}
