// Iterators of an array: over one snapshot, inside a transaction with what the body has made of it on top.

import type { Cache } from '../cache.js';
import { TransactionEndedError } from '../errors.js';
import { destroyed } from '../failure.js';
import type { Body } from '../txn/body.js';
import { bodyHere } from '../txn/scope.js';
import { chunksInside } from './inside.js';
import { Walk } from './walk.js';

const IteratorPrototype = Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]()));

type Chunk = ArrayLike<unknown>;

/** Where chunks come from; `undefined` when there are no more. */
interface Source {
  next(): Chunk | undefined;
  close(): void;
}

class Outside implements Source {
  #walk: Walk | null;
  #first = true;

  constructor(readonly cache: Cache) {
    this.#walk = new Walk(cache, null, 0, Number.POSITIVE_INFINITY);
  }

  next(): Chunk | undefined {
    if (this.#walk === null) return undefined;
    if (this.cache.isDestroyed()) {
      this.close();
      return undefined;
    }
    if (this.#first) this.#first = false;
    else if (this.#walk.done) return undefined;
    else this.#walk.next();
    return this.#walk.elements;
  }

  close(): void {
    this.#walk?.close();
    this.#walk = null;
  }
}

class Inside implements Source {
  readonly #run: number;
  readonly #chunks: Generator<Chunk>;

  constructor(
    readonly cache: Cache,
    readonly body: Body,
  ) {
    body.check();
    this.#run = body.mark;
    this.#chunks = chunksInside(body, cache);
  }

  next(): Chunk | undefined {
    const { body, cache } = this;
    if (body.mark !== this.#run) throw new TransactionEndedError();
    body.check();
    if (cache.isDestroyed()) throw destroyed(cache);
    return this.#chunks.next().value;
  }

  close(): void {
    this.#chunks.return(undefined);
  }
}

/** What it begins with is what most of it has: V8 then need not expect anything else. */
const NO_NUMBERS = new Float64Array(0);

class SharedArrayIterator<T> implements IterableIterator<T> {
  readonly #source: Source;
  #chunk: Chunk = NO_NUMBERS;
  #count = 0;
  #position = 0;
  /** Index of the chunk's first element. */
  #start = 0;
  #done = false;

  constructor(cache: Cache) {
    const body = bodyHere();
    this.#source = body === null ? new Outside(cache) : new Inside(cache, body);
  }

  next(): IteratorResult<T, undefined> {
    const position = this.#position;
    if (position < this.#count) {
      this.#position = position + 1;
      return { done: false, value: this.#chunk[position] as T };
    }
    return this.#nextOfNextChunk();
  }

  /** The index of the element that `next` has returned last. */
  protected get index(): number {
    return this.#start + this.#position - 1;
  }

  #nextOfNextChunk(): IteratorResult<T, undefined> {
    this.#start += this.#count;
    this.#count = this.#position = 0;
    while (!this.#done) {
      const chunk = this.#source.next();
      if (chunk === undefined) {
        this.return();
      } else if (chunk.length > 0) {
        this.#chunk = chunk;
        this.#count = chunk.length;
        this.#position = 1;
        return { done: false, value: chunk[0] as T };
      }
    }
    return { done: true, value: undefined };
  }

  /** Called by `break`; gives the snapshot back. */
  return(): IteratorResult<T, undefined> {
    this.#done = true;
    this.#chunk = NO_NUMBERS;
    this.#count = this.#position = 0;
    this.#source.close();
    return { done: true, value: undefined };
  }

  [Symbol.iterator](): this {
    return this;
  }
}

// As those of Array: the runtime's iterator helpers work, and it prints as what it is.
Object.setPrototypeOf(SharedArrayIterator.prototype, IteratorPrototype);
Object.defineProperty(SharedArrayIterator.prototype, Symbol.toStringTag, {
  value: 'SharedArray Iterator',
  configurable: true,
});

/** The same with the indexes. */
class IndexedIterator<T> extends SharedArrayIterator<[number, T]> {
  override next(): IteratorResult<[number, T], undefined> {
    const result = super.next() as IteratorResult<unknown, undefined>;
    return result.done ? result : { done: false, value: [this.index, result.value as T] };
  }
}

export function iterateElements<T>(cache: Cache): IterableIterator<T> {
  return new SharedArrayIterator<T>(cache);
}

export function iterateIndexed<T>(cache: Cache): IterableIterator<[number, T]> {
  return new IndexedIterator<T>(cache);
}
