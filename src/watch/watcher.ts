// `for await` over changes.

import type { Cache } from '../cache.js';
import { CollectionDestroyedError, SnapshotExpiredError, WatchOverflowError } from '../errors.js';
import { describe } from '../failure.js';
import { overflowed } from '../runtime/channels.js';
import { closeSnapshot, type Snapshot } from '../runtime/snapshot.js';
import { onAbort } from '../scope/abort.js';
import type { CancelScope } from '../scope/cancel-scope.js';
import { linked, refused } from '../scope/linked.js';
import { scopeOfCaller } from '../scope/scope.js';
import { Feed, type FeedOptions } from './feed.js';
import type { CheckedOptions } from './options.js';
import { resyncEvent } from './told.js';

/** The whole state at a snapshot, as events; of what can be watched as a whole. Gives the snapshot back. */
export type State = (snapshot: Snapshot) => Iterator<object>;

const END = { done: true, value: undefined } as const;

const forgotten = new FinalizationRegistry<() => void>((unlisten) => unlisten());

interface Next<E> {
  resolve(result: IteratorResult<E, undefined>): void;
  reject(error: unknown): void;
}

/**
 * Events in the order of the commits, those of one commit together. It watches from the moment when it was made until it is closed: by
 * `break`, `return`, `throw`, its signal, or the end of the collection or the thread. While a `next` waits the process stays alive.
 */
export class Watcher<E> implements AsyncIterableIterator<E> {
  readonly #cache: Cache;
  readonly #options: CheckedOptions;
  readonly #stateAt: State | null;
  #feed: Feed;
  /** That have been taken and not given out, the next one last. */
  #events: object[] = [];
  /** The state that the events go on from, if it is wanted and has not been told. */
  #state: Iterator<object> | null = null;
  #done = false;
  readonly #waiting: Next<E>[] = [];
  /** Where it was begun. */
  readonly #scope = scopeOfCaller();
  #unlisten: (() => void) | undefined;

  constructor(cache: Cache, feed: FeedOptions, options: CheckedOptions, state: State | null = null) {
    this.#cache = cache;
    this.#options = options;
    this.#stateAt = state;
    this.#feed = new Feed(cache, feed);
    try {
      this.#begin();
    } catch (error) {
      this.#feed.end(); // nobody else can
      throw error;
    }
    if (options.signal?.aborted) this.#close();
    else if (options.signal !== undefined) this.#listenTo(options.signal);
  }

