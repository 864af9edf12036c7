// How a body is stopped: by a conflict, or because it has called `retry`.

import { HeddleError } from '../errors.js';

class Signal extends HeddleError {}

/**
 * Thrown through the body of a run that lost. It is no failure: the body runs again, whatever it makes of this. One object for
 * all, since a stack that nobody sees would be the most expensive part of a rerun.
 */
export const CONFLICT_SIGNAL: HeddleError = Object.freeze(
  new Signal('This run of a transaction lost against another writer and runs again. Do not catch this error.'),
);

/** The same for a run that waits until something that it has read changes. */
export const RETRY_SIGNAL: HeddleError = Object.freeze(
  new Signal('This run of a transaction has called retry() and runs again later. Do not catch this error.'),
);

export function isSignal(error: unknown): boolean {
  return error === CONFLICT_SIGNAL || error === RETRY_SIGNAL;
}
