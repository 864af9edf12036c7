// How collections look when they are printed.

import { inspect } from 'node:util';
import type { Cache } from '../cache.js';
import { CollectionDestroyedError } from '../errors.js';
import { describe } from '../failure.js';
import { kindName } from '../kinds.js';
import { leave } from '../runtime/context.js';

/** What runtimes ask for when they print an object. */
const INSPECT = [Symbol.for('nodejs.util.inspect.custom'), Symbol.for('Deno.customInspect')];
/** So many entries are shown. */
const MOST = 100;
/** So deep in each other. */
const DEEPEST = 2;

/** What of a handle is shown: its size, unless that says nothing, and its first entries as what they are like. */
export interface Shown {
  readonly size?: number;
  readonly content: object;
}

export type Show<Handle> = (handle: Handle, most: number) => Shown;

/** The first few of what can be iterated. */
export function firstOf<T>(all: Iterable<T>, most: number): T[] {
  const first: T[] = [];
  for (const one of all) {
    if (first.length === most) break;
    first.push(one);
  }
  return first;
}

let depth = 0;

/** A printed collection shows what was committed last, also in a transaction: printing must not be a reason to lose. O(shown). */
function print(handle: object, { kind, name }: Cache, show: Show<object>, options: object): string {
  const called = describe(kind, name);
  if (depth > DEEPEST) return `[${called.replace(/^This /, '')}]`;
  depth++;
  try {
    const { size, content } = leave(() => show(handle, MOST));
    const header = [
      kindName(kind),
      size === undefined ? '' : `(${size})`,
      name === undefined ? '' : ` ${JSON.stringify(name)}`,
    ];
    const body = inspect(content, { ...options, maxArrayLength: MOST }).replace(/^(Map|Set)\(\d+\) /, '');
    const more = size !== undefined && size > MOST ? ` and ${size - MOST} more` : '';
    return `${header.join('')} ${body}${more}`;
  } catch (error) {
    return error instanceof CollectionDestroyedError ? `${called.replace(/^This /, '')} (destroyed)` : called;
  } finally {
    depth--;
  }
}

/** Node and Bun call with a depth and options; Deno with its own `inspect`, and options of its own. */
export function printBy<Handle extends object>(
  prototype: object,
  cacheOf: (handle: object) => Cache | undefined,
  show: Show<Handle>,
): void {
  function printed(this: Handle, first: unknown, options: object = {}): string {
    const cache = cacheOf(this);
    if (cache === undefined) return String(this);
    return print(this, cache, show as Show<object>, typeof first === 'function' ? {} : options);
  }
  for (const key of INSPECT) Object.defineProperty(prototype, key, { value: printed });
}
