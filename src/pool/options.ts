// What pools and tasks are given, checked.

import { availableParallelism } from 'node:os';
import { notOptions, unknownOption } from '../arguments.js';

/** Options of `new WorkerPool`. */
export interface WorkerPoolOptions {
  /** Most workers. Default: as many as the machine runs at once. */
  size?: number;
  /** Workers that are started at once and stay. Default: 0. */
  minSize?: number;
  /** Most tasks that are accepted and not finished; past it `execute` rejects with `PoolSaturatedError`. Default: no limit. */
  maxTasks?: number;
  /** A worker that had nothing to do for so many ms ends. Default: 30,000. */
  idleTimeout?: number;
  /** A worker is replaced after so many tasks. Default: never. */
  maxTasksPerWorker?: number;
  /**
   * A worker is replaced when its JavaScript heap has more than so many bytes after a task. On Node and Deno it is ended if a task passes that by
   * half: a crash. Default: no limit.
   */
  maxMemoryPerWorker?: number;
  /** Tasks that a worker has under way at once, those that wait for something included. Default: 1. */
  concurrency?: number;
  /** A task that goes on for so many ms after it was cancelled has its worker replaced. Default: 1000. */
  grace?: number;
}

/** Options of one task. */
export interface TaskOptions {
  /** Cancels the task; its promise rejects with the signal's reason. */
  signal?: AbortSignal;
  /** Cancels it after so many ms, waiting included: `TaskTimeoutError`. */
  timeout?: number;
  /** Tasks with a higher one are begun first: a whole number from -10 to 10. Default: 0. */
  priority?: number;
  /** ArrayBuffers that the caller gives up: detached once the task is accepted. */
  transfer?: readonly ArrayBuffer[];
}

/** Options of `map` and `mapStream`. */
export interface MapOptions extends Pick<TaskOptions, 'signal' | 'priority'> {
  /** Items that go to a worker together. Default: as many as take about a millisecond, by what the ones before took. */
  chunk?: number;
}

export type PoolSettings = Required<WorkerPoolOptions>;

const NONE = Number.POSITIVE_INFINITY;

const DEFAULTS: PoolSettings = {
  size: 0, // the machine's
  minSize: 0,
  maxTasks: NONE,
  idleTimeout: 30_000,
  maxTasksPerWorker: NONE,
  maxMemoryPerWorker: NONE,
  concurrency: 1,
  grace: 1000,
};

/** Most workers: each is a thread with an engine of its own. */
export const MOST_WORKERS = 1024;

/** What each may be: least, most if it is finite, whether it may be Infinity, and whether it must be whole. */
const RANGES: Readonly<Record<string, { least: number; most?: number; endless?: boolean; fraction?: boolean }>> = {
  size: { least: 1, most: MOST_WORKERS },
  minSize: { least: 0, most: MOST_WORKERS },
  maxTasks: { least: 1, endless: true },
  idleTimeout: { least: 0, endless: true, fraction: true },
  maxTasksPerWorker: { least: 1, endless: true },
  maxMemoryPerWorker: { least: 1 << 20, endless: true },
  concurrency: { least: 1, most: 1 << 16 },
  grace: { least: 0, endless: true, fraction: true },
  timeout: { least: 0, endless: true, fraction: true },
  priority: { least: -10, most: 10 },
  chunk: { least: 1, most: 1 << 20 },
  limit: { least: 1, endless: true },
  parallelism: { least: 1, endless: true },
  maxInFlight: { least: 1, endless: true },
};

/** Throws a TypeError for what is no number, a RangeError for one out of range. */
export function checkNumber(name: string, value: unknown): number {
  const { least, most = Number.MAX_SAFE_INTEGER, endless = false, fraction = false } = RANGES[name];
  if (typeof value !== 'number') throw new TypeError(`The option ${name} must be a number.`);
  if (endless && value === NONE) return value;
  const whole = fraction ? Number.isFinite(value) : Number.isSafeInteger(value);
  if (whole && value >= least && value <= most) return value;
  const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
  throw new RangeError(`The option ${name} must be a ${fraction ? '' : 'whole '}number ${range}.`);
}

/** The options that are stated. Throws a TypeError for what is none of those known. */
export function entriesOf(what: string, options: unknown, known: readonly string[]): [string, unknown][] {
  if (options === undefined || options === null) return [];
  if (typeof options !== 'object') throw notOptions(what, options);
  const entries = Object.entries(options).filter(([, value]) => value !== undefined);
  const stranger = entries.find(([name]) => !known.includes(name));
  if (stranger !== undefined) throw unknownOption(what, stranger[0], known);
  return entries;
}

/** Throws a TypeError for unknown names and wrong types, a RangeError for numbers out of range. */
export function checkPoolOptions(options: unknown): PoolSettings {
  const settings: PoolSettings = { ...DEFAULTS, size: Math.min(availableParallelism(), MOST_WORKERS) };
  for (const [name, value] of entriesOf('A WorkerPool', options, Object.keys(DEFAULTS))) {
    Object.assign(settings, { [name]: checkNumber(name, value) });
  }
  if (settings.minSize > settings.size) {
    throw new RangeError(`The option minSize (${settings.minSize}) must not be more than size (${settings.size}).`);
  }
  return settings;
}

export function checkSignal(value: unknown): void {
  if (!(value instanceof AbortSignal)) throw new TypeError('The option signal must be an AbortSignal.');
}

function checkTransfer(value: unknown): void {
  if (!Array.isArray(value)) throw new TypeError('The option transfer must be an array of ArrayBuffers.');
  for (const each of value) {
    if (!(each instanceof ArrayBuffer)) {
      throw new TypeError(
        'The option transfer takes ArrayBuffers only. Tasks travel through shared memory, not as messages: give a worker a port or a ' +
          'stream by a BroadcastChannel, or state shared collections as arguments.',
      );
    }
  }
}

/** Before anything is submitted. Throws a `DataCloneError` for a buffer that was given up before, or is there twice. */
export function checkTransferable(transfer: readonly ArrayBuffer[]): void {
  const isDetached = (buffer: ArrayBuffer) => {
    try {
      return new Uint8Array(buffer).buffer !== buffer;
    } catch {
      return true;
    }
  };
  if (new Set(transfer).size < transfer.length || transfer.some(isDetached)) {
    throw new DOMException('The option transfer has a buffer that is detached, or one twice.', 'DataCloneError');
  }
}

export function checkTaskOptions(options: unknown): TaskOptions {
  const checked: TaskOptions = {};
  for (const [name, value] of entriesOf('A task', options, ['signal', 'timeout', 'priority', 'transfer'])) {
    if (name === 'signal') checkSignal(value);
    else if (name === 'transfer') checkTransfer(value);
    else checkNumber(name, value);
    Object.assign(checked, { [name]: value });
  }
  return checked;
}

export interface CheckedMapOptions extends MapOptions {
  settle?: boolean;
}

export function checkMapOptions(options: unknown): CheckedMapOptions {
  const checked: CheckedMapOptions = {};
  for (const [name, value] of entriesOf('map', options, ['signal', 'priority', 'chunk', 'settle'])) {
    if (name === 'signal') checkSignal(value);
    else if (name !== 'settle') checkNumber(name, value);
    else if (typeof value !== 'boolean') throw new TypeError('The option settle must be true or false.');
    Object.assign(checked, { [name]: value });
  }
  return checked;
}
