// Decoding whole values.

import { conversions } from './classes.js';
import { type Copier, copierOfShape, copy, isImmutable } from './copy.js';
import { damaged } from './damage.js';
import { read } from './decode.js';
import { GRAPH, Tag } from './format.js';
import { decodeGraph } from './graph.js';
import { Bytes } from './memory.js';
import { shapeById } from './shapes.js';
import { freezeGraph, toView } from './view.js';

/**
 * The value encoded in `length` bytes at `offset` (a multiple of 8). Owned by the caller: nothing of it refers to `bytes`.
 * Damaged bytes give an error or some value, after work and memory in proportion to `length`.
 */
export function decodeValue(bytes: Bytes, offset: number, length: number): unknown {
  if (length < 16 || (offset & 7) !== 0 || offset + length > bytes.u8.length) throw damaged('no room for a value');
  if (isGraph(bytes, offset)) return decodeGraph(bytes, offset, length);
  bytes.start(offset, length);
  return read(bytes, bytes.u8[offset], offset + 8);
}

/** The same, read-only. */
export function decodeView(bytes: Bytes, offset: number, length: number): unknown {
  const value = decodeValue(bytes, offset, length);
  return isGraph(bytes, offset) ? freezeGraph(value) : toView(value);
}

/** Whether parts of the value at `offset` are referred to from several places. */
export function isGraph(bytes: Bytes, offset: number): boolean {
  return (bytes.u32[offset >> 2] & GRAPH) !== 0;
}

/** Copies the value that `decodeWithCopier` returned last; null if it needs no copying. */
export let lastCopier: Copier | null = null;

/**
 * `decodeValue`, with the value's copier in `lastCopier`: the bytes name the shape, so it need not be found again. Of what cannot be
 * copied part by part it is the view, and the copier decodes again.
 */
export function decodeWithCopier(bytes: Bytes, offset: number, length: number): unknown {
  if (isGraph(bytes, offset)) {
    lastCopier = againFrom(bytes, offset, length);
    return decodeView(bytes, offset, length);
  }
  const before = conversions;
  bytes.named = false;
  const value = decodeValue(bytes, offset, length);
  if (isImmutable(value)) lastCopier = null;
  else if (conversions !== before || bytes.named) lastCopier = againFrom(bytes, offset, length);
  else if (bytes.u8[offset] !== Tag.OBJECT) lastCopier = copy as Copier;
  else lastCopier = copierOfShape(shapeById(bytes.u32[(offset + bytes.u32[(offset + 8) >> 2]) >> 2])) as Copier;
  return value;
}

/** A copier that decodes again: what a `fromValue` made, for example, can be copied by nobody else. */
function againFrom(bytes: Bytes, offset: number, length: number): Copier {
  const kept = new Bytes(bytes.buffer.slice(offset, offset + ((length + 7) & ~7)));
  return () => decodeValue(kept, 0, length);
}
