import { makeInstance } from './classes.js';
import { compileDecode, define } from './compile.js';
import { bigIntOf, damaged, lengthOf, madeOf, nameOf } from './damage.js';
import { makeError, sparseArray } from './exotic.js';
import { BINARY, MAX_DEPTH, objectSize, Tag } from './format.js';
import { readHandle } from './handles.js';
import type { Bytes } from './memory.js';
import { readPiece } from './pieces.js';
import { type Shape, shapeById } from './shapes.js';
import { readLatin1, readText, readUtf16 } from './text.js';

/** Reads the value that a tag and the slot at `slotAt` describe. */
export function read(bytes: Bytes, tag: number, slotAt: number): unknown {
  switch (tag) {
    case Tag.LATIN1:
      return readText(bytes, slotAt);
    case Tag.NUMBER:
      return bytes.f64[slotAt >> 3];
    case Tag.FALSE:
      return false;
    case Tag.TRUE:
      return true;
    case Tag.NULL:
      return null;
    case Tag.UNDEFINED:
      return undefined;
    case Tag.UTF16: {
      const length = bytes.u32[(slotAt >> 2) + 1];
      return readUtf16(bytes, take(bytes, bytes.u32[slotAt >> 2], 2 * length), length);
    }
    case Tag.OBJECT: {
      const at = bytes.base + bytes.u32[slotAt >> 2];
      const shape = shapeAt(bytes, at);
      if (shape.decode === null) shape.decode = compileDecode(shape.keys, read);
      const object = shape.decode(bytes, at);
      bytes.depth--;
      return object;
    }
    case Tag.DATE:
      return new Date(bytes.f64[slotAt >> 3]);
    case Tag.INT64:
      return bytes.i64[slotAt >> 3];
    case Tag.HANDLE:
      return readHandle(bytes, slotAt);
    case Tag.BIGINT:
      return readBigInt(bytes, slotAt);
    case Tag.MAPPED:
      return readMapped(bytes, slotAt);
    default:
      if (tag >= Tag.BINARY) return readBinary(bytes, tag, slotAt);
      if (tag === Tag.INSTANCE) return readInstance(bytes, slotAt);
      if (tag < Tag.DICT || tag > Tag.ERROR) throw damaged(`tag ${tag} means nothing`);
      return readContainer(bytes, tag, slotAt);
  }
}

/** Checks that `length` bytes at `offset` of the value are there and not yet consumed; returns where they are. */
export function take(bytes: Bytes, offset: number, length: number): number {
  if (offset + length > bytes.length || (bytes.budget -= length) < 0) throw damaged('a part lies outside');
  return bytes.base + offset;
}

/** The shape of the checked OBJECT node at `at`; one level deeper from now on. */
export function shapeAt(bytes: Bytes, at: number): Shape {
  if ((at & 7) !== 0 || at + 8 > bytes.base + bytes.length) throw damaged('an object lies outside');
  const shape = shapeById(bytes.u32[at >> 2]);
  const count = shape.keys.length;
  if (count !== bytes.u32[(at >> 2) + 1]) throw damaged('an object does not have the keys of its shape');
  take(bytes, at - bytes.base, objectSize(count));
  descend(bytes);
  return shape;
}

export function descend(bytes: Bytes): void {
  if (++bytes.depth > MAX_DEPTH) throw damaged('it is nested too deep');
}

function readBigInt(bytes: Bytes, slotAt: number): bigint {
  const length = bytes.u32[(slotAt >> 2) + 1];
  return bigIntOf(readLatin1(bytes, take(bytes, bytes.u32[slotAt >> 2], length), length));
}

function readBinary(bytes: Bytes, tag: number, slotAt: number): unknown {
  const length = bytes.u32[(slotAt >> 2) + 1];
  const at = take(bytes, bytes.u32[slotAt >> 2], length);
  if (BINARY[tag - Tag.BINARY] === undefined) throw damaged(`tag ${tag} means nothing`);
  return binaryOf(tag - Tag.BINARY, bytes.buffer.slice(at, at + length));
}

