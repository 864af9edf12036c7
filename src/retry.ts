// Waiting in a transaction: `retry` and `orElse`, after Harris, Marlow, Peyton Jones and Herlihy, Composable Memory
// Transactions (2005).

import { RetryUnavailableError, TransactionEndedError } from './errors.js';
import { enter, scopeHere } from './runtime/context.js';
import type { Body } from './txn/body.js';
import { callOf } from './txn/call.js';
import { runNested, suspendNested } from './txn/nested.js';
import { Nesting } from './txn/nesting.js';
import { bodyOf, innermostBody, type Scope } from './txn/scope.js';
import { isThenable } from './txn/thenable.js';

/**
 * Gives up this run of the transaction; `fn` runs again when something that it has read has changed, in this thread or another. Blocks
 * no thread, polls nothing, keeps the process alive. Everything that the run has written is undone. `timeout` and `signal` of the
 * transaction end the waiting, `maxRetries` does not count it.
 *
 * Throws `RetryUnavailableError` in `transactionSync` and `readTransaction`, outside of transactions, and if the run has read nothing.
 */
export function retry(): never {
  const body = waitingBody('retry', scopeOf('retry'));
  if (!body.reads.any) {
    throw new RetryUnavailableError('retry() would wait for ever: this run has read nothing that could change.');
  }
  return body.block();
}

/**
 * Runs `first`; if that calls `retry`, undoes what it has written and runs `second` instead. If both do, the transaction waits until
 * something that either has read changes. Other errors of `first` and `second` are thrown as they are, their writes undone.
 *
 * Throws `RetryUnavailableError` where `retry` does.
 */
export function orElse<A, B>(first: () => PromiseLike<A>, second: () => B | PromiseLike<B>): Promise<A | B>;
export function orElse<A, B>(first: () => A, second: () => B): A | B;
export function orElse(first: () => unknown, second: () => unknown): unknown {
  if (typeof first !== 'function' || typeof second !== 'function') throw new TypeError('orElse needs two functions.');
  const scope = scopeOf('orElse');
  waitingBody('orElse', scope);
  let result: unknown;
  try {
    result = branch(scope, first);
  } catch (error) {
    return otherwise(scope, error, second);
  }
  return isThenable(result) ? result.then(undefined, (error) => otherwise(scope, error, second)) : result;
}

function branch(scope: Scope, fn: () => unknown): unknown {
  return runNested(new Nesting(scope, false), fn, {}, enter, suspendNested);
}

/** After the first branch has failed. */
function otherwise(scope: Scope, error: unknown, second: () => unknown): unknown {
  if (scope.ended) throw error;
  const body = innermostBody(scope);
  if (!body.blocked) throw error;
  body.unblock();
  return branch(scope, second);
}

function scopeOf(name: string): Scope {
  const scope = scopeHere();
  if (scope === null) throw new RetryUnavailableError(`${name}() needs a transaction: call it inside a body.`);
  if (scope.ended) throw new TransactionEndedError();
  return scope;
}

function waitingBody(name: string, scope: Scope): Body {
  const body = bodyOf(scope);
  body.check();
  if (!callOf(scope).mayWait) {
    throw new RetryUnavailableError(
      `${name}() cannot wait here: it would block the thread, or wait for what a read-only snapshot never shows. Use transaction().`,
    );
  }
  return body;
}
