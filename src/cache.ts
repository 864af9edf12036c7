// A thread's read cache of one collection, shared by all its handles on that thread. A read of what has not changed ends here.
//
// Invariants
//  C1. An entry is the truth as of now iff its stamp is that of its record *and* the collection's stamp is the one under
//      which the cache was filled (`clear` and `destroy` leave the stamps of records alone).
//  C2. It is the truth at a snapshot rv taken before these stamps were read iff moreover `version <= rv`: others on this
//      thread may have filled it since.
//  C3. No odd stamp is ever stored, but NEVER: odd means being written, or dead.
//  C4. `value` is pristine: nobody but this module's callers sees it, and what they hand out is a copy or a read-only view.

import { type CacheKey, LINKED, NUMBER_LENGTH } from './codec/index.js';
import { Entry, MEMBERS, NEVER, wordsOf } from './entry.js';
import { peekLeased } from './large.js';
import { refresh } from './runtime/clock.js';
import { COLLECTION_STAMP, frame, OUTSIDE, STAMP, VALUE_LENGTH } from './runtime/frame.js';
import { native } from './runtime/native.js';
import { inbox, SEGMENT_MASK } from './runtime/thread.js';

/** A generation is full at so many entries, or when so many bytes of values have been decoded into it. */
const GENERATION_ENTRIES = 1 << 16;
const GENERATION_BYTES = 1 << 25;

/** Whether the answer to a `load` refers to collections. */
function isLinked(length: number): boolean {
  if (length <= OUTSIDE) return (peekLeased().bytes.u32[0] & LINKED) !== 0;
  return length > NUMBER_LENGTH && (inbox.u32[0] & LINKED) !== 0;
}

/** A view that outlived its entry. */
interface HeldView {
  readonly record: number;
  readonly incarnation: number;
  readonly version: number;
  readonly view: WeakRef<object>;
}

/**
 * The cache, and what a thread knows of the collection besides.
 *
 * Bounded by two generations: a full young one replaces the old one, whose entries are forgotten unless they were used
 * since. A read costs nothing for that.
 */
export class Cache {
  /** The collection's own stamp, and its value under which the entries hold. */
  readonly segment: Int32Array;
  readonly slot: number;
  stamp = NEVER;
  young = new Map<CacheKey, Entry>();
  /** Those of large values, which are many bytes but little memory of this thread. */
  #large = new Map<CacheKey, Entry>();
  readonly #ended = new FinalizationRegistry<Entry>((entry) => this.#forgetEnded(entry));
  /** The number of keys, as an entry. */
  readonly members: Entry;
  /** The run that logged the collection's stamp, the one that logged its size, and the one that logged an array or a queue's front. */
  mark = 0;
  sizeMark = 0;
  changesMark = 0;
  destroyed = false;
  /** Whether any entry may have a view. */
  viewed = false;
  /** The thread's handle. */
  handle: WeakRef<object> | null = null;
  /** Whether the collection evicts what is not used: reads from here are told to the engine. */
  evicts = false;
  /** Of a queue. */
  capacity = Number.POSITIVE_INFINITY;
  /** Of a queue: this thread has met an item in it that it cannot decode. */
  wary = false;

