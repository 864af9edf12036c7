// Views that share a buffer, and buffers that can be resized: the buffer is encoded once, and a table at the end of the value says what
// shows which part of it.
//
//   table   u32 number of buffers, u32 0; for each: u32 tag, u32 number of views, its slot, f64 maxByteLength (-1: fixed); for each view:
//           u32 place of its slot, u32 index into BINARY, f64 byteOffset, f64 length in bytes (-1: to the end of the buffer, whatever that is)
//
// Most binary is alone: it is encoded where it is met, and only if the buffer is met again does it get into the table.

import { Buffer } from 'node:buffer';
import type { Arena } from './arena.js';
import { BINARY, Tag } from './format.js';

/** A view of less than half of a buffer of at least so many bytes takes its own range: it is a piece of a pool. */
const POOL_BYTES = 4096;

const BUFFER_BYTES = 24;
const VIEW_BYTES = 24;

interface Seen {
  readonly place: number;
  readonly type: number;
  readonly byteOffset: number;
  readonly length: number;
}

/** A buffer that the value shows. */
export interface Shown {
  readonly buffer: ArrayBuffer;
  readonly seen: Seen[];
  /** It cannot be encoded as what is seen of it. */
  shared: boolean;
  /** Where all of it has been encoded: the place of its slot, and its tag; 0 if it has not. */
  readonly whole: number;
  tag: number;
}

export interface Resizable {
  readonly resizable?: boolean;
  readonly maxByteLength: number;
  resize(bytes: number): void;
}

/**
 * Takes note of binary that is about to be encoded at `slotAt`; true if the table says what it is, and its own slot nothing. `type` is an
 * index into BINARY.
 */
export function noteBinary(arena: Arena, value: ArrayBuffer | ArrayBufferView, type: number, slotAt: number): boolean {
  if (Buffer.isBuffer(value)) return false;
  const isView = ArrayBuffer.isView(value);
  const buffer = (isView ? value.buffer : value) as ArrayBuffer & Resizable;
  const isPart = isView && value.byteLength !== buffer.byteLength && !isOfPool(value, buffer);
  const shared = isPart || buffer.resizable === true;
  const isAlone = arena.depth - arena.root === 1;
  return (shared || !isAlone) && remember(arena, value, buffer, type, slotAt, shared);
}

function isOfPool(view: ArrayBufferView, { byteLength }: ArrayBuffer): boolean {
  return byteLength >= POOL_BYTES && view.byteLength < byteLength / 2;
}

function remember(
  arena: Arena,
  value: ArrayBuffer | ArrayBufferView,
  buffer: ArrayBuffer & Resizable,
  type: number,
  slotAt: number,
  shared: boolean,
): boolean {
  arena.buffers ??= new Map();
  let shown = arena.buffers.get(buffer);
  if (shown === undefined) {
    const whole = shared || value.byteLength !== buffer.byteLength ? 0 : slotAt - arena.base;
    shown = { buffer, seen: [], shared, whole, tag: 0 };
    arena.buffers.set(buffer, shown);
  } else {
    shown.shared = true;
  }
  const isView = ArrayBuffer.isView(value);
  const length = isView && buffer.resizable && followsLength(value, buffer) ? -1 : value.byteLength;
  shown.seen.push({ place: slotAt - arena.base, type, byteOffset: isView ? value.byteOffset : 0, length });
  return shown.shared;
}

