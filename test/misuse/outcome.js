// What may come of a call with wrong arguments.

import { HeddleError } from 'heddle';
import { inTime, turn } from '../support/wait.js';
import { THROWN } from './values.js';

/** Of an engine of JavaScript about code, not of heddle about an argument: what was wrong went in and stumbled somewhere inside. */
const INTERNAL = [
  /^Cannot (read|set) propert/,
  /^Cannot destructure/,
  /^Cannot convert (undefined|a (Symbol|BigInt) value|object to primitive|a symbol)/,
  /^Cannot mix BigInt/,
  /^Cannot use 'in' operator/,
  /private (member|field|name|method)/,
  /is not an object \(evaluating/,
  /is not a function/,
  /is not (a constructor|iterable)/,
  /^Spread syntax/,
  /^Conversion from 'BigInt'/,
  /^Invalid mix of BigInt/,
  /^No default value/,
  /^Type error$/,
  /Maximum call stack/,
  /^Invalid (array|typed array) length/,
  /^Invalid argument type in ToBigInt/,
  /no such|lies outside/, // of the addon
];

/** Null if an error is one that a caller can do something about; else what is wrong with it. */
export function whatIsWrongWith(error, { ofLanguage = false } = {}) {
  if (error === THROWN) return null;
  if (error instanceof HeddleError) return error.code === 'ERR_HEDDLE_INTERNAL' ? 'an internal error' : null;
  if (error instanceof DOMException) {
    return ['DataCloneError', 'AbortError'].includes(error.name) ? null : 'a DOMException of another kind';
  }
  if (!(error instanceof TypeError || error instanceof RangeError)) return 'an error of no type';
  if (!ofLanguage && INTERNAL.some((pattern) => pattern.test(error.message)))
    return 'it does not speak of the argument';
  return null;
}

const isIterator = (value, method) =>
  typeof value === 'object' &&
  value !== null &&
  typeof value[method] === 'function' &&
  typeof value.next === 'function';

/** Takes one result of what is lazy, and puts it away. */
async function looked(result) {
  if (isIterator(result, Symbol.asyncIterator)) {
    const first = Promise.resolve(result.next());
    try {
      // A watch has nothing to tell before something changes.
      await ('lag' in result ? Promise.race([first, turn()]) : first);
    } finally {
      await result.return?.();
    }
    await first;
  } else if (isIterator(result, Symbol.iterator)) {
    result.next();
    result.return?.();
  }
  return result;
}

/**
 * Calls, and waits for what it gives.
 *
 * @param {() => unknown} call
 * @param {string} what
 * @returns {Promise<{ result?: unknown, error?: unknown, refused: boolean }>}
 */
export async function outcomeOf(call, what) {
  try {
    const result = call();
    if (!(result instanceof Promise) && !isIterator(result, Symbol.asyncIterator))
      return { result: await looked(result), refused: false };
    return { result: await inTime(Promise.resolve(result).then(looked), what), refused: false };
  } catch (error) {
    return { error, refused: true };
  }
}
