// Waiting for what becomes of a pool.

import { setImmediate } from 'node:timers';
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

/** Until it holds the process stays alive, unless it is left: `holds` rejects with the reason for that. */
export interface ConditionWait {
  readonly holds: Promise<void>;
  leave(reason: unknown): void;
}

export function waitUntil(pool: number, condition: number): ConditionWait {
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
      native.poolForget(pool, ticket);
      waits.forget(ticket);
      reject(reason);
    };
    look();
  });
  return { holds, leave };
}

/** Resolves when it holds; the process stays alive meanwhile. Rejects with the reason of the scope if that is cancelled before. */
export function becomes(pool: number, condition: number, scope?: CancelScope): Promise<void> {
  const { holds, leave } = waitUntil(pool, condition);
  return scope === undefined ? holds : linked(scope, holds, leave);
}

/**
 * A task that waits for room gives its place to others meanwhile, which may be what it waits for. It has it back when it has had the time to
 * submit one: what it was told of may be its own place.
 */
export async function waitingInLine<T>(promise: Promise<T>): Promise<T> {
  const task = taskOfCaller();
  if (task === undefined) return promise;
  task.beginChild();
  try {
    return await promise;
  } finally {
    setImmediate(() => task.endChild());
  }
}