/** Whether a view of a resizable buffer shows it up to its end, wherever that is. Nothing tells but the effect of a resize. */
function followsLength(view: ArrayBufferView, buffer: ArrayBuffer & Resizable): boolean {
  const { byteLength: before, BYTES_PER_ELEMENT: size = 1 } = view as Uint8Array;
  const { byteLength, maxByteLength } = buffer;
  if (view.byteOffset + before + size <= byteLength) return false;
  if (byteLength + size <= maxByteLength) {
    buffer.resize(byteLength + size);
    const follows = view.byteLength !== before;
    buffer.resize(byteLength);
    return follows;
  }
  if (before === 0) return true;
  const end = new Uint8Array(buffer).slice(byteLength - size);
  buffer.resize(byteLength - size);
  let follows = false;
  try {
    follows = view.byteLength === before - size && (before > size || view.byteOffset > 0);
  } catch {
    // A DataView that lies outside says so.
  }
  buffer.resize(byteLength);
  new Uint8Array(buffer).set(end, byteLength - size);
  return follows;
}

/** Whether the value needs a table. */
export function sharesBuffers({ buffers }: Arena): boolean {
  return buffers !== null && [...buffers.values()].some(({ shared }) => shared);
}

/** Writes raw bytes that become what is at an index of BINARY; returns their tag. */
type PutBytes = (arena: Arena, bytes: Uint8Array, type: number, slotAt: number) => number;

/** Writes the table of the value at `start`, if it needs one. */
export function endBuffers(arena: Arena, start: number, putBytes: PutBytes): void {
  if (arena.buffers === null) return;
  const shared = [...arena.buffers.values()].filter((shown) => shown.shared);
  if (shared.length === 0) return;
  arena.graph = true;
  const views = shared.reduce((sum, { seen }) => sum + seen.length, 0);
  let at = arena.alloc(8 + shared.length * BUFFER_BYTES + views * VIEW_BYTES);
  arena.u32[(start >> 2) + 1] = at - arena.base;
  arena.u32[at >> 2] = shared.length;
  arena.u32[(at >> 2) + 1] = 0;
  at += 8;
  for (const shown of shared) at = putShown(arena, shown, at, putBytes);
}

function putShown(arena: Arena, { buffer, seen, whole, tag }: Shown, start: number, putBytes: PutBytes): number {
  const resizable = (buffer as ArrayBuffer & Resizable).resizable === true;
  let at = start;
  const wholeTag = whole === 0 ? putBytes(arena, new Uint8Array(buffer), 0, at + 8) : tag;
  const { u32, f64 } = arena;
  u32[at >> 2] = wholeTag;
  u32[(at >> 2) + 1] = seen.length;
  if (whole !== 0) {
    const from = (arena.base + whole) >> 2;
    u32[(at >> 2) + 2] = u32[from];
    u32[(at >> 2) + 3] = wholeTag === Tag.MAPPED ? 0 : u32[from + 1];
  }
  f64[(at + 16) >> 3] = resizable ? (buffer as ArrayBuffer & Resizable).maxByteLength : -1;
  at += BUFFER_BYTES;
  for (const { place, type, byteOffset, length } of seen) {
    u32[at >> 2] = place;
    u32[(at >> 2) + 1] = type;
    f64[(at + 8) >> 3] = byteOffset;
    f64[(at + 16) >> 3] = length;
    at += VIEW_BYTES;
  }
  return at;
}

/** What a table says of one slot. */
export interface View {
  readonly buffer: number;
  readonly type: number;
  readonly byteOffset: number;
  readonly length: number;
}

/** A buffer of a table. */
export interface BufferPlace {
  readonly tag: number;
  readonly slotAt: number;
  readonly maxByteLength: number;
}

/** All of `buffer`, or a part of it, as what is at an index of BINARY. May throw what the constructors throw. */
export function show(buffer: ArrayBuffer, { type, byteOffset, length }: View): object {
  const Type = BINARY[type] as typeof Uint8Array | typeof DataView | typeof ArrayBuffer;
  if (Type === ArrayBuffer) return buffer;
  if (length < 0) return new (Type as typeof Uint8Array)(buffer, byteOffset);
  const size = 'BYTES_PER_ELEMENT' in Type ? Type.BYTES_PER_ELEMENT : 1;
  return new (Type as typeof Uint8Array)(buffer, byteOffset, length / size);
}
