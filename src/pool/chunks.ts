// Items on their way into tasks: how many go together, and when there are no more.

import { setImmediate } from 'node:timers';
import { typeName } from '../arguments.js';
import { LARGE_BYTES } from '../large.js';
import { ignore } from '../txn/thenable.js';

/** How long a task of `map` should take, in ms: long against what a task costs, short enough for others to take a share. */
const TARGET = 1;
const MOST = 1024;
/** Larger values are mapped for each of their readers, which is worth it for those that are read in parts. */
const MOST_BYTES = (3 * LARGE_BYTES) / 4;

/** How many items to send together, by how long they have taken, and how many bytes. */
export class ChunkSize {
  #each = Number.NaN; // ms
  #bytes = 1; // the largest of late

  constructor(private readonly fixed: number | undefined) {}

  get now(): number {
    if (this.fixed !== undefined) return this.fixed;
    if (Number.isNaN(this.#each)) return 1;
    return Math.max(1, Math.floor(Math.min(MOST, TARGET / this.#each, MOST_BYTES / this.#bytes)));
  }

  /** `count` items were sent as so many bytes. */
  noteBytes(count: number, bytes: number): void {
    this.#bytes = Math.max(bytes / count, (3 * this.#bytes) / 4);
  }

  /** `count` items took so many ns. */
  note(count: number, nanoseconds: number): void {
    const each = Math.max(nanoseconds / 1e6 / count, 1e-6);
    this.#each = Number.isNaN(this.#each) ? each : (this.#each + each) / 2;
  }
}

export interface Chunk<T> {
  readonly items: T[];
  readonly last: boolean;
}

/** Where items come from. */
export interface Source<T> {
  /** Up to so many; a promise if they have to be waited for: then it is not asked again before that is there. */
  take(most: number): Chunk<T> | Promise<Chunk<T>>;
  /** Nobody wants any more. Does not wait for an item that is under way: it may never come. */
  close(): void | Promise<void>;
}

export function sourceOf<T>(items: Iterable<T> | AsyncIterable<T>): Source<T> {
  if (typeof items === 'object' && items !== null) {
    if (Array.isArray(items)) return new ArraySource<T>(items);
    if (typeof (items as Partial<AsyncIterable<T>>)[Symbol.asyncIterator] === 'function')
      return new AsyncSource(items as AsyncIterable<T>);
  }
  if (typeof Object(items)[Symbol.iterator] === 'function') return new SyncSource(items as Iterable<T>);
  throw new TypeError(`The items of map must be iterable, and not ${typeName(items)}: map(items, fn).`);
}

class ArraySource<T> implements Source<T> {
  #at = 0;

  constructor(private readonly items: readonly T[]) {}

  take(most: number): Chunk<T> {
    const items = this.items.slice(this.#at, this.#at + most);
    this.#at += items.length;
    return { items, last: this.#at >= this.items.length };
  }

  close(): void {}
}

class SyncSource<T> implements Source<T> {
  readonly #iterator: Iterator<T>;
  #ended = false;

  constructor(items: Iterable<T>) {
    this.#iterator = items[Symbol.iterator]();
  }

  take(most: number): Chunk<T> {
    const items: T[] = [];
    try {
      while (!this.#ended && items.length < most) {
        const next = this.#iterator.next();
        if (next.done) this.#ended = true;
        else items.push(next.value);
      }
    } catch (error) {
      this.#ended = true; // it has ended itself
      throw error;
    }
    return { items, last: this.#ended };
  }

  close(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#iterator.return?.();
  }
}

/** What is there without waiting goes together. */
class AsyncSource<T> implements Source<T> {
  readonly #iterator: AsyncIterator<T>;
  #next: Promise<IteratorResult<T>> | undefined;
  #ended = false;

  constructor(items: AsyncIterable<T>) {
    this.#iterator = items[Symbol.asyncIterator]();
  }

  async take(most: number): Promise<Chunk<T>> {
    const items: T[] = [];
    while (!this.#ended && items.length < most) {
      this.#next ??= this.#iterator.next();
      const next = items.length === 0 ? await this.#wait() : await Promise.race([this.#wait(), turn()]);
      if (next === undefined) break;
      this.#next = undefined;
      if (next.done) this.#ended = true;
      else items.push(next.value);
    }
    return { items, last: this.#ended };
  }

  async #wait(): Promise<IteratorResult<T>> {
    try {
      return await this.#next!;
    } catch (error) {
      this.#ended = true;
      throw error;
    }
  }

  async close(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    const returned = this.#iterator.return?.();
    if (this.#next === undefined) await returned;
    else Promise.all([this.#next, returned]).catch(ignore); // nobody is left who could be told
  }
}

function turn(): Promise<undefined> {
  return new Promise((resolve) => setImmediate(() => resolve(undefined)));
}