  /** A signal may live for ever; a watcher that only that knows is forgotten. */
  #listenTo(signal: AbortSignal): void {
    const here = new WeakRef(this);
    this.#unlisten = onAbort(signal, () => {
      const watcher = here.deref();
      if (watcher !== undefined) watcher.#close();
    });
    forgotten.register(this, this.#unlisten, this);
  }

  /** Changes that have been committed and not given out. */
  get lag(): number {
    return this.#events.length + this.#feed.lag;
  }

  /**
   * The next event. May be called again before it has come. Rejects with a `WatchOverflowError` if that was asked for, and with the reason of the
   * scope if that is cancelled; a watch that was begun in that scope has ended then.
   */
  next(): Promise<IteratorResult<E, undefined>> {
    const scope = scopeOfCaller();
    if (scope?.isCancelled) return refused(scope);
    if (this.#waiting.length === 0) {
      try {
        const result = this.#take();
        if (result !== null) return Promise.resolve(result);
      } catch (error) {
        this.#close();
        return Promise.reject(error);
      }
      this.#feed.expect(() => this.#wake());
    }
    let waiter!: Next<E>;
    const next = new Promise<IteratorResult<E, undefined>>((resolve, reject) => {
      waiter = { resolve, reject };
    });
    this.#waiting.push(waiter);
    return scope === undefined ? next : linked(scope, next, (reason) => this.#leave(waiter, scope, reason));
  }

  /** The scope in which it waits is cancelled; a watch that was begun there has nobody left. */
  #leave(waiter: Next<E>, scope: CancelScope, reason: unknown): void {
    const place = this.#waiting.indexOf(waiter);
    if (place < 0) return; // it was told before
    this.#waiting.splice(place, 1);
    waiter.reject(reason);
    if (scope === this.#scope) this.#close();
    else if (this.#waiting.length === 0) this.#feed.unexpect();
  }

  /** Ends the watch; those of its `next` that still wait end too. */
  return(): Promise<IteratorResult<E, undefined>> {
    this.#close();
    return Promise.resolve(END);
  }

  /** Ends the watch, and rejects with `error`. */
  throw(error: unknown): Promise<IteratorResult<E, undefined>> {
    this.#close();
    return Promise.reject(error);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Ends the watch, as `return` does: for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#close();
  }

  /** What there is; null if there is nothing yet. */
  #take(): IteratorResult<E, undefined> | null {
    for (;;) {
      const event = this.#events.pop();
      if (event !== undefined) return { done: false, value: event as E };
      if (this.#done) return END;
      const told = this.#nextOfState();
      if (told !== null) return { done: false, value: told as E };
      if (!this.#refill()) return null;
    }
  }

  #nextOfState(): object | null {
    if (this.#state === null) return null;
    try {
      const { done, value } = this.#state.next();
      if (done !== true) return value;
    } catch (error) {
      if (!(error instanceof SnapshotExpiredError)) throw error;
      return this.#restart();
    }
    this.#state = null;
    return null;
  }

  /** It took too long to tell the state: another one, if the collection is still there. */
  #restart(): object | null {
    const { options } = this.#feed;
    this.#state = null;
    this.#feed.end();
    try {
      this.#feed = new Feed(this.#cache, options);
      this.#begin();
    } catch (error) {
      if (!(error instanceof CollectionDestroyedError)) throw error;
      this.#end();
      return null;
    }
    return resyncEvent(this.#feed.start.number, 0);
  }

  #begin(): void {
    if (this.#feed.options.snapshot) this.#state = this.#stateAt!(this.#feed.start);
  }

  /** False if there is nothing. */
  #refill(): boolean {
    const feed = this.#feed;
    if (feed.quiet) return false;
    const events = feed.take(true);
    if (events.length === 0 && !feed.lost && !feed.finished && !feed.heard) return false;
    this.#events = events.reverse();
    if (feed.finished) this.#end();
    if (feed.lost) this.#catchUp();
    if (feed.skipped > 0) overflowed(this.#cache, feed.skipped); // whoever listens may do anything, even close this
    return true;
  }

  #catchUp(): void {
    const { skipped, start } = this.#feed;
    const { buffer, overflow } = this.#options;
    if (overflow === 'error') {
      closeSnapshot(start.slot);
      overflowed(this.#cache, skipped);
      throw new WatchOverflowError(describe(this.#cache.kind, this.#cache.name), buffer);
    }
    this.#events.push(resyncEvent(start.number, skipped));
    this.#begin();
  }

  #wake(): void {
    while (this.#waiting.length > 0) {
      try {
        const result = this.#take();
        if (result === null) {
          this.#feed.expect(() => this.#wake());
          return;
        }
        this.#waiting.shift()?.resolve(result); // none: it was closed meanwhile
      } catch (error) {
        const first = this.#waiting.shift();
        this.#close();
        first?.reject(error);
      }
    }
  }

  /** There will be no more; what has been taken is still given out. */
  #end(): void {
    if (this.#done) return;
    this.#done = true;
    this.#feed.end();
    if (this.#unlisten === undefined) return;
    forgotten.unregister(this);
    this.#unlisten();
  }

  #close(): void {
    this.#end();
    this.#events = [];
    const state = this.#state;
    this.#state = null;
    try {
      state?.return?.();
    } catch {
      // It is being read at this moment, by who closes this: what it holds goes when it is collected.
    }
    for (const { resolve } of this.#waiting.splice(0)) resolve(END);
  }
}
