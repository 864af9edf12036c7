// What is gone through, looked at before: each runtime has a sentence of its own for what cannot be, and none says which argument it was.

/** Throws a `TypeError` for what cannot be iterated. */
export function iterable<T>(what: string, value: Iterable<T>): Iterable<T> {
  if (value !== undefined && value !== null && typeof value[Symbol.iterator] === 'function') return value;
  throw new TypeError(`${what} must be iterable: an array, a set, a generator.`);
}
