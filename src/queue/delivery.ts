// What `dequeue` returns in a body: a promise that knows whether somebody awaits it.

import type { Body } from '../txn/body.js';
import { ignore } from '../txn/thenable.js';

/** Not a plain promise, so that `await` calls its `then`. */
class Delivery<T> extends Promise<T> {
  #body: Body | null = null;
  #mark = 0;

  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  /** The body must await it before it commits. */
  expectedBy(body: Body): this {
    this.#body = body;
    this.#mark = body.mark;
    body.unawaited++;
    return this;
  }

  // biome-ignore lint/suspicious/noThenProperty: it is a promise
  override then<A = T, B = never>(
    fulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    rejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    const body = this.#body;
    this.#body = null;
    if (body !== null && body.mark === this.#mark) body.unawaited--;
    return super.then(fulfilled, rejected);
  }
}

/** Promises an item to a body. */
export function delivered<T>(body: Body, item: T): Promise<T> {
  return new Delivery<T>((resolve) => resolve(item)).expectedBy(body);
}

/** What a body gets instead: what ends its run, or an error. */
export function undelivered(error: unknown): Promise<never> {
  const promise = Promise.reject(error);
  promise.catch(ignore); // a run that has ended need not look at it
  return promise;
}
