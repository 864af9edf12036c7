// What `new` is given: the contents first, then the options.

import { type AnyOptions, checkCollectionOptions } from './options.js';

export interface Beginning {
  /** Null if there are none. */
  readonly contents: Iterable<unknown> | null;
  readonly options: AnyOptions;
}

/** Throws a `TypeError` for the two in the wrong order, and as `checkCollectionOptions` does. `contents` is how a message calls what comes first. */
export function beginningOf(
  kind: string,
  contents: string,
  first: unknown,
  second: unknown,
  allowed?: readonly (keyof AnyOptions)[],
): Beginning {
  if (isIterable(first)) return { contents: first, options: checkCollectionOptions(kind, second, allowed) };
  if (isIterable(second)) {
    throw new TypeError(
      `The ${contents} of a ${kind} come before its options: new ${kind}(${contents}, { name: '…' }).`,
    );
  }
  return { contents: null, options: checkCollectionOptions(kind, first ?? second, allowed) };
}

/** The same for one that begins empty; `hint` is how it is filled. */
export function refuseContents(kind: string, further: readonly unknown[], hint: string): void {
  if (typeof further[0] === 'object' && further[0] !== null)
    throw new TypeError(`A ${kind} takes options and nothing else: ${hint}.`);
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value;
}
