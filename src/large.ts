// Values that are too large to be copied for each of their readers. The engine keeps the bytes of one outside of its version, mapped
// once for the whole process; a thread holds them (a lease) for as long as it has something that refers to them.
//
// Invariants
//  M1. Who reads the bytes holds the buffer that the engine gave out: when that is collected, the lease ends.
//  M2. Bytes that are mapped never change, in whatever thread and whatever happens to the key.
//  M3. What is staged belongs to the run that staged it, until `Staged.end`: the engine takes a share of its own when it commits.

import { Bytes, type Copier, type Draft, decodeValue, isText, openView, takePieces } from './codec/index.js';
import { failure } from './failure.js';
import { frame, OUT_OF_MEMORY, OUTSIDE, VALUE_LENGTH } from './runtime/frame.js';
import { native } from './runtime/native.js';
import { arena } from './runtime/thread.js';

/** Values from this length on, in bytes, are kept outside of their versions. */
export const LARGE_BYTES = 1 << 16;

/** A view keeps the value that it is of, so that the next one who asks gets it too. */
const keptByView = new WeakMap<object, LargeValue>();

export class LargeValue {
  readonly bytes: Bytes;
  /** What it refers to and may not have been read yet. */
  readonly keeps: unknown[] = [];
  #view: unknown;

  constructor(
    buffer: ArrayBuffer,
    /** In bytes. */
    readonly length: number,
  ) {
    this.bytes = new Bytes(buffer);
    this.bytes.pieces = { map: (piece) => native.piece(buffer, piece) };
  }

  /** Whether it is one text, which is not worth mapping: a string is a copy anyway, and nobody can change it. */
  isText(): boolean {
    return isText(this.bytes, 0);
  }

  /** A value that the caller owns. */
  owned(): unknown {
    return decodeValue(this.bytes, 0, this.length);
  }

  /** The read-only view: the same one for as long as anyone holds it. */
  readOnly(): unknown {
    if (this.#view === undefined) {
      this.#view = openView(this.bytes, this.length);
      keptByView.set(this.#view as object, this);
    }
    return this.#view;
  }
}

/** What an entry has of a large value: idle threads keep no pages. Alive throughout the job in which it was found to be. */
export type Held = WeakRef<LargeValue>;

/** The copier of large values (see Entry). */
export const ownedOf = ((held: Held) => held.deref()!.owned()) as Copier;

let answer: LargeValue | null = null;

/** The value that the engine's answer to a `load` is about, if it is a large one. */
export function leaseAnswer(): LargeValue | null {
  const length = frame.i[VALUE_LENGTH];
  answer = length <= OUTSIDE ? new LargeValue(native.leased(0), OUTSIDE - length) : null;
  return answer;
}

/** The same again. */
export function peekLeased(): LargeValue {
  return answer!;
}

/** The same for the last time. */
export function takeLeased(): LargeValue {
  const taken = answer!;
  answer = null;
  return taken;
}

/** The value of an entry that a scan has found: `word` is its length, `length` stands at it if it is a large one. */
export function leaseScanned(word: number, length: number): LargeValue {
  return new LargeValue(native.leased(OUTSIDE - word), length);
}

/** A large value on its way to its commit. */
export class Staged {
  /** What the engine knows it by. */
  readonly number: number;
  #large: WeakRef<LargeValue> | null = null;

  constructor(
    number: number,
    readonly length: number,
    /** Less than half of it is in use. */
    readonly sparse = false,
  ) {
    this.number = number;
  }

  get large(): LargeValue {
    let large = this.#large?.deref();
    if (large === undefined) {
      large = new LargeValue(native.staged(this.number), this.length);
      this.#large = new WeakRef(large);
    }
    return large;
  }

  end(): void {
    native.unstage(this.number);
  }
}

/**
 * Takes the encoding that was made last out of the arena if it is large, or has pieces: null if it is neither. Runs no user code.
 * Throws `MemoryLimitError` if there is no memory.
 */
export function stageEncoded(start: number, length: number): Staged | null {
  const pieces = takePieces();
  if (pieces === null && length < LARGE_BYTES) return null;
  try {
    return new Staged(native.stageValue(start, length, pieces ?? []), length);
  } catch (error) {
    throw outOfMemory(error);
  } finally {
    if (pieces !== null) for (const piece of pieces) native.unstagePiece(piece);
  }
}

/** The same for a value as it was read. */
export function stageLeased(large: LargeValue): Staged {
  return new Staged(native.stageLeased(large.bytes.buffer), large.length);
}

/**
 * The same for what a draft of `large` has changed; null if patches cannot tell. Runs user code.
 */
export function stageDraft(large: LargeValue, draft: Draft): Staged | null {
  const { buffer } = large.bytes;
  const mark = arena.tail;
  const patched = draft.finish(arena);
  try {
    if (patched === null) return null;
    const { patches, count, appended, length, sparse } = patched;
    const whole = length === 0 ? large.length : ((large.length + 7) & ~7) + length;
    return new Staged(native.stagePatched(buffer, patches, count, appended, length), whole, sparse);
  } catch (error) {
    throw outOfMemory(error);
  } finally {
    arena.release(mark);
  }
}

function outOfMemory(error: unknown): unknown {
  return (error as { code?: unknown }).code === 'ERR_HEDDLE_OUT_OF_MEMORY' ? failure(OUT_OF_MEMORY) : error;
}

/** Long binary leaves the encoding as soon as it is met. */
arena.store = {
  stage(bytes) {
    try {
      return native.stagePiece(bytes);
    } catch (error) {
      throw outOfMemory(error);
    }
  },
  unstage: (piece) => native.unstagePiece(piece),
};
