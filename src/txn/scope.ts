// One level of nesting in one run of a body: what running code is *in*.

import { NestedTransactionError, TransactionEndedError } from '../errors.js';
import { current, refuseInRead, scopeHere } from '../runtime/context.js';
import type { Body } from './body.js';
import type { Transaction } from './call.js';

/**
 * Of the scopes of a run only the innermost has the body; a scope without one either waits for a nested one or has ended,
 * and every shared operation in it is refused. Scopes are never used again, so code that outlives its run is recognised.
 */
export class Scope {
  body: Body | null;
  /** The nested scope that is open in this one. */
  nested: Scope | null = null;

  /** The call that the run belongs to; null for the first run of a plain one, until somebody asks (see `callOf`). */
  call: Transaction | null;

  constructor(call: Transaction | null, body: Body | null) {
    this.call = call;
    this.body = body;
  }

  get ended(): boolean {
    return this.body === null && this.nested === null;
  }
}

/** The body of the running code; null outside any transaction. Throws if its scope is not the innermost, open one. */
export function bodyHere(): Body | null {
  if (current.body !== null) return current.body;
  const scope = scopeHere();
  return scope === null ? null : bodyOf(scope);
}

export function bodyOf(scope: Scope): Body {
  return scope.body ?? refuse(scope);
}

/** The body of the run that an unended scope belongs to. */
export function innermostBody(scope: Scope): Body {
  let inner = scope;
  while (inner.body === null) inner = inner.nested!;
  return inner.body;
}

/** Ends `outermost` and all scopes in it. */
export function endScopes(outermost: Scope): void {
  let scope: Scope | null = outermost;
  while (scope !== null) {
    const { nested }: Scope = scope;
    scope.body = null;
    scope.nested = null;
    scope = nested;
  }
}

function refuse(scope: Scope): never {
  refuseInRead();
  throw scope.ended ? new TransactionEndedError() : new NestedTransactionError();
}
