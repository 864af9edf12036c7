// What is gone through, looked at before: each runtime has a sentence of its own for what cannot be, and none says which argument it was.

import { typeName } from '../arguments.js';

const HINTS: Readonly<Record<string, string>> = {
  'an object': ': take Object.entries(), keys() or values() of it',
  'a string': ': put it into an array',
};

/** Throws a `TypeError` for what cannot be iterated, and for a text, of which hardly anybody means the letters. */
export function iterable<T>(what: string, value: Iterable<T>): Iterable<T> {
  if (
    value !== undefined &&
    value !== null &&
    typeof value !== 'string' &&
    typeof value[Symbol.iterator] === 'function'
  )
    return value;
  const hint = HINTS[typeName(value)] ?? '';
  throw new TypeError(
    `${what} must be iterable, as an array, a set, a generator are, and not ${typeName(value)}${hint}.`,
  );
}
