// Opening, naming and destroying collections; what is common to all kinds.

import type { Cache } from '../cache.js';
import { DestroyInTransactionError } from '../errors.js';
import { describe, destroyed } from '../failure.js';
import { SHARED_ARRAY, SHARED_QUEUE } from '../kinds.js';
import { scopeHere } from '../runtime/context.js';
import { native, type Opened } from '../runtime/native.js';
import { tidyLater } from '../runtime/tidy.js';
import { bodyHere } from '../txn/scope.js';
import { cacheOf } from './handles.js';
import { type AnyOptions, agree, type SharedOptions, textOf } from './options.js';

/** What the engine takes for "no limit". */
const NO_LIMIT = 0;

// Flags of `native.open`.
const LRU = 1;
const PERMANENT = 2;
const EXISTING = 4;
const QUEUE = 8;
const LIST = 16;

const STRUCTURES: Readonly<Record<number, number>> = { [SHARED_QUEUE]: QUEUE, [SHARED_ARRAY]: LIST };

function openExisting(kind: number, options: AnyOptions): Cache | undefined {
  const opened = native.open(kind, options.name!, NO_LIMIT, NO_LIMIT, EXISTING, '', NO_LIMIT);
  if (opened === undefined) return undefined;
  const cache = cacheOf(opened);
  agree(opened, kind, options);
  return cache;
}

function open(kind: number, name: string | null, options: SharedOptions): Opened {
  const { maxMemory = NO_LIMIT, maxEntries = NO_LIMIT, capacity = NO_LIMIT, eviction, lifetime } = options;
  const limited = maxMemory !== NO_LIMIT || maxEntries !== NO_LIMIT;
  if (eviction !== undefined && !limited && (name === null || native.find(name) === undefined)) {
    throw new TypeError('The option eviction needs a limit: state maxMemory or maxEntries as well.');
  }
  const structure = STRUCTURES[kind] ?? 0;
  const flags = (eviction === 'lru' ? LRU : 0) | (lifetime === 'handles' ? 0 : PERMANENT) | structure;
  return native.open(kind, name, maxMemory, maxEntries, flags, textOf(options), capacity)!;
}

/**
 * Opens or creates a collection. `fill` is called for a new one only, and before anybody else can see it; a collection that it
 * fails to fill is not created.
 */
export function openCollection(kind: number, options: AnyOptions, fill: ((cache: Cache) => void) | null): Cache {
  const { name } = options;
  bodyHere(); // code that outlived its transaction opens nothing either
  if (name !== undefined && fill !== null) return openFilled(kind, name, options, fill);
  const opened = open(kind, name ?? null, options);
  const cache = cacheOf(opened);
  if (!opened.created) agree(opened, kind, options);
  if (fill !== null) fill(cache);
  return cache;
}

function openFilled(kind: number, name: string, options: AnyOptions, fill: (cache: Cache) => void): Cache {
  for (;;) {
    const known = openExisting(kind, options);
    if (known !== undefined) return known;
    const cache = cacheOf(open(kind, null, options));
    let published = false;
    try {
      fill(cache);
      published = native.publish(cache.id, name, options.lifetime !== 'handles');
    } finally {
      if (!published) native.destroy(cache.id);
    }
    if (published) {
      cache.name = name;
      return cache;
    }
    // Somebody was faster, or the name is only about to be free.
  }
}

/** Ends a collection for all threads; harmless if it has ended. */
export function destroyCollection(cache: Cache): void {
  if (scopeHere() !== null) {
    bodyHere();
    throw new DestroyInTransactionError(describe(cache.kind, cache.name));
  }
  native.destroy(cache.id);
  tidyLater();
  destroyed(cache);
}

/** Bytes that the live entries take, keys and index included, as of the last commit. */
export function memoryOf(cache: Cache): number {
  bodyHere()?.check();
  const bytes = native.memory(cache.id);
  if (bytes < 0) throw destroyed(cache);
  return bytes;
}
