// A transaction inside another one: a savepoint of the outer run.

import { NestedTransactionError, TransactionEndedError } from '../errors.js';
import { current, resume } from '../runtime/context.js';
import type { Body } from './body.js';
import { callOf } from './call.js';
import { bodyOf, endScopes, Scope } from './scope.js';
import type { Savepoint } from './writes.js';

export class Nesting {
  readonly scope: Scope;
  readonly #body: Body;
  readonly #savepoint: Savepoint;
  readonly #callbacks: number;
  readonly #promised: number;
  readonly #readOnly: boolean;

  /** Throws if `outer` has ended, or has a nested scope already. */
  constructor(
    readonly outer: Scope,
    readOnly: boolean,
  ) {
    const body = bodyOf(outer);
    body.check();
    this.#body = body;
    this.#savepoint = body.writes.savepoint();
    this.#promised = body.promised.length;
    const call = callOf(outer);
    this.#callbacks = call.afterCommit?.length ?? 0;
    this.#readOnly = body.readOnly;
    body.readOnly ||= readOnly;
    this.scope = new Scope(call, body);
    outer.body = null;
    outer.nested = this.scope;
  }

  /** The nested body has returned: its writes become the outer one's. */
  keep(): void {
    if (this.scope.ended) throw new TransactionEndedError();
    if (this.scope.body === null) throw new NestedTransactionError();
    this.#body.check();
    this.#body.writes.release(this.#savepoint);
    this.#close();
  }

  /**
   * The nested body has failed. Undoes writes, never reads: what was decided by them has happened. Does nothing if the whole
   * run has ended.
   */
  undo(): void {
    if (this.scope.ended) return;
    // A doomed run has lost its writes already.
    if (!this.#body.doomed || this.#body.blocked) this.#body.writes.rollback(this.#savepoint);
    this.#body.promised.length = Math.min(this.#body.promised.length, this.#promised);
    const call = callOf(this.outer);
    if (call.afterCommit !== null) call.afterCommit.length = this.#callbacks;
    this.#close();
  }

  #close(): void {
    endScopes(this.scope);
    this.#body.readOnly = this.#readOnly;
    this.outer.body = this.#body;
    this.outer.nested = null;
    if (current.scope === this.outer) resume(this.outer);
  }
}
