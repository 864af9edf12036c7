import { Arena } from './arena.js';
import { bigIntOf, damaged } from './damage.js';
import { MAX_DEPTH } from './format.js';
import type { Bytes } from './memory.js';
import { readLatin1, readUtf16, writeText } from './text.js';

/** What a shared map takes as key: a primitive, or an array of such keys, compared by value. */
export type Key = string | number | bigint | boolean | null | undefined | readonly Key[];

/**
 * The bytes of a key, canonical: equal keys (SameValueZero, arrays by value) have equal bytes, different keys different ones.
 * A tag byte comes first, then: the units of a text, the digits of a bigint, 8 bytes of a number, or for an array its parts,
 * each behind its u32 length. Nothing is aligned or padded.
 */
const LATIN1 = 1;
const UTF16 = 2;
const NUMBER = 3;
const BIGINT = 4;
const TRUE = 5;
const FALSE = 6;
const NULL = 7;
const UNDEFINED = 8;
const ARRAY = 9;

const number = new Float64Array(1);
const numberBytes = new Uint8Array(number.buffer);

/**
 * Appends the bytes of `key`; returns where they start (a multiple of 8). They end at `arena.tail`.
 * Throws `TypeError`, having taken nothing, if `key` cannot be a key.
 */
export function encodeKey(arena: Arena, key: unknown): number {
  return putSettled(arena, typeof key === 'string' ? key : settle(key, 0));
}

function putSettled(arena: Arena, key: Key): number {
  const start = arena.open();
  putKey(arena, key);
  if (arena.depth > 0) arena.pinned = arena.tail;
  return start;
}

/** `key`, checked, its arrays copied: no user code (index getter, Proxy trap) may run while the bytes are written. */
function settle(key: unknown, depth: number): Key {
  switch (typeof key) {
    case 'number':
      return key + 0; // -0 is the key 0
    case 'string':
    case 'bigint':
    case 'boolean':
    case 'undefined':
      return key;
    default:
      if (key === null) return key;
      if (!Array.isArray(key) || depth > MAX_DEPTH) throw refusal(key);
      return settleParts(key, depth + 1);
  }
}

function settleParts(parts: readonly unknown[], depth: number): Key[] {
  const settled: Key[] = [];
  for (let i = 0; i < parts.length; i++) settled.push(settle(parts[i], depth));
  return settled;
}

function putKey(arena: Arena, key: Key): void {
  const at = arena.append(1);
  switch (typeof key) {
    case 'string':
      arena.u8[at] = LATIN1;
      if (writeText(arena, key) < 0) arena.u8[at] = UTF16;
      return;
    case 'number':
      number[0] = Number.isNaN(key) ? Number.NaN : key; // one NaN of the many bit patterns
      arena.append(8);
      arena.u8[at] = NUMBER;
      for (let i = 0; i < 8; i++) arena.u8[at + 1 + i] = numberBytes[i];
      return;
    case 'bigint':
      arena.u8[at] = BIGINT;
      writeText(arena, key.toString(16));
      return;
    case 'boolean':
      arena.u8[at] = key ? TRUE : FALSE;
      return;
    case 'undefined':
      arena.u8[at] = UNDEFINED;
      return;
    default:
      if (key === null) arena.u8[at] = NULL;
      else putParts(arena, key, at);
  }
}

function putParts(arena: Arena, parts: readonly Key[], at: number): void {
  arena.u8[at] = ARRAY;
  for (const part of parts) {
    const lengthAt = arena.append(4);
    putKey(arena, part);
    putLength(arena.u8, lengthAt, arena.tail - lengthAt - 4);
  }
}

function putLength(u8: Uint8Array, at: number, length: number): void {
  for (let i = 0; i < 4; i++) u8[at + i] = length >>> (8 * i);
}

function getLength(u8: Uint8Array, at: number): number {
  return (u8[at] | (u8[at + 1] << 8) | (u8[at + 2] << 16) | (u8[at + 3] << 24)) >>> 0;
}

/** Errors that say what is no key, unlike those that reading it has thrown. */
const refusals = new WeakSet<object>();

function refusal(key: unknown): TypeError {
  const error = new TypeError(unsuitable(key));
  refusals.add(error);
  return error;
}

function unsuitable(key: unknown): string {
  if (Array.isArray(key)) return `A key is nested deeper than ${MAX_DEPTH} levels.`;
  const kind = typeof key === 'object' ? Object.prototype.toString.call(key).slice(8, -1) : typeof key;
  return (
    `A key cannot be of the type ${kind}: use a string, number, bigint, boolean, null, undefined or an array of these, ` +
    'for example the field that identifies the object.'
  );
}

