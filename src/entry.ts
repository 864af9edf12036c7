// What a thread knows of one key: see cache.ts for when it holds.

import type { Cache } from './cache.js';
import {
  type CacheKey,
  type Copier,
  decodeWithCopier,
  type Key,
  keyOf,
  lastCopier,
  NUMBER_HEADER,
  NUMBER_LENGTH,
  toView,
} from './codec/index.js';
import { type Held, type LargeValue, ownedOf, takeLeased } from './large.js';
import { frame, INCARNATION, OUTSIDE, RECORD, STAMP, VALUE_LENGTH, VERSION } from './runtime/frame.js';
import { inbox, SEGMENT_MASK, segmentOf } from './runtime/thread.js';

/** A stamp that no record ever has. */
export const NEVER = -1;

/** Stands for the set of keys in place of a key. */
export const MEMBERS = Symbol('members');

/** Of what has no stamp: odd, as that of a collection that has ended. */
const NOWHERE = new Int32Array([1]);

/** The stamps among which that of a record is; -1 for none. */
export function wordsOf(record: number): Int32Array {
  return record < 0 ? NOWHERE : segmentOf(record);
}

/**
 * The same number, as a small integer if it is one. V8 keeps a field of doubles in a box of its own: another cache line for each
 * entry that is looked at. (After 2^30 commits it changes its mind once.)
 */
function compact(count: number): number {
  return count < 0x4000_0000 ? count | 0 : count;
}

/** What is known of one key. */
export class Entry {
  // What every read looks at comes first: one cache line.
  segment: Int32Array = NOWHERE;
  slot = 0;
  stamp = NEVER;
  /** The commit that made it so. */
  version = 0;
  value: unknown = undefined;
  /** Makes an owned copy of `value`; null if the value is immutable. */
  copier: Copier | null = null;
  /** The run that logged this entry last (see Body): logging it again would change nothing. */
  mark = 0;
  record = -1;
  incarnation = 0;
  /** False for a key that is known to be absent. */
  present = false;
  /** The read-only view, once somebody asked for it. */
  view: unknown = undefined;
  /** The value refers to collections: it is used once, because to keep it would keep them alive. */
  linked = false;

  constructor(
    readonly cache: Cache,
    readonly cacheKey: CacheKey,
  ) {}

  /** The key itself, the caller's to keep. */
  get key(): Key {
    return keyOf(this.cacheKey);
  }

  /** Whether `value` is a `Held`: the copier says so. */
  get large(): boolean {
    return this.copier === ownedOf;
  }

  /** What it holds then; null if that is gone, or it is none. */
  largeValue(): LargeValue | null {
    return this.large ? ((this.value as Held).deref() ?? null) : null;
  }

  /** A value that the caller owns. */
  owned(): unknown {
    return this.copier === null ? this.value : this.copier(this.value);
  }

  /** The read-only view; the same one for as long as the key is unchanged. */
  readOnly(): unknown {
    if (this.copier === null) return this.value;
    if (this.view === undefined) {
      const view = this.large ? this.largeValue()!.readOnly() : toView(this.value);
      if (this.large && !this.linked) return view; // which keeps itself for as long as anyone holds it
      this.view = view;
      this.cache.viewed = true;
      if (this.linked) this.cache.letGo(this);
    }
    return this.view;
  }

  /** Takes over what a commit of this thread made of the key in the record that it has been in. */
  update(stamp: number, version: number, present: boolean, value: unknown): void {
    this.stamp = stamp;
    this.version = compact(version);
    this.present = present;
    this.value = value;
    this.copier = null;
    this.view = undefined;
    this.mark = 0;
  }

  /** The same, wherever that is. */
  assign(record: number, incarnation: number, stamp: number, version: number, present: boolean, value: unknown): void {
    this.#point(record, incarnation);
    this.update((stamp & 1) === 0 ? stamp : NEVER, version, present, value);
  }

  /** Takes over the answer to a `load` that is in the frame and the inbox. */
  take(): void {
    const { i, f } = frame;
    const version = f[VERSION];
    const length = i[VALUE_LENGTH];
    const same =
      (!this.large || this.largeValue() !== null) &&
      this.version === version &&
      this.record === i[RECORD] &&
      this.incarnation === f[INCARNATION] &&
      this.stamp !== NEVER;
    const stamp = (i[STAMP] & 1) === 0 ? i[STAMP] : NEVER;
    this.#point(i[RECORD], f[INCARNATION]);
    this.mark = 0;
    if (!same) {
      this.stamp = NEVER; // until it is decoded, which may fail
      this.version = compact(version);
      this.present = length !== -1;
      this.view = undefined;
      this.#decode(length);
    }
    this.stamp = stamp;
  }

  #decode(length: number): void {
    this.value = undefined;
    this.copier = null;
    if (this.cacheKey === MEMBERS) {
      this.value = inbox.f64[0];
    } else if (length === NUMBER_LENGTH && inbox.u32[0] === NUMBER_HEADER) {
      this.value = inbox.f64[1];
    } else if (length >= 0) {
      this.value = decodeWithCopier(inbox, 0, length);
      this.copier = lastCopier;
    } else if (length <= OUTSIDE) {
      const large = takeLeased();
      if (large.isText()) {
        this.value = large.owned();
      } else {
        this.value = new WeakRef(large);
        this.copier = ownedOf;
      }
    }
  }

  #point(record: number, incarnation: number): void {
    if (record !== this.record) {
      this.record = record;
      this.segment = wordsOf(record);
      this.slot = record & SEGMENT_MASK;
    }
    this.incarnation = compact(incarnation);
  }
}

/** What a key without a record reads as: no field of it is ever written. */
export const ABSENT_ENTRY = new Entry(undefined as unknown as Cache, undefined);
