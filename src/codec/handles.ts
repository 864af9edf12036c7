// Handles of collections inside values. What they are is the business of whoever keeps them; a value has their numbers.

import type { Arena } from './arena.js';
import { damaged } from './damage.js';
import { LINKED, Tag } from './format.js';
import type { Bytes } from './memory.js';

/** What a handle is encoded as. */
export interface Reference {
  readonly id: number;
  readonly kind: number;
}

export interface Handles {
  /** What a value is a handle of; undefined if it is none. May throw. */
  reference(value: object): Reference | undefined;
  /** The handle of a collection. */
  resolve(id: number, kind: number): object;
}

let handles: Handles = {
  reference: () => undefined,
  resolve() {
    throw new Error('Nobody keeps handles here.');
  },
};

/** To be called once, before the first handle is encoded. */
export function setHandles(keeper: Handles): void {
  handles = keeper;
}

let lastLinks: ReadonlySet<Reference> | null = null;

/**
 * What the value that was encoded last refers to; null if it refers to nothing. To be asked once, and held for as long as the value is
 * to be written.
 */
export function takeLinks(): ReadonlySet<Reference> | null {
  const links = lastLinks;
  lastLinks = null;
  return links;
}

export function isHandle(value: object): boolean {
  try {
    return handles.reference(value) !== undefined;
  } catch {
    return true; // of what has ended
  }
}

/** Writes the slot of a handle; returns its tag, or 0 if it is none. */
export function putHandle(arena: Arena, value: object, slotAt: number): number {
  const reference = handles.reference(value);
  if (reference === undefined) return 0;
  arena.u32[slotAt >> 2] = reference.id;
  arena.u32[(slotAt >> 2) + 1] = reference.kind;
  (arena.links ??= new Set()).add(reference);
  return Tag.HANDLE;
}

export function readHandle(bytes: Bytes, slotAt: number): object {
  return handles.resolve(bytes.u32[slotAt >> 2], bytes.u32[(slotAt >> 2) + 1]);
}

/** Ends the value at `start`: one that refers to collections ends in their ids and number, for the engine to read. */
export function endLinks(arena: Arena, start: number): void {
  lastLinks = arena.links as ReadonlySet<Reference> | null;
  if (lastLinks === null) return;
  let at = arena.alloc(4 * (lastLinks.size + 1)) >> 2;
  for (const { id } of lastLinks) arena.u32[at++] = id;
  arena.u32[at] = lastLinks.size;
  arena.u32[start >> 2] |= LINKED;
}

/** Calls `visit` with the collections that an encoded value refers to. */
export function forEachLink(bytes: Bytes, offset: number, length: number, visit: (id: number) => void): void {
  if (length < 16 || (bytes.u32[offset >> 2] & LINKED) === 0) return;
  const end = ((offset + length) >> 2) - 1;
  const count = bytes.u32[end];
  if (4 * (count + 1) > length) throw damaged('it has no room for what it refers to');
  for (let at = end - count; at < end; at++) visit(bytes.u32[at]);
}
