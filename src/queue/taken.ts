// Items that have been taken, until they are decoded: those that cannot be decoded in this thread go back.

import type { Cache } from '../cache.js';
import { type Bytes, decodeValue, forEachLink, LINKED, type Reference } from '../codec/index.js';
import { noteHeld } from '../collection/handles.js';
import { type LargeValue, leaseScanned, stageLeased } from '../large.js';
import { OUTSIDE, RETURN } from '../runtime/frame.js';
import { report } from '../runtime/report.js';
import { arena } from '../runtime/thread.js';
import { commitBlind } from '../txn/commit.js';
import { Write } from '../txn/writes.js';

/** An item in a list of them: its length, and from here on the value. */
export const ITEM_HEADER = 8;

/** A list of items, which are decoded from front to back. Who decodes one owns it. */
export class Taken {
  #at = 0;
  /** Of the one at `#at`, once it has been leased. */
  #large: LargeValue | null = null;

  constructor(
    readonly bytes: Bytes,
    /** How many are left. */
    public count: number,
  ) {}

  /** Decodes the first one. If that throws, it is still the first one. */
  next(): unknown {
    const word = this.#word;
    if (word > OUTSIDE) {
      const item = decodeValue(this.bytes, this.#at + ITEM_HEADER, word);
      this.#skip();
      return item;
    }
    const item = this.#lease().owned();
    this.#skip();
    return item;
  }

  /** Nobody wants the first one. */
  drop(): void {
    this.#forEachLink(noteHeld);
    this.#skip();
  }

  /**
   * Those that are left go back to the front of their queue, as they were, or to those who stand in line. Runs no user code, and does
   * not throw: it is called because of another error. Without memory they are lost, which is reported.
   */
  putBack(cache: Cache): void {
    cache.wary = true;
    const tail = arena.tail;
    const writes: Write[] = [];
    try {
      for (; this.count > 0; this.#skip()) writes.push(this.#asWrite(cache));
      commitBlind(writes);
    } catch (error) {
      if (!cache.isDestroyed()) report(error);
    } finally {
      for (const { staged } of writes) staged?.end();
      arena.release(tail);
    }
  }

  #asWrite(cache: Cache): Write {
    const write = new Write();
    write.kind = RETURN;
    write.cache = cache;
    write.length = this.#word;
    if (this.#word > OUTSIDE) {
      write.bytes = this.bytes.u8.subarray(this.#at + ITEM_HEADER, this.#at + ITEM_HEADER + this.#word);
    } else {
      write.staged = stageLeased(this.#lease());
    }
    // The engine counts this thread as one that holds what they refer to: it lets go when that is collected.
    const links = new Set<Reference>();
    const linked = this.#forEachLink((id) => {
      const held = noteHeld(id); // undefined if it has ended
      if (held !== undefined) links.add(held);
    });
    if (linked) write.links = links;
    return write;
  }

  get #word(): number {
    return this.bytes.i32[this.#at >> 2];
  }

  #skip(): void {
    const word = this.#word;
    this.#at += ITEM_HEADER + (word > OUTSIDE ? (word + 7) & ~7 : 8);
    this.#large = null;
    this.count--;
  }

  /** The first one, which is a large value. */
  #lease(): LargeValue {
    return (this.#large ??= leaseScanned(this.#word, this.bytes.u32[(this.#at + ITEM_HEADER) >> 2]));
  }

  /** False if the first one refers to no collections. */
  #forEachLink(visit: (id: number) => void): boolean {
    const word = this.#word;
    const bytes = word > OUTSIDE ? this.bytes : this.#lease().bytes;
    const start = word > OUTSIDE ? this.#at + ITEM_HEADER : 0;
    forEachLink(bytes, start, word > OUTSIDE ? word : this.#lease().length, visit);
    return (bytes.u32[start >> 2] & LINKED) !== 0;
  }
}
