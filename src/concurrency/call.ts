// How functions are called: here, or in a pool.

import { submitWhenRoom } from '../pool/submission.js';
import { SCOPED } from '../pool/wire.js';
import type { CancelScope } from '../scope/cancel-scope.js';
import { coreOfPool, isWorkerPool, type WorkerPool } from '../worker-pool.js';

// biome-ignore lint/suspicious/noExplicitAny: of whatever script
export type AnyPool = WorkerPool<any>;

export function isPool(value: unknown): value is AnyPool {
  return isWorkerPool(value);
}

export const NOTHING: readonly unknown[] = [];

export type Callee = (...args: never[]) => unknown;

/** Calls a function with arguments, and the scope after them. */
export type Call = (fn: Callee, args: readonly unknown[], scope: CancelScope) => unknown;

const callHere: Call = (fn, args, scope) => (fn as (...args: unknown[]) => unknown)(...args, scope.view);

/** To be used in the scope: tasks of a pool belong to that of their caller. */
export function callerIn(pool: AnyPool | undefined): Call {
  if (pool === undefined) return callHere;
  const core = coreOfPool(pool);
  return (fn, args, scope) => submitWhenRoom(core, core.numberOf(fn), args, SCOPED, scope);
}
