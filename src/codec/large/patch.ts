// What a draft changes in the bytes of its value: words that are written over, and parts that are appended.

import type { Arena } from '../arena.js';
import { encodeParts } from '../encode.js';
import { Tag } from '../format.js';
import type { Bytes } from '../memory.js';

/** Bytes of a patch as the engine takes it: place, length, and the bytes themselves. */
export const PATCH_BYTES = 16;

/** Where in the arena the patches and the appendix are. */
export interface Patched {
  readonly patches: number;
  readonly count: number;
  readonly appended: number;
  readonly length: number;
  /** Most of what the value would be is not used any more: it should be encoded anew. */
  readonly sparse: boolean;
}

/** The second word of a value: bytes that nothing refers to. */
const DEAD = 4;

export class Patch {
  /** A slot that parts are put into; its words become a patch or part of a node. */
  readonly scratch: number;
  /** Where the appendix starts. */
  readonly start: number;
  /** Bytes of the old value that nothing refers to any more. */
  dead = 0;
  readonly #words: number[] = [];

  constructor(
    readonly arena: Arena,
    readonly bytes: Bytes,
    length: number,
  ) {
    this.scratch = arena.alloc(8);
    this.start = arena.alloc(0);
    // What is appended begins at the next multiple of 8 behind the old bytes.
    this.base = this.start - ((length + 7) & ~7);
  }

  /** Where the value would start in the arena. */
  readonly base: number;

  /** Writes the words of the scratch slot over a slot of the value, and its tag. */
  slot(slotAt: number, tagAt: number, tag: number): void {
    const { u32 } = this.arena;
    const length = u32[(this.scratch >> 2) + 1];
    // An empty text is nowhere: there may be no appendix for it to lie in.
    const offset = tag === Tag.LATIN1 && length === 0 ? 0 : u32[this.scratch >> 2];
    this.#words.push(slotAt, 8, offset, length);
    if (tagAt >= 0 && this.bytes.u8[tagAt] !== tag) this.#words.push(tagAt, 1, tag, 0);
  }

  word(at: number, value: number): void {
    this.#words.push(at, 4, value, 0);
  }

  /**
   * Runs `write`, which puts parts into the arena and patches here. Null if the result would need more than patches can say:
   * collections or pieces that the value refers to. Throws what encoding throws.
   */
  static of(arena: Arena, bytes: Bytes, length: number, write: (patch: Patch) => void): Patched | null {
    const mark = arena.tail;
    const patch = new Patch(arena, bytes, length);
    try {
      return encodeParts(arena, patch.base, () => write(patch)) ? patch.#finish(length) : null;
    } catch (error) {
      arena.unwind(mark);
      throw error;
    }
  }

  #finish(length: number): Patched {
    const { arena, bytes, start } = this;
    const appended = arena.tail - start;
    const dead = this.dead + bytes.u32[DEAD >> 2];
    if (this.dead > 0) this.word(DEAD, dead);
    const words = this.#words;
    const count = words.length / 4;
    const patches = arena.alloc(count * PATCH_BYTES);
    arena.u32.set(words, patches >> 2);
    return { patches, count, appended: start, length: appended, sparse: 2 * dead > length + appended };
  }
}

/** The value that a patch makes of `old`: what the engine does with pages. */
export function applyPatch(
  old: Uint8Array,
  arena: Arena,
  { patches, count, appended, length }: Patched,
): Uint8Array<ArrayBuffer> {
  const start = (old.length + 7) & ~7;
  const result = new Uint8Array(length === 0 ? old.length : start + length);
  result.set(old);
  result.set(arena.u8.subarray(appended, appended + length), length === 0 ? 0 : start);
  for (let at = patches; at < patches + count * PATCH_BYTES; at += PATCH_BYTES) {
    const size = arena.u32[(at >> 2) + 1];
    result.set(arena.u8.subarray(at + 8, at + 8 + size), arena.u32[at >> 2]);
  }
  return result;
}
