// One task: a promise, and what cancels it.

import { clearTimeout, setTimeout } from 'node:timers';
import { PoolSaturatedError, TaskTimeoutError } from '../errors.js';
import { onAbort } from '../scope/abort.js';
import type { CancelScope } from '../scope/cancel-scope.js';
import { linked, refused } from '../scope/linked.js';
import { scopeOfCaller } from '../scope/scope.js';
import { becomes, ROOM, waitingInLine } from './conditions.js';
import { type PoolCore, PromisedTask } from './core.js';
import { checkTransferable, type TaskOptions } from './options.js';
import { LONGEST } from './outstanding.js';
import { THREW } from './wire.js';

const NEVER = Number.POSITIVE_INFINITY;

/**
 * Submits a task, which belongs to the scope of the caller. Throws what `PoolCore.submit` throws, the reason of a signal that has
 * aborted, and a `DataCloneError` for what cannot be transferred; nothing is submitted then.
 */
export function submitTask(
  core: PoolCore,
  fn: number,
  args: readonly unknown[],
  flags: number,
  options?: TaskOptions,
): Promise<unknown> {
  const scope = scopeOfCaller();
  if (scope?.isCancelled) return refused(scope);
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
  const timedOut = () => new TaskTimeoutError(core.called(fn), timeout);
  const timer = timeout > LONGEST ? undefined : setTimeout(() => core.cancel(ticket, task, timedOut()), timeout);
  task.release = ({ outcome }) => {
    // Its worker may have seen that the time is up before this thread did.
    if (outcome === THREW && timeout !== NEVER && Date.now() >= deadline) task.cancelled ??= { reason: timedOut() };
    unlisten?.();
    clearTimeout(timer);
  };
  return ticket;
}

/** Those of this thread who wait for room in a pool: the last one. Only the first of them looks when there is some. */
const lines = new WeakMap<PoolCore, Promise<void>>();

/** The same, as soon as there is room in the pool, for those of this thread in the order of the calls. */
export function submitWhenRoom(
  core: PoolCore,
  fn: number,
  args: readonly unknown[],
  flags: number,
  scope: CancelScope,
): Promise<unknown> {
  const before = lines.get(core);
  if (before === undefined) {
    try {
      return submitTask(core, fn, args, flags);
    } catch (error) {
      if (!(error instanceof PoolSaturatedError)) throw error;
    }
  }
  let leave!: (reason: unknown) => void;
  const submitted = new Promise<unknown>((resolve, reject) => {
    const enter = () => resolve(submitTask(core, fn, args, flags));
    const line = enterLine(before, core, scope, enter).catch(reject);
    const done = line.then(() => {
      if (lines.get(core) === done) lines.delete(core);
    });
    lines.set(core, done);
    const left = new Promise<void>((resolve) => {
      leave = (reason) => {
        reject(reason);
        resolve();
      };
    });
    void waitingInLine(Promise.race([line, left])); // who has left waits no more, though he keeps his place
  });
  return linked(scope, submitted, leave);
}

async function enterLine(
  before: Promise<void> | undefined,
  core: PoolCore,
  scope: CancelScope,
  enter: () => void,
): Promise<void> {
  await before;
  while (!scope.isCancelled) {
    try {
      enter();
      return;
    } catch (error) {
      if (!(error instanceof PoolSaturatedError)) throw error;
    }
    await becomes(core.id, ROOM, scope);
  }
}