/** The key encoded in `length` bytes at `offset`. */
export function decodeKey(bytes: Bytes, offset: number, length: number): Key {
  if (length < 1 || offset + length > bytes.u8.length) throw damaged('no room for a key');
  return getKey(bytes, offset, length, 0);
}

function getKey(bytes: Bytes, offset: number, length: number, depth: number): Key {
  const at = offset + 1;
  const rest = length - 1;
  switch (bytes.u8[offset]) {
    case LATIN1:
      return readLatin1(bytes, at, rest);
    case UTF16:
      return readUtf16(bytes, at, rest >> 1);
    case NUMBER:
      if (rest !== 8) throw damaged('a number has 8 bytes');
      for (let i = 0; i < 8; i++) numberBytes[i] = bytes.u8[at + i];
      return number[0];
    case BIGINT:
      return bigIntOf(readLatin1(bytes, at, rest));
    case TRUE:
      return true;
    case FALSE:
      return false;
    case NULL:
      return null;
    case UNDEFINED:
      return undefined;
    case ARRAY:
      if (depth > MAX_DEPTH) throw damaged('a key is nested too deep');
      return getParts(bytes, at, at + rest, depth);
    default:
      throw damaged('a key has no known type');
  }
}

function getParts(bytes: Bytes, from: number, end: number, depth: number): Key[] {
  const parts: Key[] = [];
  for (let at = from; at < end; ) {
    const length = at + 4 > end ? 0 : getLength(bytes.u8, at);
    if (length === 0 || at + 4 + length > end) throw damaged('a part of a key lies outside');
    parts.push(getKey(bytes, at + 4, length, depth + 1));
    at += 4 + length;
  }
  return parts;
}

/** Stands for all arrays of the same encoding, as a key of a JavaScript `Map`. */
class ArrayKey {
  constructor(readonly parts: readonly Key[]) {}
}

/** What stands for a key in a JavaScript `Map`: a primitive itself, and for arrays one object for all equal ones. */
export type CacheKey = Exclude<Key, readonly Key[]> | ArrayKey | symbol;

/**
 * Array keys met by this thread. Held weakly: an `ArrayKey` lives exactly as long as some cache or transaction log uses it, so
 * two of the same encoding never exist side by side, and no key is kept for ever.
 */
const arrayKeys = new Map<string, WeakRef<ArrayKey>>();
const forgotten = new FinalizationRegistry<string>((text) => {
  if (arrayKeys.get(text)?.deref() === undefined) arrayKeys.delete(text);
});

const scratch = new Arena(1024);

/**
 * The cache key of `key`. This is where a caller's array is read, once: from here on its cache key stands for it. Throws
 * `TypeError` if `key` cannot be a key.
 */
export function cacheKey(key: unknown): CacheKey {
  if (typeof key === 'string') return key;
  const settled = settle(key, 0);
  return typeof settled === 'object' && settled !== null ? arrayKey(settled) : settled;
}

/** Stands for whatever cannot be a key. */
export const NO_KEY = Symbol('no key');

/** The cache key of any value: NO_KEY if it cannot be a key. */
export function cacheKeyOrNone(value: unknown): CacheKey {
  // Most are told apart without an error, which is slow to make.
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return NO_KEY;
  try {
    return cacheKey(value);
  } catch (error) {
    if (refusals.has(error as object)) return NO_KEY;
    throw error;
  }
}

function arrayKey(parts: readonly Key[]): ArrayKey {
  const start = putSettled(scratch, parts);
  const text = scratch.text.latin1Slice(start, scratch.tail);
  scratch.release(start);
  let object = arrayKeys.get(text)?.deref();
  if (object === undefined) {
    object = new ArrayKey(parts);
    arrayKeys.set(text, new WeakRef(object));
    forgotten.register(object, text);
  }
  return object;
}

/** Appends the bytes of the key that `cacheKey` stands for. Runs no user code. */
export function encodeCacheKey(arena: Arena, cacheKey: CacheKey): number {
  return putSettled(arena, cacheKey instanceof ArrayKey ? cacheKey.parts : (cacheKey as Key));
}

/** The key itself, the caller's to keep; undefined for what stands for no key. */
export function keyOf(cacheKey: CacheKey): Key {
  if (cacheKey instanceof ArrayKey) return copyParts(cacheKey.parts);
  return typeof cacheKey === 'symbol' ? undefined : cacheKey;
}

function copyParts(parts: readonly Key[]): Key[] {
  return parts.map((part) => (typeof part === 'object' && part !== null ? copyParts(part) : part));
}
