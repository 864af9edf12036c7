// Every error of heddle. Wrong arguments stay native TypeErrors and RangeErrors, values that cannot be shared are DataCloneErrors.

import * as collections from './errors/collections.js';
import * as engine from './errors/engine.js';
import { codes, ErrorCodes, HeddleError, TimeoutError } from './errors/error.js';
import * as tasks from './errors/tasks.js';
import * as transactions from './errors/transactions.js';

export * from './errors/collections.js';
export * from './errors/engine.js';
export { type ErrorCode, ErrorCodes, HeddleError, TimeoutError } from './errors/error.js';
export * from './errors/tasks.js';
export * from './errors/transactions.js';

type Name = keyof typeof ErrorCodes;

/** One for each code. */
const classes = { HeddleError, TimeoutError, ...engine, ...collections, ...transactions, ...tasks } satisfies Record<
  Name,
  { readonly prototype: HeddleError }
>;

for (const name of Object.keys(classes) as Name[]) {
  codes.set(classes[name], ErrorCodes[name]);
  // Time-outs of all kinds go by one name, as those of AbortSignal do.
  const shown = name.endsWith('TimeoutError') ? 'TimeoutError' : name;
  Object.defineProperty(classes[name].prototype, 'name', { value: shown, configurable: true, writable: true });
}
