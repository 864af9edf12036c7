// The values of events: decoded when they are read.

import { Bytes, decodeValue, forEachLink, NUMBER_HEADER, NUMBER_LENGTH } from '../codec/index.js';
import { noteHeld } from '../collection/handles.js';
import { type LargeValue, leaseScanned } from '../large.js';
import { OUTSIDE } from '../runtime/frame.js';
import { inbox } from '../runtime/thread.js';

/** A value that has not been read yet. */
export class Pending {
  readonly #bytes: Bytes;
  readonly #at: number;
  readonly #length: number;
  readonly #large: LargeValue | null;
  /** What it refers to. */
  readonly #keeps: unknown[] = [];

  constructor(bytes: Bytes, at: number, word: number) {
    this.#bytes = bytes;
    this.#at = at;
    this.#length = word;
    this.#large = word > OUTSIDE ? null : leaseScanned(word, bytes.u32[at >> 2]);
    const keep = (id: number) => this.#keeps.push(noteHeld(id));
    if (this.#large === null) forEachLink(bytes, at, word, keep);
    else forEachLink(this.#large.bytes, 0, this.#large.length, keep);
  }

  /** The value, owned by the caller. */
  read(): unknown {
    return this.#large === null ? decodeValue(this.#bytes, this.#at, this.#length) : this.#large.owned();
  }
}

/** What `value` is, decoded if it was not. */
export function settled(value: unknown): unknown {
  return value instanceof Pending ? value.read() : value;
}

/** Reads values from the inbox, one after the other. */
export class Values {
  /** Where the next one is. */
  at = 0;
  #copy: Bytes | null = null;

  constructor(
    /** Bytes of the answer that they are in. */
    readonly length: number,
  ) {}

  /** Numbers at once; everything else is kept as bytes until it is read: that may run user code. */
  next(): unknown {
    const { f64, i32, u32 } = inbox;
    const word = i32[this.at >> 2];
    const at = this.at + 8;
    this.at = at + (word > OUTSIDE ? (word + 7) & ~7 : 8);
    if (word === NUMBER_LENGTH && u32[at >> 2] === NUMBER_HEADER && u32[(at >> 2) + 1] === 0) return f64[(at >> 3) + 1];
    this.#copy ??= new Bytes(inbox.buffer.slice(0, (this.length + 7) & ~7));
    return new Pending(this.#copy, at, word);
  }

  take(count: number): unknown[] {
    const values: unknown[] = [];
    for (let n = 0; n < count; n++) values.push(this.next());
    return values;
  }
}
