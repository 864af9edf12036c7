// What a collection is created with, checked, and compared with what a later opener states.

import { notOptions, unknownOption } from '../arguments.js';
import { CollectionOptionsError, CollectionTypeError } from '../errors.js';
import { describe } from '../failure.js';
import { kindName } from '../kinds.js';
import type { Opened } from '../runtime/native.js';
import { isSchema, type Schema } from './schema.js';

/** Options that every collection has. `V` is what its schema describes. */
export interface CollectionOptions<V = unknown> {
  /** Threads that open the same name share one collection. Without a name it goes where its handles go. */
  name?: string;
  /**
   * How long a collection with a name lives: until it is destroyed or, with `'handles'`, until no thread has a handle of it and no shared
   * value refers to it. One without a name always lives like that.
   */
  lifetime?: 'handles';
  /** Most bytes of keys, values and index together. A write beyond it throws `MemoryLimitError`. Default: no limit. */
  maxMemory?: number;
  /** Most entries. A write beyond it throws `MemoryLimitError`. Default: no limit. */
  maxEntries?: number;
  /**
   * Makes it a bounded cache: past its limits the entries that were not used for longest (nearly) go, instead of the write being
   * refused. Needs `maxMemory` or `maxEntries`.
   */
  eviction?: 'lru';
  /**
   * Checks what is written through the handle that `new` returns, and only that: what the schema makes of a value is stored. It is code, so other threads
   * and other handles have theirs, or none. It must be synchronous, and accept what it has made.
   */
  schema?: Schema<V>;
}

/** Options of `new SharedQueue`. */
export interface SharedQueueOptions<T = unknown> extends Omit<CollectionOptions<T>, 'eviction'> {
  /** Most items. `enqueue` beyond it throws `QueueFullError`, `enqueueAsync` waits. Default: no limit. */
  capacity?: number;
}

/** Options of `new SharedArray`. */
export interface SharedArrayOptions<T = unknown> extends Omit<CollectionOptions<T>, 'eviction'> {}

export interface AnyOptions extends CollectionOptions, Pick<SharedQueueOptions, 'capacity'> {
  initial?: unknown;
}

/** What a creator decides and a later opener may state again. */
const SHARED_OPTIONS = ['maxMemory', 'maxEntries', 'eviction', 'lifetime', 'capacity'] as const;
export type SharedOptions = Pick<AnyOptions, (typeof SHARED_OPTIONS)[number]>;

const KEYED_OPTIONS = ['name', 'lifetime', 'maxMemory', 'maxEntries', 'eviction', 'schema'] as const;
export const RECORD_OPTIONS = [...KEYED_OPTIONS, 'initial'] as const;
export const ARRAY_OPTIONS = ['name', 'lifetime', 'maxMemory', 'maxEntries', 'schema'] as const;
export const QUEUE_OPTIONS = ['name', 'lifetime', 'maxMemory', 'maxEntries', 'capacity', 'schema'] as const;

function checkLimit(name: string, value: unknown): number {
  if (typeof value !== 'number') throw new TypeError(`The option ${name} must be a number.`);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new RangeError(`The option ${name} must be a whole number of at least 1.`);
  return value;
}

function checkName(name: string, value: unknown): string {
  if (typeof value === 'string' && value !== '') return value;
  throw new TypeError(`The option ${name} must be a string that is not empty.`);
}

const only =
  (allowed: string) =>
  (name: string, value: unknown): string => {
    if (value === allowed) return value;
    throw new TypeError(`The option ${name} must be '${allowed}'.`);
  };

function checkSchema(name: string, value: unknown): Schema {
  if (isSchema(value)) return value;
  throw new TypeError(
    `The option ${name} must be a schema that follows Standard Schema 1, as those of zod, valibot and arktype do.`,
  );
}

const CHECKS = {
  name: checkName,
  lifetime: only('handles'),
  maxMemory: checkLimit,
  maxEntries: checkLimit,
  eviction: only('lru'),
  capacity: checkLimit,
  schema: checkSchema,
  initial: (_: string, value: unknown) => value, // looked at where it is used
} as const;

/** What comes before the options, where there is such a thing. */
const BEGINNINGS: Readonly<Record<string, string>> = {
  SharedMap: '[[key, value], …], ',
  SharedSet: '[element, …], ',
  SharedArray: '[element, …], ',
};

/** A copy of the caller's options. Throws a TypeError for unknown names and wrong types, a RangeError for numbers out of range. */
export function checkCollectionOptions(
  kind: string,
  options: unknown,
  allowed: readonly (keyof AnyOptions)[] = KEYED_OPTIONS,
): AnyOptions {
  const checked: AnyOptions = {};
  if (options === undefined || options === null) return checked;
  if (typeof options !== 'object' || Array.isArray(options)) {
    const meant =
      typeof options === 'string' ? `{ name: ${JSON.stringify(options)} }` : `${BEGINNINGS[kind] ?? ''}{ name: '…' }`;
    throw notOptions(`a ${kind}`, options, `: new ${kind}(${meant})`);
  }
  for (const [name, value] of Object.entries(options)) {
    const known = allowed.find((each) => each === name);
    if (known === undefined) throw unknownOption(`A ${kind}`, name, allowed);
    if (value !== undefined) Object.assign(checked, { [name]: CHECKS[known](name, value) });
  }
  return checked;
}

/** The options that an opener states and a creator decides, in the engine's keeping. */
export function textOf({ maxMemory, maxEntries, eviction, lifetime, capacity }: SharedOptions): string {
  return JSON.stringify({ maxMemory, maxEntries, eviction, lifetime, capacity });
}

export function optionsIn(text: string): SharedOptions {
  return JSON.parse(text) as SharedOptions;
}

/** Throws if an opener states another kind or other options than the creator. */
export function agree(opened: Opened, kind: number, options: AnyOptions): void {
  const what = JSON.stringify(options.name);
  if (opened.kind !== kind) {
    throw new CollectionTypeError(`${what} is a ${kindName(opened.kind)}, not a ${kindName(kind)}.`);
  }
  const creators = optionsIn(opened.optionsText);
  for (const name of SHARED_OPTIONS) {
    if (options[name] === undefined || options[name] === creators[name]) continue;
    throw new CollectionOptionsError(
      `${describe(kind, options.name)} was created with ${name} ${creators[name] ?? 'unset'}, not ${options[name]}. ` +
        'State the same options everywhere, or only where it is created.',
    );
  }
}
