// Drafts of large values: they read like the value, take every change, and then tell only what has changed (container.ts).

import type { Arena } from '../arena.js';
import { GRAPH, LINKED } from '../format.js';
import type { Bytes } from '../memory.js';
import { Container, isPlain } from './container.js';
import { Patch, type Patched } from './patch.js';

/** Whether a change of the value can be told by patches. */
export function canDraft(bytes: Bytes): boolean {
  return (bytes.u32[0] & (GRAPH | LINKED)) === 0 && isPlain(bytes.u8[0]);
}

/** The draft of a value that `canDraft`. */
export class Draft {
  readonly value: object;
  ended = false;
  /** Something was read that has to be written again, and may be a piece. */
  pieces = false;
  readonly #root: Container;

  constructor(
    readonly bytes: Bytes,
    readonly length: number,
  ) {
    bytes.start(0, length);
    this.#root = new Container(this, null, bytes.u8[0], 8, -1);
    this.value = this.#root.proxy;
  }

  /** What has changed. Null if that takes more than patches: `value` is to be encoded then. */
  finish(arena: Arena): Patched | null {
    if (this.pieces) return null;
    return Patch.of(arena, this.bytes, this.length, (patch) => {
      const { tag, moved } = this.#root.write(patch);
      if (!moved) return;
      patch.slot(8, -1, tag);
      patch.word(0, (this.bytes.u32[0] & ~0xff) | tag);
    });
  }

  /** From now on whoever uses any part of the draft gets a TypeError. */
  end(): void {
    this.ended = true;
  }
}
