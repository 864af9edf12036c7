// What a run has made of an array: which parts of it are those of the snapshot, and which are its own.

import type { Write } from '../txn/writes.js';

/** A part: elements of the snapshot, [from, to), or own ones. */
type Piece = { readonly from: number; readonly to: number; readonly items: null } | { readonly items: Write[] };

const lengthOf = (piece: Piece): number => (piece.items === null ? piece.to - piece.from : piece.items.length);

/** What becomes of a list of pieces, in the order that the engine wants (see Write in heddle/txn/request.h). */
export interface EditVisitor {
  set(index: number, element: Write): void;
  remove(index: number, count: number): void;
  insert(index: number, element: Write): void;
  append(element: Write): void;
}

export class Edits {
  length: number;
  #base: number;
  #pieces: Piece[] = [];
  /** Elements of the snapshot that have been set, by their index there. */
  #sets = new Map<number, Write>();

  constructor(
    /** The length at the snapshot. */
    base: number,
    /** All that was there has been removed before. */
    readonly cleared: boolean,
  ) {
    this.#base = this.length = base;
    if (base > 0) this.#pieces.push({ from: 0, to: base, items: null });
  }

  clone(): Edits {
    const clone = new Edits(this.#base, this.cleared);
    clone.length = this.length;
    clone.#sets = new Map(this.#sets);
    clone.#pieces = this.#pieces.map((piece) => (piece.items === null ? piece : { items: [...piece.items] }));
    return clone;
  }

  /** The snapshot has another length now. False if what was changed may not be there any more. */
  rebase(base: number): boolean {
    if (base === this.#base) return true;
    const pieces = this.#pieces;
    if (base < this.#base) return this.#shorten(base);
    const added: Piece = { from: this.#base, to: base, items: null };
    pieces.splice(pieces[pieces.length - 1]?.items ? pieces.length - 1 : pieces.length, 0, added);
    this.length += base - this.#base;
    this.#base = base;
    return true;
  }

  /** What the body has left alone at the end may go. */
  #shorten(base: number): boolean {
    const pieces = this.#pieces;
    const at = pieces.length - (pieces[pieces.length - 1]?.items ? 2 : 1);
    const last = pieces[at];
    if (last === undefined || last.items !== null || last.to !== this.#base || last.from > base) return false;
    for (const index of this.#sets.keys()) if (index >= base) return false;
    if (last.from === base) pieces.splice(at, 1);
    else pieces[at] = { from: last.from, to: base, items: null };
    this.length += base - this.#base;
    this.#base = base;
    return true;
  }

  /** The own element at an index, or the index that it has in the snapshot. O(pieces). */
  at(index: number): Write | number {
    const [position, offset] = this.#find(index);
    const piece = this.#pieces[position];
    if (piece.items !== null) return piece.items[offset];
    return this.#sets.get(piece.from + offset) ?? piece.from + offset;
  }

  /** The parts of [from, to): ranges of the snapshot without own elements, and own elements. */
  *parts(from: number, to: number): Generator<Write | { readonly from: number; readonly to: number }> {
    let start = 0;
    for (const piece of this.#pieces) {
      const a = Math.max(from - start, 0);
      const b = Math.min(to - start, lengthOf(piece));
      start += lengthOf(piece);
      if (a >= b) continue;
      if (piece.items !== null) yield* piece.items.slice(a, b);
      else yield* this.#rangesOf(piece.from + a, piece.from + b);
    }
  }

  *#rangesOf(from: number, to: number): Generator<Write | { readonly from: number; readonly to: number }> {
    let next = from;
    if (this.#sets.size > 0) {
      const own = [...this.#sets.keys()].filter((index) => index >= from && index < to).sort((a, b) => a - b);
      for (const index of own) {
        if (index > next) yield { from: next, to: index };
        yield this.#sets.get(index)!;
        next = index + 1;
      }
    }
    if (next < to) yield { from: next, to };
  }

  set(index: number, element: Write): void {
    const [position, offset] = this.#find(index);
    const piece = this.#pieces[position];
    if (piece.items !== null) piece.items[offset] = element;
    else this.#sets.set(piece.from + offset, element);
  }

  push(element: Write): void {
    const last = this.#pieces[this.#pieces.length - 1];
    if (last?.items) last.items.push(element);
    else this.#pieces.push({ items: [element] });
    this.length++;
  }

  /** Replaces `count` elements from `start` on. */
  splice(start: number, count: number, items: Write[]): void {
    const first = this.#cut(start);
    const last = this.#cut(start + count);
    for (const piece of this.#pieces.slice(first, last)) {
      if (piece.items === null && this.#sets.size > 0) {
        for (let index = piece.from; index < piece.to; index++) this.#sets.delete(index);
      }
    }
    this.#pieces.splice(first, last - first, ...(items.length > 0 ? [{ items }] : []));
    this.length += items.length - count;
  }

  /** The piece that begins at an index, after dividing the one that it was in. */
  #cut(index: number): number {
    if (index === this.length) return this.#pieces.length;
    const [position, offset] = this.#find(index);
    if (offset === 0) return position;
    const piece = this.#pieces[position];
    const parts: Piece[] =
      piece.items !== null
        ? [{ items: piece.items.slice(0, offset) }, { items: piece.items.slice(offset) }]
        : [
            { from: piece.from, to: piece.from + offset, items: null },
            { from: piece.from + offset, to: piece.to, items: null },
          ];
    this.#pieces.splice(position, 1, ...parts);
    return position + 1;
  }

  #find(index: number): [position: number, offset: number] {
    let offset = index;
    let position = 0;
    for (; offset >= lengthOf(this.#pieces[position]); position++) offset -= lengthOf(this.#pieces[position]);
    return [position, offset];
  }

  /** Own elements at the end come after whatever others have appended meanwhile. */
  visit(visitor: EditVisitor): void {
    for (const [index, element] of this.#sets) visitor.set(index, element);
    let index = 0;
    let base = 0;
    const last = this.#pieces[this.#pieces.length - 1];
    for (const piece of this.#pieces) {
      if (piece.items === null) {
        if (piece.from > base) visitor.remove(index, piece.from - base);
        index += piece.to - piece.from;
        base = piece.to;
      } else if (piece !== last) {
        for (const element of piece.items) visitor.insert(index++, element);
      }
    }
    if (base < this.#base) visitor.remove(index, this.#base - base);
    if (last?.items) for (const element of last.items) visitor.append(element);
  }

  /** How many calls `visit` makes, at most. */
  get size(): number {
    let size = this.#sets.size + this.#pieces.length + 1;
    for (const piece of this.#pieces) if (piece.items !== null) size += piece.items.length;
    return size;
  }
}
