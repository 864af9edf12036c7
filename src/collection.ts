// Opening, naming and destroying collections; what is common to all kinds.

import { Cache } from './cache.js';
import { CollectionOptionsError, CollectionTypeError, DestroyInTransactionError } from './errors.js';
import { describe, destroyed } from './failure.js';
import { kindName } from './kinds.js';
import { scopeHere } from './runtime/context.js';
import { native, type Opened } from './runtime/native.js';
import { tidyLater } from './runtime/tidy.js';
import { bodyHere } from './txn/scope.js';

/** Options that every collection has. */
export interface CollectionOptions {
  /** Threads that open the same name share one collection. Without a name it belongs to this handle alone. */
  name?: string;
  /** Most bytes of keys, values and index together. A write beyond it throws `MemoryLimitError`. Default: no limit. */
  maxMemory?: number;
  /** Most entries. A write beyond it throws `MemoryLimitError`. Default: no limit. */
  maxEntries?: number;
  /**
   * Makes it a bounded cache: past its limits the entries that were not used for longest (nearly) go, instead of the write being
   * refused. Needs `maxMemory` or `maxEntries`.
   */
  eviction?: 'lru';
}

/** What a creator decides and a later opener may state again. */
const SHARED_OPTIONS = ['maxMemory', 'maxEntries', 'eviction'] as const;
type SharedOptions = Pick<CollectionOptions, (typeof SHARED_OPTIONS)[number]>;

/** What the engine takes for "no limit". */
const NO_LIMIT = 0;

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

function checkEviction(name: string, value: unknown): string {
  if (value === 'lru') return value;
  throw new TypeError(`The option ${name} must be 'lru'.`);
}

const CHECKS = { name: checkName, maxMemory: checkLimit, maxEntries: checkLimit, eviction: checkEviction } as const;

/** A copy of the caller's options. Throws a TypeError for unknown names and wrong types, a RangeError for numbers out of range. */
export function checkCollectionOptions(kind: string, options: unknown): CollectionOptions {
  const checked: CollectionOptions = {};
  if (options === undefined || options === null) return checked;
  if (typeof options !== 'object') throw new TypeError(`The options of a ${kind} must be an object.`);
  for (const [name, value] of Object.entries(options)) {
    const check = Object.hasOwn(CHECKS, name) ? CHECKS[name as keyof CollectionOptions] : undefined;
    if (check === undefined) throw new TypeError(`A ${kind} has no option ${JSON.stringify(name)}.`);
    if (value !== undefined) Object.assign(checked, { [name]: check(name, value) });
  }
  return checked;
}

// ---------------------------------------------------------------- this thread's caches

/** One cache for each collection that this thread has handles of. */
const caches = new Map<number, WeakRef<Cache>>();

/** Without a name nobody else can have a handle: with this thread's the collection goes. (With the thread, the engine sees to it.) */
const dropped = new FinalizationRegistry<{ id: number; anonymous: boolean }>(({ id, anonymous }) => {
  if (caches.get(id)?.deref() !== undefined) return;
  caches.delete(id);
  if (!anonymous) return;
  native.destroy(id);
  tidyLater();
});

function cacheOf(opened: Opened, name: string | undefined): Cache {
  const known = caches.get(opened.id)?.deref();
  if (known !== undefined) return known;
  const cache = new Cache(opened.id, opened.kind, name, opened.collectionStamp, opened.membersRecord);
  cache.evicts = (JSON.parse(opened.optionsText) as SharedOptions).eviction === 'lru';
  caches.set(opened.id, new WeakRef(cache));
  dropped.register(cache, { id: opened.id, anonymous: name === undefined }, cache);
  return cache;
}

// ---------------------------------------------------------------- opening

/** The options that an opener states and a creator decides, in the engine's keeping. */
function textOf({ maxMemory, maxEntries, eviction }: SharedOptions): string {
  return JSON.stringify({ maxMemory, maxEntries, eviction });
}

function agree(opened: Opened, kind: number, options: CollectionOptions): void {
  const what = JSON.stringify(options.name);
  if (opened.kind !== kind) {
    throw new CollectionTypeError(`${what} is a ${kindName(opened.kind)}, not a ${kindName(kind)}.`);
  }
  const creators = JSON.parse(opened.optionsText) as SharedOptions;
  for (const name of SHARED_OPTIONS) {
    if (options[name] === undefined || options[name] === creators[name]) continue;
    throw new CollectionOptionsError(
      `${describe(kind, options.name)} was created with ${name} ${creators[name] ?? 'unset'}, not ${options[name]}. ` +
        'State the same options everywhere, or only where it is created.',
    );
  }
}

function open(kind: number, name: string | null, options: SharedOptions): Opened {
  const { maxMemory = NO_LIMIT, maxEntries = NO_LIMIT, eviction } = options;
  const limited = maxMemory !== NO_LIMIT || maxEntries !== NO_LIMIT;
  if (eviction !== undefined && !limited && (name === null || native.find(name) === undefined)) {
    throw new TypeError('The option eviction needs a limit: state maxMemory or maxEntries as well.');
  }
  return native.open(kind, name, maxMemory, maxEntries, eviction === 'lru' ? 1 : 0, textOf(options));
}

/**
 * Opens or creates a collection. `fill` is called for a new one only, and before anybody else can see it; a collection that it
 * fails to fill is not created.
 */
export function openCollection(kind: number, options: CollectionOptions, fill: ((cache: Cache) => void) | null): Cache {
  const { name } = options;
  bodyHere(); // code that outlived its transaction opens nothing either
  if (name !== undefined && fill !== null) return openFilled(kind, name, options, fill);
  const opened = open(kind, name ?? null, options);
  if (!opened.created) agree(opened, kind, options);
  const cache = cacheOf(opened, name);
  if (fill !== null) fill(cache);
  return cache;
}

function openFilled(kind: number, name: string, options: CollectionOptions, fill: (cache: Cache) => void): Cache {
  if (native.find(name) === undefined) {
    const cache = cacheOf(open(kind, null, options), undefined);
    let published = false;
    try {
      fill(cache);
      published = native.publish(cache.id, name);
    } finally {
      if (!published) native.destroy(cache.id);
    }
    if (published) {
      cache.name = name;
      dropped.unregister(cache);
      dropped.register(cache, { id: cache.id, anonymous: false }, cache);
      return cache;
    }
  }
  return openCollection(kind, options, null);
}

// ---------------------------------------------------------------- ending

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
