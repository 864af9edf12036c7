// The thread's frame: JavaScript's side of docs/internals/wire.md. binding/frame.h is the other one; change both together.
//
// Fill the frame only when no user code (a getter that runs while a value is encoded) can run before the call, and read the
// answer before any can: such code may use the frame itself.

import { native, oncePerThread } from './native.js';

// Words of the header: indices into `frame.i`, or into `frame.f` where the comment says f64.
export const STATUS = 0;
export const COLLECTION = 1;
export const RECORD = 2;
export const STAMP = 3;
export const INCARNATION = 2; // f64
export const SNAPSHOT = 3; // f64
export const VERSION = 4; // f64
export const KEY_OFFSET = 10;
export const KEY_LENGTH = 11;
export const VALUE_LENGTH = 12;
export const COLLECTION_STAMP = 13;
export const FLAGS = 14;
export const SLOT = 15;
export const CURSOR = 8; // f64
export const COUNT = 18;
export const READS = 20;
export const PREDICATES = 21;
export const WRITES = 22;
export const FAILED = 23;
export const OPEN_BODIES = 24;
export const UNTIDY = 25;
export const NANOSECONDS = 13; // f64
export const TIMED = 28;
export const TICKET = 29;
export const CHANGES = 15; // f64
export const SIZE_NOW = 16; // f64
export const END = 17; // f64
// Of tasks.
export const FUNCTION = 40;
export const LANE = 41;
export const TASK_FLAGS = 42;
export const PRIORITY = 43;
export const OUTCOME = 44;
export const STAGED_VALUE = 45;
export const BYTES_OFFSET = 46;
export const BYTES_LENGTH = 47;
export const DEADLINE = 24; // f64

// Bits of FLAGS.
export const REGISTERED = 1;
export const KEYS_ONLY = 2;
export const OPEN = 4;
export const ALIKE = 8;
// Of watches: what is asked, and what is answered.
export const COALESCE = 16;
export const INITIAL = 32;
export const WAIT = 64;
export const LOST = 128;
export const WATCH_KIND_SHIFT = 8;
export const ENDED = 1 << 11;
export const MORE = 1 << 12;
// Of tasks.
export const TASK_LINKED = 1 << 7;
export const ONLY = 1 << 13;
export const AGAIN = 1 << 14;
export const QUIET = 1 << 15;
export const FURTHER = 1 << 16;

// The lists.
export const LISTS = 64;
export const READ_WORDS = 2;
export const PREDICATE_WORDS = 6;
export const WRITE_WORDS = 10;

// Kinds of predicates and writes.
export const ABSENT = 1;
export const SIZE = 2;
export const CHANGED = 3;
export const ELEMENT = 4;
export const SET = 1;
export const DELETE = 2;
export const CLEAR = 3;
export const APPEND = 4;
export const TAKE = 5;
export const CLOSE = 6;
export const RETURN = 7;
export const INSERT = 8;
export const REMOVE = 9;
export const INLINE = 1 << 4;
export const READDED = 1 << 5;
export const KEYED = 1 << 6;
export const LINKED = 1 << 7;
export const STAGED = 1 << 8;
/** Above these bits the first word of a write has the collection. */
export const COLLECTION_SHIFT = 9;
// What the answer to a write says.
export const EXISTED = 1;
export const CHANGED_ID = 2;

/** VALUE_LENGTH of a value that lies outside of its version is so much less its length. (-1: absent.) */
export const OUTSIDE = -2;

// What STATUS says.
export const OK = 0;
export const GAP = 1;
export const NEWER = 2;
export const STALE_ID = 3;
export const CONFLICT = 4;
export const DESTROYED = 5;
export const TOO_LARGE = 6;
export const MEMORY_LIMIT = 7;
export const ENTRIES_LIMIT = 8;
export const OUT_OF_MEMORY = 9;
export const PROCESS_LIMIT = 13;
export const EXPIRED = 14;
export const EMPTY = 15;
export const CLOSED = 16;
export const QUEUE_FULL = 17;
export const OUT_OF_RANGE = 18;

/** A snapshot number that stands for "the last published commit". */
export const LATEST = -1;

const INITIAL_BYTES = 1 << 16;
/** A larger frame is given back after use: one huge transaction must not cost its size for ever. */
const KEPT_BYTES = 1 << 20;

class Frame {
  i = new Int32Array(0);
  f = new Float64Array(0);

  constructor() {
    this.#resize(INITIAL_BYTES);
  }

  /** Makes room for `words` words in all; what the header holds stays. */
  reserve(words: number): void {
    if (words > this.i.length) this.#resize(2 ** Math.ceil(Math.log2(words * 4)));
  }

  /** To be called when an answer has been read. */
  trim(): void {
    if (this.i.length > KEPT_BYTES / 4) this.#resize(INITIAL_BYTES);
  }

  #resize(bytes: number): void {
    const header = this.i.subarray(0, LISTS);
    const buffer = new ArrayBuffer(bytes);
    this.i = new Int32Array(buffer);
    this.f = new Float64Array(buffer);
    this.i.set(header);
    native.setFrame(buffer);
  }
}

export const frame = oncePerThread('frame', () => new Frame());
