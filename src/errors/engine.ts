// Errors of loading heddle itself.

import { HeddleError } from './error.js';

/** The native engine could not be loaded. */
export class EngineLoadError extends HeddleError {}

/** A second copy of the engine was about to be loaded: the two would not share anything. */
export class DuplicateEngineError extends HeddleError {
  constructor(
    /** The engine that is loaded. */
    readonly loaded: string,
    /** The engine that was refused. */
    readonly refused: string,
  ) {
    super(
      `The heddle engine is already loaded from ${loaded}; ${refused} would be a second one that shares nothing with it. ` +
        'Make all packages resolve to one copy of heddle (npm dedupe).',
    );
  }
}

/** `heddle/bun` was imported where there is no `Bun`. */
export class WrongRuntimeError extends HeddleError {
  constructor() {
    super(
      "'heddle/bun' puts heddle's names on the global Bun, and this is not Bun. Import them from 'heddle' instead.",
    );
  }
}
