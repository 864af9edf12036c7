// Limits of the process.

import { notOptions, unknownOption } from './arguments.js';
import { native } from './runtime/native.js';

/** What `configure` takes. */
export interface Configuration {
  /**
   * Most bytes that all shared state of the process may take: live entries, and old versions that open snapshots hold. A write beyond
   * it throws `MemoryLimitError`; deletions are never refused. Infinity: no limit. Default: half of the memory of the machine, or
   * of the container if that has a limit.
   */
  maxMemory?: number;
  /**
   * Milliseconds that a transaction or an iterator may keep its snapshot; what needs an older one throws `SnapshotExpiredError`. Infinity:
   * no limit. Default: 60,000.
   */
  maxSnapshotAge?: number;
  /**
   * Milliseconds after which a run of an asynchronous transaction is taken to be stuck: its thread warns once, and says where it began.
   * One that waits in `retry` is not. Infinity: never. Default: 10,000.
   */
  warnAfter?: number;
}

const SETTERS: Readonly<Record<keyof Configuration, (value: number) => void>> = {
  maxMemory: (bytes) => native.limitMemory(bytes),
  maxSnapshotAge: (milliseconds) => native.limitSnapshotAge(milliseconds),
  warnAfter: (milliseconds) => native.warnAfter(milliseconds),
};

/**
 * Sets limits for the whole process, from any thread, at once and at any time; what is not named stays as it is. Throws a TypeError for
 * unknown names and for what is no number, a RangeError for numbers that are neither positive whole ones nor Infinity; then nothing
 * is changed.
 */
export function configure(configuration: Configuration): void {
  if (typeof configuration !== 'object' || configuration === null) throw notOptions('configure()', configuration);
  const entries = Object.entries(configuration).filter(([, value]) => value !== undefined);
  for (const [name, value] of entries) {
    if (!Object.hasOwn(SETTERS, name)) throw unknownOption('configure()', name, Object.keys(SETTERS));
    if (typeof value !== 'number') throw new TypeError(`${name} must be a number.`);
    if (value !== Number.POSITIVE_INFINITY && (!Number.isSafeInteger(value) || value < 1))
      throw new RangeError(`${name} must be a whole number of at least 1, or Infinity.`);
  }
  for (const [name, value] of entries) SETTERS[name as keyof Configuration](value);
}
