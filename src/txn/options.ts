// The options of transactions, checked.

import { notOptions, unknownOption } from '../arguments.js';

/** Options of `transaction` and `transactionSync`. */
export interface TransactionOptions {
  /** Reruns after lost conflicts. Default: Infinity for a synchronous body, 100 for an asynchronous one. */
  maxRetries?: number;
  /** How the (jittered) waits between reruns grow. Default: 'exponential'. */
  backoff?: 'linear' | 'exponential';
  /** Milliseconds for everything, waits included. A synchronous body is not interrupted. Default: none. */
  timeout?: number;
  /** Gives up with the signal's reason. */
  signal?: AbortSignal;
  /** Names the transaction in errors and statistics. */
  label?: string;
}

/** Options of `readTransaction` and `readTransactionSync`: what never conflicts needs no retries. */
export type ReadTransactionOptions = Pick<TransactionOptions, 'timeout' | 'signal' | 'label'>;

const CHECKS: { [name in keyof Required<TransactionOptions>]: (value: unknown) => string | undefined } = {
  maxRetries: (value) =>
    value === Number.POSITIVE_INFINITY || (Number.isInteger(value) && (value as number) >= 0)
      ? undefined
      : 'a whole number of at least 0, or Infinity',
  backoff: (value) => (value === 'linear' || value === 'exponential' ? undefined : "'linear' or 'exponential'"),
  timeout: (value) => (typeof value === 'number' && value >= 0 ? undefined : 'a number of milliseconds of at least 0'),
  signal: (value) => (isSignal(value) ? undefined : 'an AbortSignal'),
  label: (value) => (typeof value === 'string' ? undefined : 'a string'),
};

/** Whether it is an AbortSignal, of whatever realm. */
function isSignal(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { aborted, addEventListener } = value as Partial<AbortSignal>;
  return typeof aborted === 'boolean' && typeof addEventListener === 'function';
}

const READ_ONLY_NAMES: readonly string[] = ['timeout', 'signal', 'label'];

export const NO_OPTIONS: Readonly<TransactionOptions> = Object.freeze({});

/** A copy of the caller's options. Throws a TypeError for unknown names and wrong types, a RangeError for numbers out of range. */
export function checkOptions(options: unknown, readOnly: boolean): Readonly<TransactionOptions> {
  if (options === undefined) return NO_OPTIONS;
  if (typeof options !== 'object' || options === null) throw notOptions('a transaction', options);
  const checked: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(options)) {
    const check = Object.hasOwn(CHECKS, name) ? CHECKS[name as keyof TransactionOptions] : undefined;
    if (check === undefined || (readOnly && !READ_ONLY_NAMES.includes(name))) {
      const what = readOnly ? 'A read-only transaction' : 'A transaction';
      throw unknownOption(what, name, readOnly ? READ_ONLY_NAMES : Object.keys(CHECKS));
    }
    if (value === undefined) continue;
    const expected = check(value);
    if (expected !== undefined) {
      const Type = typeof value === 'number' && name !== 'label' ? RangeError : TypeError;
      throw new Type(`The option ${name} must be ${expected}.`);
    }
    checked[name] = value;
  }
  return checked;
}
