// A thread's handles of collections, and what keeps these alive.
//
// Of each collection that a thread has handles of it has one `Cache`: the engine counts the thread as long as that lives. Handles
// hold it, as do transactions that use the collection; it knows its handle weakly. A thread shows a collection as one object,
// wherever it comes from; only `new` makes another.

import { Cache } from '../cache.js';
import { setHandles } from '../codec/index.js';
import { HeddleError } from '../errors.js';
import { destroyed } from '../failure.js';
import { native, type Opened, oncePerThread } from '../runtime/native.js';
import { tidyLater } from '../runtime/tidy.js';
import { refuseStrangers } from './assigning.js';
import { optionsIn } from './options.js';
import { printBy, type Show } from './printing.js';
import { TRANSFERRED, transferred } from './transfer.js';

const caches = new Map<number, WeakRef<Cache>>();
/** How many caches of a collection this thread has: one, but for further copies of these modules in other realms. */
const shares = oncePerThread('shares', () => new Map<number, number>());
/** Also those of other copies of these modules: what they know of a collection is enough to store a handle. */
const cacheOfHandle = oncePerThread('handles', () => new WeakMap<object, Cache>());
const prototypes: object[] = [];
const makers: ((cache: Cache) => object)[] = [];

/** With the last handle goes this thread's share in the collection. (With the thread, the engine sees to it.) */
const dropped = new FinalizationRegistry<number>((id) => {
  if (knownCache(id) === undefined) caches.delete(id);
  const left = shares.get(id)! - 1;
  shares.set(id, left);
  if (left > 0) return;
  shares.delete(id);
  native.release(id);
  tidyLater();
});

function knownCache(id: number): Cache | undefined {
  return caches.get(id)?.deref();
}

function remember(cache: Cache): Cache {
  caches.set(cache.id, new WeakRef(cache));
  shares.set(cache.id, (shares.get(cache.id) ?? 0) + 1);
  dropped.register(cache, cache.id);
  return cache;
}

/** The cache of a collection that the thread holds. */
export function cacheOf(opened: Opened): Cache {
  const known = knownCache(opened.id);
  if (known !== undefined) return known;
  if (opened.optionsText === undefined) {
    throw new HeddleError('This thread is being terminated: Node gives it no whole answer from the engine any more.');
  }
  const cache = new Cache(opened.id, opened.kind, opened.name, opened.collectionStamp, opened.membersRecord);
  const { eviction, capacity } = optionsIn(opened.optionsText);
  cache.evicts = eviction === 'lru';
  if (capacity !== undefined) cache.capacity = capacity;
  return remember(cache);
}

/** Stands for a collection that has ended: every use says so. */
function cacheOfEnded(id: number, kind: number): Cache {
  const cache = new Cache(id, kind, undefined, -1, 0); // any record will do: the engine looks at the collection first
  cache.destroyed = true;
  return remember(cache);
}

/** The class of the handles of a kind, how to make one from a cache, and what is shown of one that is printed. */
export function registerKind<Handle extends object>(
  kind: number,
  type: { prototype: Handle },
  make: (cache: Cache) => object,
  show: Show<Handle>,
): void {
  makers[kind] = make;
  prototypes.push(type.prototype);
  refuseStrangers(kind, type.prototype);
  printBy(type.prototype, (handle) => cacheOfHandle.get(handle), show);
}

/** Whether objects with this prototype are handles. */
export function isHandlePrototype(prototype: object): boolean {
  return prototypes.some((each) => each === prototype || Object.prototype.isPrototypeOf.call(each, prototype));
}

/**
 * Makes sure that what a value refers to is let go of again: the engine has counted it as held by this thread. Returns what keeps it
 * until then; undefined if it has ended.
 */
export function noteHeld(id: number): Cache | undefined {
  const known = knownCache(id);
  if (known !== undefined) return known;
  const found = native.describe(id);
  return found === undefined ? undefined : cacheOf(found);
}

/** To be called by the constructor of each handle. */
export function registerHandle(handle: object, cache: Cache): void {
  cacheOfHandle.set(handle, cache);
  if (cache.handle?.deref() === undefined) cache.handle = new WeakRef(handle);
  // What structuredClone and postMessage take along of a handle, and `attach` recognises.
  Object.defineProperty(handle, TRANSFERRED, { get: takeAlong, enumerable: true });
}

function takeAlong(this: object): string {
  return transferred(cacheOfHandle.get(this)!);
}

/** The thread's handle of a collection. */
export function handleOf(cache: Cache): object {
  return cache.handle?.deref() ?? makers[cache.kind](cache);
}

setHandles({
  reference(value) {
    const cache = cacheOfHandle.get(value);
    if (cache?.isDestroyed()) throw destroyed(cache);
    return cache;
  },
  resolve(id, kind) {
    let cache = knownCache(id);
    if (cache === undefined) {
      const found = native.describe(id);
      cache = found === undefined ? cacheOfEnded(id, kind) : cacheOf(found);
    }
    return handleOf(cache);
  },
});