  #old = new Map<CacheKey, Entry>();
  #bytes = 0;
  readonly #held = new Map<CacheKey, HeldView>();
  readonly #unheld = new FinalizationRegistry<CacheKey>((key) => {
    if (this.#held.get(key)?.view.deref() === undefined) this.#held.delete(key);
  });

  constructor(
    readonly id: number,
    readonly kind: number,
    public name: string | undefined,
    readonly collectionStamp: number,
    membersRecord: number,
  ) {
    this.segment = wordsOf(collectionStamp);
    this.slot = collectionStamp < 0 ? 0 : collectionStamp & SEGMENT_MASK;
    this.members = new Entry(this, MEMBERS);
    this.members.record = membersRecord;
    this.members.segment = wordsOf(membersRecord);
    this.members.slot = membersRecord < 0 ? 0 : membersRecord & SEGMENT_MASK;
    this.members.incarnation = -1;
    refresh();
    this.hold(this.segment[this.slot]);
  }

  /** The entry of a key, if there is one; whether it still holds is the caller's business. */
  find(cacheKey: CacheKey): Entry | undefined {
    return this.young.get(cacheKey) ?? this.#promote(cacheKey);
  }

  #promote(cacheKey: CacheKey): Entry | undefined {
    const entry = this.#old.get(cacheKey);
    if (entry === undefined) return this.#findLarge(cacheKey);
    this.#old.delete(cacheKey);
    this.#add(entry);
    return entry;
  }

  /** The entry of a key that had a large value; without a stamp if its value is gone. */
  #findLarge(cacheKey: CacheKey): Entry | undefined {
    const entry = this.#large.get(cacheKey);
    if (entry === undefined) return undefined;
    if (!entry.large) this.#moveIn(entry);
    else if (entry.largeValue() === null) entry.stamp = NEVER;
    return entry;
  }

  /** Puts an entry where entries like it are. */
  #moveIn(entry: Entry): void {
    const { cacheKey } = entry;
    if (entry.large) {
      this.young.delete(cacheKey);
      this.#large.set(cacheKey, entry);
      this.#ended.register(entry.largeValue()!, entry);
    } else if (this.young.get(cacheKey) !== entry) {
      this.#large.delete(cacheKey);
      this.#add(entry);
    }
  }

  #forgetEnded(entry: Entry): void {
    const gone = entry.large && entry.largeValue() === null;
    if (gone && this.#large.get(entry.cacheKey) === entry) this.#large.delete(entry.cacheKey);
  }

  /** Whether the collection is being cleared at the moment, or is destroyed. */
  isOdd(): boolean {
    refresh();
    return (this.segment[this.slot] & 1) !== 0;
  }

  /** O(1); a native call only while `isOdd`. */
  isDestroyed(): boolean {
    return this.isOdd() && native.memory(this.id) < 0;
  }

  /** Takes note of a collection stamp that was just read; false if nothing can be cached under it. */
  hold(stamp: number): boolean {
    if (stamp === this.stamp) return true;
    this.forget();
    if ((stamp & 1) !== 0) return false;
    this.stamp = stamp;
    return true;
  }

  /** Drops everything that depends on the collection's stamp. */
  forget(): void {
    this.stamp = NEVER;
    this.mark = 0;
    this.young = new Map();
    this.#old = new Map();
    this.#large = new Map();
    this.#held.clear();
    this.#bytes = 0;
    this.members.stamp = NEVER;
  }

  /** Turns the answer to a `load` of a record into an entry: the cached one where it can be cached, else one to use once. */
  take(entry: Entry | undefined, cacheKey: CacheKey): Entry {
    const stamp = frame.i[COLLECTION_STAMP];
    const length = frame.i[VALUE_LENGTH];
    const linked = cacheKey !== MEMBERS && isLinked(length);
    if (linked || (stamp & 1) !== 0 || (frame.i[STAMP] & 1) !== 0) {
      const once = new Entry(this, cacheKey);
      once.take();
      once.linked = linked;
      if (linked) this.#revive(once);
      return once;
    }
    this.hold(stamp); // which may forget the entry
    const known = entry === this.members ? entry : this.find(cacheKey);
    const taken = known ?? new Entry(this, cacheKey);
    taken.take();
    this.#revive(taken);
    this.#bytes += length <= OUTSIDE && !taken.large ? OUTSIDE - length : Math.max(0, length);
    if (taken !== this.members) this.#moveIn(taken);
    return taken;
  }

  /** Takes over what a commit of this thread did to a key. */
  committed(
    entry: Entry | null,
    cacheKey: CacheKey,
    record: number,
    incarnation: number,
    stamp: number,
    version: number,
    present: boolean,
    value: unknown,
  ): void {
    let target = entry ?? this.find(cacheKey);
    if (target === undefined) {
      target = new Entry(this, cacheKey);
      this.#add(target);
    }
    if (typeof value === 'string') this.#bytes += value.length;
    target.assign(record, incarnation, stamp, version, present, value);
  }

  #add(entry: Entry): void {
    if (this.young.size >= GENERATION_ENTRIES || this.#bytes > GENERATION_BYTES) this.#rotate();
    this.young.set(entry.cacheKey, entry);
  }

  #rotate(): void {
    if (this.viewed) for (const entry of this.#old.values()) this.letGo(entry);
    this.#old = this.young;
    this.young = new Map();
    this.#bytes = 0;
  }

  /** Remembers the view of an entry that is being forgotten for as long as somebody else does. */
  letGo({ cacheKey, view, record, incarnation, version }: Entry): void {
    if (typeof view !== 'object' || view === null) return;
    this.#held.set(cacheKey, { record, incarnation, version, view: new WeakRef(view) });
    this.#unheld.register(view, cacheKey);
  }

  #revive(entry: Entry): void {
    const held = this.#held.get(entry.cacheKey);
    if (held === undefined || entry.view !== undefined) return;
    if (!entry.linked) this.#held.delete(entry.cacheKey);
    const same =
      held.record === entry.record && held.incarnation === entry.incarnation && held.version === entry.version;
    if (same) entry.view = held.view.deref();
  }
}

/** Stands for no collection where a field must always have one: V8 keeps what it knows of a field that never has anything else. */
export const NO_CACHE = new Cache(0, 0, undefined, -1, -1);