/** All of `buffer` as what is at `index` of BINARY. */
function binaryOf(index: number, buffer: ArrayBuffer): unknown {
  const type = BINARY[index];
  if ('BYTES_PER_ELEMENT' in type && buffer.byteLength % type.BYTES_PER_ELEMENT !== 0) throw damaged('half an element');
  return type === ArrayBuffer ? buffer : new (type as Uint8ArrayConstructor)(buffer);
}

function readMapped(bytes: Bytes, slotAt: number): unknown {
  const piece = readPiece(bytes, slotAt);
  if (piece === null) throw damaged('a piece is missing');
  return binaryOf(piece.type, piece.buffer);
}

/** Whether the value at `offset` is a text or a bigint of many digits. */
export function isText(bytes: Bytes, offset: number): boolean {
  const tag = bytes.u8[offset];
  return tag === Tag.LATIN1 || tag === Tag.UTF16 || tag === Tag.BIGINT;
}

/** A checked list node: its length, and where its slots and tags are; no tags (0) if all elements are numbers. */
export function listAt(bytes: Bytes, slotAt: number): { count: number; slots: number; tags: number } {
  const offset = bytes.u32[slotAt >> 2];
  const at = take(bytes, offset, 8);
  if ((at & 7) !== 0) throw damaged('a list is not aligned');
  const count = bytes.u32[at >> 2];
  const tagOffset = bytes.u32[(at >> 2) + 1];
  const slots = take(bytes, offset + 8, 8 * count);
  return { count, slots, tags: tagOffset === 0 ? 0 : take(bytes, tagOffset, count) };
}

function readList(bytes: Bytes, slotAt: number): unknown[] {
  const { count, slots, tags } = listAt(bytes, slotAt);
  const list: unknown[] = [];
  if (tags === 0) {
    const { f64 } = bytes;
    for (let i = slots >> 3, end = i + count; i < end; i++) list.push(f64[i]);
    return list;
  }
  descend(bytes);
  for (let i = 0; i < count; i++) {
    const tag = bytes.u8[tags + i];
    if (tag === Tag.HOLE) list.length++;
    else list.push(read(bytes, tag, slots + 8 * i));
  }
  bytes.depth--;
  return list;
}

function readContainer(bytes: Bytes, tag: number, slotAt: number): unknown {
  const list = readList(bytes, slotAt);
  switch (tag) {
    case Tag.ARRAY:
      return list;
    case Tag.SET:
      return new Set(list);
    case Tag.MAP: {
      const map = new Map();
      for (let i = 0; i + 1 < list.length; i += 2) map.set(list[i], list[i + 1]);
      return map;
    }
    case Tag.DICT: {
      const object: Record<string, unknown> = {};
      for (let i = 0; i + 1 < list.length; i += 2) define(object, nameOf(list[i]), list[i + 1]);
      return object;
    }
    case Tag.SPARSE: {
      bytes.named = true;
      const array = sparseArray(lengthOf(list[0]));
      for (let i = 1; i + 1 < list.length; i += 2) define(array as never, nameOf(list[i]), list[i + 1]);
      return array;
    }
    case Tag.ERROR:
      return makeError(list);
    default:
      return readLeaf(tag, list);
  }
}

/** What a list stands for that has no objects in it. */
export function readLeaf(tag: number, list: readonly unknown[]): object {
  if (tag !== Tag.REGEXP) return Object(list[0]);
  const [source, flags] = list.map(nameOf);
  return madeOf(() => new RegExp(source, flags));
}

function readInstance(bytes: Bytes, slotAt: number): object {
  const [name, value, converted] = readList(bytes, slotAt);
  if (converted === undefined && !isFresh(value)) throw damaged('an instance has no properties');
  return makeInstance(nameOf(name), value, converted === true);
}

/** Whether a decoded value is an object that its prototype can be taken from: an object of a literal, or an error. */
function isFresh(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.getPrototypeOf(value) === Object.prototype || value instanceof Error;
}
