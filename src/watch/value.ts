// The values of events: decoded when they are read.

import { Bytes, decodeValue, forEachLink, NUMBER_HEADER, NUMBER_LENGTH } from '../codec/index.js';
import { noteHeld } from '../collection/handles.js';
import { type LargeValue, leaseScanned } from '../large.js';
import { OUTSIDE } from '../runtime/frame.js';

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

/** Reads an answer of `tidings` from front to back. */
export class Answer {
  at = 0;
  #copy: Bytes | null = null;

  constructor(
    readonly inbox: Bytes,
    readonly length: number,
  ) {}

  word(): number {
    const word = this.inbox.i32[this.at >> 2];
    this.at += 4;
    return word;
  }

  number(): number {
    const number = this.inbox.f64[this.at >> 3];
    this.at += 8;
    return number;
  }

  skip(bytes: number): number {
    const at = this.at;
    this.at += (bytes + 7) & ~7;
    return at;
  }

  /** Numbers at once; everything else is kept as bytes until it is read: that may run user code. */
  value(): unknown {
    const word = this.word();
    this.at += 4;
    const at = this.skip(word > OUTSIDE ? word : 8);
    const { f64, u32 } = this.inbox;
    if (word === NUMBER_LENGTH && u32[at >> 2] === NUMBER_HEADER && u32[(at >> 2) + 1] === 0) return f64[(at >> 3) + 1];
    this.#copy ??= new Bytes(this.inbox.buffer.slice(0, this.length));
    return new Pending(this.#copy, at, word);
  }

  values(count: number): unknown[] {
    const values: unknown[] = [];
    for (let n = 0; n < count; n++) values.push(this.value());
    return values;
  }
}
