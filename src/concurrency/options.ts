// What the functions of structured concurrency are given, checked.

import { typeName } from '../arguments.js';
import { checkNumber, checkSignal, entriesOf } from '../pool/options.js';
import { type AnyPool, isPool } from './call.js';

/** Options of all of them. */
export interface ScopeOptions {
  /** Cancels everything; the outcome is its reason then. */
  signal?: AbortSignal | undefined;
  /** How long what was cancelled is waited for, in ms; Infinity for as long as it takes. Default: 1000. */
  grace?: number | undefined;
}

interface PoolOptions extends ScopeOptions {
  /** Calls the functions in the workers of a pool, which get them as `execute` does. */
  pool?: AnyPool | undefined;
}

/** Options of `concurrent`. */
export interface ConcurrentOptions extends PoolOptions {
  /** Most tasks at a time. Default: all. */
  limit?: number | undefined;
  /** Runs all tasks to their end, whatever happens, and tells of each what came of it. Default: false. */
  settle?: boolean | undefined;
}

/** Options of `race`. */
export interface RaceOptions extends PoolOptions {
  /** What ends the race: the first task that ends, in whichever way, or the first that succeeds. Default: 'settled'. */
  until?: 'settled' | 'success' | undefined;
}

/** Options of `timeout`. */
export interface TimeoutOptions extends PoolOptions {}

const UNTIL: readonly unknown[] = ['settled', 'success'];

const CHECKS: Readonly<Record<string, (name: string, value: unknown) => void>> = {
  signal: (_, value) => checkSignal(value),
  grace: checkNumber,
  limit: checkNumber,
  parallelism: checkNumber,
  maxInFlight: checkNumber,
  settle: checkBoolean,
  ordered: checkBoolean,
  pool(_, value) {
    if (!isPool(value)) throw new TypeError('The option pool must be a WorkerPool.');
  },
  until(_, value) {
    if (!UNTIL.includes(value)) throw new TypeError("The option until must be 'settled' or 'success'.");
  },
  onProgress: checkFunction,
  fn: checkFunction,
};

function checkFunction(name: string, value: unknown): void {
  if (typeof value !== 'function') throw new TypeError(`The option ${name} must be a function.`);
}

function checkBoolean(name: string, value: unknown): void {
  if (typeof value !== 'boolean') throw new TypeError(`The option ${name} must be true or false.`);
}

/** A copy of what is stated. Throws a TypeError for unknown names and wrong types, a RangeError for numbers out of range. */
export function checkOptions<O extends object>(
  what: string,
  options: unknown,
  known: readonly (keyof O & string)[],
): O {
  const checked: Record<string, unknown> = {};
  for (const [name, value] of entriesOf(what, options, known)) {
    CHECKS[name](name, value);
    checked[name] = value;
  }
  return checked as O;
}

/** The functions of an iterable. Throws a TypeError for anything else. */
export function tasksOf<F>(what: string, tasks: Iterable<F>): F[] {
  if (typeof tasks !== 'object' || tasks === null || typeof tasks[Symbol.iterator] !== 'function') {
    throw new TypeError(`The tasks of ${what} must be an array of functions, and not ${typeName(tasks)}.`);
  }
  const functions = [...tasks];
  for (const task of functions) {
    if (typeof task !== 'function') {
      throw new TypeError(
        `The tasks of ${what} must be functions: () => fetch(url) instead of fetch(url), which has begun.`,
      );
    }
  }
  return functions;
}
