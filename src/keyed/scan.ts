// Reads a keyed collection from end to end in insertion order, a chunk at a time, all on one snapshot.

import type { Cache } from '../cache.js';
import { decodeKey, decodeValue, type Key } from '../codec/index.js';
import { destroyed, failure } from '../failure.js';
import { leaseScanned } from '../large.js';
import { refuseInRead } from '../runtime/context.js';
import {
  COLLECTION,
  COUNT,
  CURSOR,
  DESTROYED,
  EXPIRED,
  FLAGS,
  frame,
  KEYS_ONLY,
  LATEST,
  OK,
  OPEN,
  OUTSIDE,
  REGISTERED,
  SLOT,
  SNAPSHOT,
  STATUS,
  TOO_LARGE,
} from '../runtime/frame.js';
import { native } from '../runtime/native.js';
import { type Snapshot, SnapshotSlot } from '../runtime/snapshot.js';
import { growInbox, inbox, trimInbox } from '../runtime/thread.js';
import type { Body } from '../txn/body.js';

const DONE = -1;
const HEADER_BYTES = 32;

export class Scan {
  keys: Key[] = [];
  /** The values of `keys`, owned by the caller; empty if only keys were asked for. */
  values: unknown[] = [];
  #cursor = 0;
  #snapshot = LATEST;
  readonly #slot = new SnapshotSlot(this);

  /** Reads the first chunk. In a body the snapshot is the body's, else `at`, which it takes over, or one of its own. */
  constructor(
    readonly cache: Cache,
    readonly keysOnly: boolean,
    readonly body: Body | null,
    at?: Snapshot,
  ) {
    if (at !== undefined) {
      this.#snapshot = at.number;
      this.#slot.hold(at.slot);
    }
    try {
      this.next();
    } catch (error) {
      this.close();
      throw error;
    }
  }

  get done(): boolean {
    return this.#cursor === DONE;
  }

  /** Replaces `keys` and `values` by the next chunk. */
  next(): void {
    refuseInRead(); // an iterator that was there before
    const { body, cache } = this;
    const flags = this.keysOnly ? KEYS_ONLY : 0;
    for (;;) {
      const { i, f } = frame;
      const first = body === null && this.#snapshot === LATEST;
      i[COLLECTION] = cache.id;
      f[SNAPSHOT] = body === null ? this.#snapshot : body.snapshot;
      f[CURSOR] = this.#cursor;
      i[FLAGS] = flags | (first ? OPEN : REGISTERED);
      i[SLOT] = body === null ? this.#slot.number : body.slot;
      native.scan();
      const status = i[STATUS];
      if (status !== OK && status !== TOO_LARGE) {
        this.close();
        this.keys = [];
        if (status === DESTROYED && body === null && !first) {
          return; // an iterator that is under way ends
        }
        if (status === EXPIRED) body?.doom();
        throw status === DESTROYED ? destroyed(cache) : failure(status, cache);
      }
      if (status === OK) {
        if (first) {
          this.#slot.hold(i[SLOT]);
          this.#snapshot = f[SNAPSHOT];
        }
        break;
      }
      growInbox();
    }
    this.#cursor = frame.f[CURSOR];
    this.#decode(frame.i[COUNT]);
    trimInbox();
    if (this.done) this.close();
  }

  #decode(count: number): void {
    const { body, cache, keysOnly } = this;
    const keys: Key[] = [];
    const values: unknown[] = [];
    const places: number[] = [];
    let at = 0;
    for (let n = 0; n < count; n++) {
      const word = at >> 2;
      const record = inbox.i32[word];
      const stamp = inbox.i32[word + 1];
      const keyLength = inbox.i32[word + 6];
      const valueLength = inbox.i32[word + 7];
      at += HEADER_BYTES;
      const key = decodeKey(inbox, at, keyLength);
      keys.push(key);
      at += (keyLength + 7) & ~7;
      if (keysOnly) continue;
      if (valueLength > OUTSIDE) {
        values.push(decodeValue(inbox, at, valueLength));
        at += (valueLength + 7) & ~7;
      } else {
        values.push(leaseScanned(valueLength, inbox.u32[at >> 2]).owned());
        at += 8;
      }
      places.push(record, stamp);
    }
    this.keys = keys;
    this.values = values;
    // Only now, as it may doom the body: what the values refer to is let go of by who has decoded it.
    if (body !== null) {
      for (let n = 0; n < values.length; n++) body.logScanned(cache, keys[n], places[2 * n], places[2 * n + 1]);
    }
  }

  /** Gives the snapshot back. */
  close(): void {
    this.#cursor = DONE;
    this.#slot.close();
  }
}
