// Looking a property up in a DICT of many, in place.

import type { Bytes } from '../memory.js';
import { isTextAt, type Node, textAt } from './node.js';

/** So many look-ups go through the names one after another; whoever comes more often gets an index of them. */
const PATIENCE = 2;

/** Finds the properties of one DICT. The first look-ups cost O(names), at 1–2 ns each; then O(1). */
export class Dictionary {
  #patience = PATIENCE;
  #index: Map<string, number> | null = null;

  constructor(
    readonly bytes: Bytes,
    readonly node: Node,
  ) {}

  get size(): number {
    return this.node.count >> 1;
  }

  /** The position of a property, -1 if there is none. */
  find(name: string): number {
    if (this.#index === null && this.#patience-- > 0) return this.#search(name);
    return (this.#index ?? this.#build()).get(name) ?? -1;
  }

  name(position: number): string {
    return textAt(this.bytes, this.node, 2 * position);
  }

  #search(name: string): number {
    const { bytes, node } = this;
    for (let i = 0; i + 1 < node.count; i += 2) if (isTextAt(bytes, node, i, name)) return i >> 1;
    return -1;
  }

  #build(): Map<string, number> {
    this.#index = new Map();
    for (let i = 0; i < this.size; i++) this.#index.set(this.name(i), i);
    return this.#index;
  }
}
