import assert from 'node:assert/strict';
import { HeddleError } from 'heddle';

/** Matches one of heddle's own errors by its class; for `assert.throws` and `assert.rejects`. */
export function heddleError(type, message = /./) {
  return (error) => {
    assert.ok(error instanceof type, `expected ${type.name}, got ${error?.stack ?? error}`);
    assert.ok(error instanceof HeddleError);
    assert.equal(error.name, type.name.endsWith('TimeoutError') ? 'TimeoutError' : type.name);
    assert.match(error.code, /^ERR_HEDDLE_[A-Z_]+$/);
    assert.match(error.message, message);
    return true;
  };
}

/** Matches an error of the language by its exact class. */
export function nativeError(type, message = /./) {
  return (error) => {
    assert.equal(Object.getPrototypeOf(error), type.prototype, `expected ${type.name}, got ${error?.stack ?? error}`);
    assert.match(error.message, message);
    return true;
  };
}

/** Matches one error only: itself. */
export const same = (expected) => (error) => error === expected;

/** Asserts that all promises reject, with errors that `matches` accepts. Nobody need look at them before. */
export async function assertAllReject(promises, matches) {
  for (const outcome of await Promise.allSettled(promises)) {
    assert.equal(outcome.status, 'rejected');
    assert.ok(matches(outcome.reason), `${outcome.reason}`);
  }
}
