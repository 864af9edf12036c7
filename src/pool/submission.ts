// One task: a promise, and what cancels it.

import { clearTimeout, setTimeout } from 'node:timers';
import { PoolSaturatedError, TaskTimeoutError } from '../errors.js';
import { onAbort } from '../scope/abort.js';
import type { CancelScope } from '../scope/cancel-scope.js';
import { linked } from '../scope/linked.js';
import { scopeOfCaller } from '../scope/scope.js';
import { becomes, ROOM, waitingInTask } from './conditions.js';
import { type PoolCore, PromisedTask } from './core.js';
import { checkTransferable, type TaskOptions } from './options.js';
import { LONGEST } from './outstanding.js';

const NEVER = Number.POSITIVE_INFINITY;

/**
 * Submits a task, which belongs to the scope of the caller. Throws what `PoolCore.submit` throws, the reason of a scope or a signal that is
 * cancelled, and a `DataCloneError` for what cannot be transferred; nothing is submitted then.
 */
export function submitTask(
  core: PoolCore,
  fn: number,
  args: unknown[],
  flags: number,
  options?: TaskOptions,
): Promise<unknown> {
  const scope = scopeOfCaller();
  if (scope?.isCancelled) throw scope.reason;
  let task!: PromisedTask;
  const promise = new Promise<unknown>((resolve, reject) => {
    task = new PromisedTask(core, fn, resolve, reject);
  });
  const deadline = scope === undefined ? NEVER : scope.deadline;
  const ticket =
    options === undefined
      ? core.submit(fn, args, flags, 0, deadline, task)
      : submitWith(task, args, flags, deadline, options);
  return scope === undefined ? promise : linked(scope, promise, (reason) => core.cancel(ticket, task, reason));
}

function submitWith(task: PromisedTask, args: unknown, flags: number, latest: number, options: TaskOptions): number {
  const { core, fn } = task;
  const { signal, timeout = NEVER, priority = 0, transfer = [] } = options;
  signal?.throwIfAborted();
  checkTransferable(transfer);
  const deadline = timeout === NEVER ? latest : Math.min(latest, Date.now() + timeout);
  const ticket = core.submit(fn, args, flags, priority, deadline, task);
  try {
    if (transfer.length > 0) structuredClone(null, { transfer: [...transfer] });
  } catch (error) {
    core.cancel(ticket, task, error); // the memory of WebAssembly, for one, cannot be given up
  }
  const abort = () => core.cancel(ticket, task, signal!.reason);
  const unlisten = signal === undefined ? undefined : onAbort(signal, abort);
  if (signal?.aborted) abort(); // by code that ran while the arguments were encoded
  const timeUp = () => core.cancel(ticket, task, new TaskTimeoutError(core.called(fn), timeout));
  const timer = timeout > LONGEST ? undefined : setTimeout(timeUp, timeout);
  task.release = () => {
    unlisten?.();
    clearTimeout(timer);
  };
  return ticket;
}

/** The same, as soon as there is room in the pool. Rejects with the reason of the scope if that is cancelled before. */
export async function submitWhenRoom(
  core: PoolCore,
  fn: number,
  args: unknown[],
  flags: number,
  scope: CancelScope,
): Promise<unknown> {
  for (;;) {
    try {
      // Not awaited here: a task may fail with the same error.
      const submitted = submitTask(core, fn, args, flags);
      return submitted;
    } catch (error) {
      if (!(error instanceof PoolSaturatedError)) throw error;
    }
    await waitingInTask(becomes(core.id, ROOM, scope));
  }
}
