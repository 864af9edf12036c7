// Errors of pools, their tasks, and scopes.

import { HeddleError, TimeoutError } from './error.js';

/** Something of a scope went on after it had been cancelled, for longer than its `grace`. One of the `suppressedErrors` of what it failed with. */
export class StragglerError extends HeddleError {
  constructor(
    operation: string,
    /** The `grace` option in ms. */
    readonly grace: number,
  ) {
    super(
      `${operation} was cancelled and went on without waiting any longer, after ${grace} ms, for what still runs. Let tasks end when their signal ` +
        'aborts, or state a longer grace.',
    );
  }
}

/** A function cannot be run in a worker by its source: it uses what its source does not bring along. It has not been run. */
export class TaskScopeError extends HeddleError {
  constructor(
    message: string,
    /** What it uses of where it was written: variables, or `this`, `super`, `import.meta` and the like. Empty if that cannot be told. */
    readonly names: readonly string[],
  ) {
    super(message);
  }
}

/** The pool's script exports another function, or several, by the name of the one that was to run. Nothing has been run. */
export class TaskAmbiguousError extends HeddleError {
  constructor(
    /** The name of the function. */
    readonly task: string,
    script: string,
    why: string,
  ) {
    super(
      `The function ${JSON.stringify(task)} is not the only one of that name: ${why} (${script}). Rename one of them, or call the export ` +
        `by its name: run(${JSON.stringify(task)}, args).`,
    );
  }
}

/** The pool's script exports no function of the name that `run` was given. */
export class TaskNotFoundError extends HeddleError {
  constructor(
    /** The name that was asked for. */
    readonly task: string,
    /** Undefined for a pool without one. */
    script: string | undefined,
    /** What the script does export. */
    functions: readonly string[],
  ) {
    super(`There is no function ${JSON.stringify(task)}: ${whatThereIs(script, functions)}`);
  }
}

function whatThereIs(script: string | undefined, functions: readonly string[]): string {
  if (script === undefined) {
    return 'the pool has no script. State one, new WorkerPool(script), or give execute() the function itself.';
  }
  if (functions.length === 0) return `the pool's script ${script} exports no functions. Export it there.`;
  return `the pool's script ${script} exports ${functions.join(', ')}. Export it there, or call one of these.`;
}

/** A task took longer than its `timeout`. It has been told to stop by its signal. */
export class TaskTimeoutError extends TimeoutError {
  constructor(
    /** How messages call the task. */
    task: string,
    timeout: number,
  ) {
    super(
      `${task[0].toUpperCase()}${task.slice(1)} did not finish within ${timeout} ms, its time in the queue included. State a longer timeout, or make it do less.`,
      timeout,
    );
  }
}

/** The worker that ran the task has ended in the middle of it. `cause` is what brought it down, if that is known. */
export class WorkerCrashedError extends HeddleError {
  constructor(
    /** How messages call the task. */
    task: string,
    /** What is known of the end: "it called process.exit(1)". */
    why: string,
    options?: ErrorOptions,
  ) {
    super(
      `The worker that ran ${task} has ended: ${why}. What the task has done until then stays done, so it is not run again: do that ` +
        'yourself if it may be. Other tasks go on in other workers.',
      options,
    );
  }
}

/** A pool has as many tasks as its `maxTasks` allows. This one was not accepted. */
export class PoolSaturatedError extends HeddleError {
  constructor(
    pool: string,
    /** The `maxTasks` option. */
    readonly maxTasks: number,
  ) {
    super(
      `${pool} has ${maxTasks} unfinished tasks, which is its maxTasks. Wait for room with await pool.ready(), or hand over many with map(), ` +
        'which waits by itself.',
    );
  }
}

/** The pool was terminated before the task was done, or closed or terminated before it was asked for. */
export class PoolTerminatedError extends HeddleError {
  constructor(
    pool: string,
    /** Whether the task was asked for too late. */
    late: boolean,
  ) {
    super(
      late
        ? `${pool} has been closed or terminated, and takes no more tasks: make another one, or submit before close().`
        : `${pool} has been terminated: what it had not finished is given up, and it takes nothing more. To let it finish first, call ` +
            'await pool.close().',
    );
  }
}
