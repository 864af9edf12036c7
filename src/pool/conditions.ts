// Waiting for what becomes of a pool.

import { native } from '../runtime/native.js';
import { waitsHere } from '../runtime/waits.js';
import type { CancelScope } from '../scope/cancel-scope.js';
import { linked } from '../scope/linked.js';
import { taskOfCaller } from './task-scope.js';

/** As the engine's `Pool::Condition`. */
export const DRAINED = 0;
export const ROOM = 1;
export const GONE = 2;
export const SHRUNK = 3;

/** Resolves when it holds; the process stays alive meanwhile. Rejects with the reason of the scope if that is cancelled before. */
export function becomes(pool: number, condition: number, scope?: CancelScope): Promise<void> {
  const waits = waitsHere();
  let ticket = 0;
  let leave!: (reason: unknown) => void;
  const holds = new Promise<void>((resolve, reject) => {
    const look = (): void => {
      ticket = waits.ticket();
      if (native.poolHolds(pool, condition, ticket)) resolve();
      else waits.expect(ticket, look);
    };
    leave = (reason) => {
      waits.forget(ticket);
      reject(reason);
    };
    look();
  });
  return scope === undefined ? holds : linked(scope, holds, leave);
}

/** A task that waits gives its place to others meanwhile, which may be what it waits for. */
export async function waitingInTask<T>(promise: Promise<T>): Promise<T> {
  const task = taskOfCaller();
  if (task === undefined) return promise;
  task.beginChild();
  try {
    return await promise;
  } finally {
    task.endChild();
  }
}
