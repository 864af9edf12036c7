// How a conflict stops a body.

import { HeddleError } from '../errors.js';

class ConflictSignal extends HeddleError {}

/**
 * Thrown through the body of a run that lost. It is no failure: the body runs again, whatever it makes of this. One object for
 * all, since a stack that nobody sees would be the most expensive part of a rerun.
 */
export const CONFLICT_SIGNAL: HeddleError = Object.freeze(
  new ConflictSignal('This run of a transaction lost against another writer and runs again. Do not catch this error.'),
);
