// Waiting for what becomes of a pool.

import { native } from '../runtime/native.js';
import { waitsHere } from '../runtime/waits.js';
import { currentScope } from '../scope/scope.js';
import { TaskScope } from './task-scope.js';

/** As the engine's `Pool::Condition`. */
export const DRAINED = 0;
export const ROOM = 1;
export const GONE = 2;
export const SHRUNK = 3;

/** Resolves when it holds; the process stays alive meanwhile. */
export function becomes(pool: number, condition: number): Promise<void> {
  const waits = waitsHere();
  return new Promise((resolve) => {
    const look = (): void => {
      const ticket = waits.ticket();
      if (native.poolHolds(pool, condition, ticket)) resolve();
      else waits.expect(ticket, look);
    };
    look();
  });
}

/** A task that waits gives its place to others meanwhile, which may be what it waits for. */
export async function waitingInTask<T>(promise: Promise<T>): Promise<T> {
  const scope = currentScope();
  if (!(scope instanceof TaskScope)) return promise;
  scope.beginChild();
  try {
    return await promise;
  } finally {
    scope.endChild();
  }
}
