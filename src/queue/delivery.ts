// What `dequeue` returns in a body: a promise that knows whether somebody awaits it.

import type { Body } from '../txn/body.js';
import { ignore } from '../txn/thenable.js';

/** Not a plain promise, so that `await` calls its `then`. */
class Delivery<T> extends Promise<T> {
  #body: Body | null = null;
  #mark = 0;
  #place = 0;

  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  /** The body must await it before it commits. */
  expectedBy(body: Body): this {
    this.#body = body;
    this.#mark = body.mark;
    this.#place = body.promised.push(this) - 1;
    return this;
  }

  // biome-ignore lint/suspicious/noThenProperty: it is a promise
  override then<A = T, B = never>(
    fulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    rejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    const body = this.#body;
    this.#body = null;
    if (body !== null && body.mark === this.#mark && body.promised[this.#place] === this) {
      body.promised[this.#place] = null;
    }
    return super.then(fulfilled, rejected);
  }
}

/** Promises an item to a body. */
export function delivered<T>(body: Body, item: T): Promise<T> {
  return new Delivery<T>((resolve) => resolve(item)).expectedBy(body);
}

/** What a body gets instead: what ends its run, or an error. */
export function undelivered(body: Body, error: unknown): Promise<never> {
  const delivery = new Delivery<never>((_, reject) => reject(error));
  delivery.catch(ignore); // a run that has ended need not look at it, and one that commits without is refused
  return delivery.expectedBy(body);
}
