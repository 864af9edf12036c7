import { types } from 'node:util';
import type { Arena } from './arena.js';
import { endBuffers, sharesBuffers } from './buffers.js';
import { classOf, type RegisteredClass } from './classes.js';
import { compileEncode, PRINTED } from './compile.js';
import { errorParts, isSparse, namedEntries, ownEntries, putBinary, putBytes } from './exotic.js';
import { GRAPH, MAX_DEPTH, paddedTags, Tag } from './format.js';
import { endLinks, putHandle } from './handles.js';
import { isBoundToThread, isHostPrototype } from './host.js';
import { print } from './identity.js';
import { dropPieces, endPieces } from './pieces.js';
import { refuse, refuseCycle, refuseDepth } from './refusal.js';
import { type Shape, shapeOf, shapeOfKeys } from './shapes.js';
import { putText, writeText } from './text.js';

/**
 * Appends the encoding of `value` at the next multiple of 8 from `arena.tail`; returns where it starts. It ends at the new tail.
 *
 * May be called again by a getter or Proxy trap that runs while it encodes. Throws a `DataCloneError` that names the path of
 * what cannot be shared, or what user code threw; the tail is then where it was.
 */
export function encodeValue(arena: Arena, value: unknown): number {
  const mark = arena.tail;
  const start = arena.open();
  const { running } = arena;
  const outer = arena.begin();
  arena.base = start;
  try {
    arena.alloc(16);
    arena.i32[(start >> 2) + 1] = 0;
    arena.texts.deferring = typeof value === 'object';
    const tag = put(arena, value, start + 8);
    arena.i32[start >> 2] = tag;
    if (arena.texts.count > 0) arena.texts.flush(arena);
    if (arena.buffers !== null) endBuffers(arena, start, putBytes);
    if (arena.graph) arena.i32[start >> 2] |= GRAPH;
    endPieces(arena, start);
    endLinks(arena, start);
    arena.end(outer);
  } catch (error) {
    arena.running = running;
    arena.broken = true;
    arena.tail = mark;
    if (arena.pinned > mark) arena.tail = arena.pinned;
    arena.fail(outer);
    throw error;
  }
  return start;
}

/**
 * Lets `write` put parts of a value that would start at `base` of the arena. False if they refer to collections or to each other, or have
 * pieces, which the value has no room for; what was written is the caller's to release then. Throws what `encodeValue` throws.
 */
export function encodeParts(arena: Arena, base: number, write: () => void): boolean {
  const mark = arena.tail;
  const { running } = arena;
  const outer = arena.begin();
  arena.base = base;
  arena.texts.deferring = false; // `write` looks at slots
  let isSimple = false;
  // What is put is no root: it may be met again.
  arena.ancestors[arena.depth++] = null;
  try {
    write();
    arena.depth--;
    isSimple = arena.links === null && arena.pieces === null && !sharesBuffers(arena) && !arena.graph;
    if (arena.pieces !== null) dropPieces(arena, arena.pieces);
    arena.end(outer);
  } catch (error) {
    arena.running = running;
    arena.broken = true;
    arena.tail = mark;
    if (arena.pinned > mark) arena.tail = arena.pinned;
    arena.fail(outer);
    throw error;
  }
  return isSimple;
}

/**
 * Writes the slot of `value`, after whatever the slot points to; returns its tag. User code may run and replace the arena's
 * views, so write the tag with a fresh one: `const tag = put(…); arena.u8[at] = tag`.
 */
export function put(arena: Arena, value: unknown, slotAt: number): number {
  switch (typeof value) {
    case 'string':
      return putText(arena, value, slotAt);
    case 'number':
      arena.f64[slotAt >> 3] = value;
      return Tag.NUMBER;
    case 'boolean':
      return value ? Tag.TRUE : Tag.FALSE;
    case 'object':
      return value === null ? Tag.NULL : putObject(arena, value, slotAt);
    case 'undefined':
      return Tag.UNDEFINED;
    case 'bigint':
      return putBigInt(arena, value, slotAt);
    default:
      throw refuse(arena, value);
  }
}

function putBigInt(arena: Arena, value: bigint, slotAt: number): number {
  if (BigInt.asIntN(64, value) === value) {
    arena.i64[slotAt >> 3] = value;
    return Tag.INT64;
  }
  const digits = value.toString(16);
  arena.point(slotAt, writeText(arena, digits), digits.length);
  return Tag.BIGINT;
}

const { getPrototypeOf, prototype: objectPrototype } = Object;

function putObject(arena: Arena, value: object, slotAt: number): number {
  const depth = arena.depth;
  arena.ancestors[depth] = value;
  arena.depth = depth + 1;
  if (depth >= MAX_DEPTH + arena.root) throw refuseDepth(arena);
  let tag: number;
  if (getPrototypeOf(value) === objectPrototype) tag = putPlain(arena, value, slotAt);
  else if (Array.isArray(value) && classOf(value) === null) tag = putArray(arena, value, slotAt);
  else tag = putExotic(arena, value, slotAt);
  arena.ancestors[depth] = null;
  arena.depth = depth;
  return tag;
}

/**
 * Whether an object is part of the value already: then the slot refers to it. Else it is met now. The root is alone until something in it is
 * an object, so it is compared and not noted.
 */
function isKnown(arena: Arena, value: object, fingerprint: number, slotAt: number): boolean {
  if (arena.depth - arena.root === 1) return false;
  const place = slotAt - arena.base;
  const first = value === arena.ancestors[arena.root] ? 8 : arena.identity.find(value, fingerprint, place);
  return first >= 0 && refer(arena, first, slotAt);
}

/** The same for what has no fingerprint. */
function isKnownAlike(arena: Arena, value: object, slotAt: number): boolean {
  if (arena.depth - arena.root === 1) return false;
  const place = slotAt - arena.base;
  const first = value === arena.ancestors[arena.root] ? 8 : arena.identity.findAlike(value, place);
  return first >= 0 && refer(arena, first, slotAt);
}

function refer(arena: Arena, place: number, slotAt: number): true {
  if (arena.converting?.includes(place)) throw refuseCycle(arena);
  arena.u32[slotAt >> 2] = place;
  arena.u32[(slotAt >> 2) + 1] = 0;
  arena.graph = true;
  return true;
}

/** An object of a known shape. `isNew`: it is known that it has not been met. */
function putShaped(arena: Arena, value: object, shape: Shape, slotAt: number, isNew: boolean): number {
  if (shape.encode === null) shape.encode = compileEncode(shape.id, shape.keys, put, isKnown);
  const before = arena.extent;
  const at = shape.encode(arena, value as Record<string, unknown>, isNew ? -1 : slotAt);
  if (at < 0) return Tag.REF;
  arena.point(slotAt, at, arena.extent - before);
  return Tag.OBJECT;
}

/** Of an object by its names and properties: the same as `compileEncode` makes, which it may meet next time. */
function fingerprintOf(list: readonly unknown[]): number {
  const { length } = list;
  let fingerprint = length >> 1;
  for (let i = 1; i < length && i < 2 * PRINTED; i += 2) fingerprint += print(list[i]);
  return fingerprint;
}

function fingerprintOfArray(array: readonly unknown[]): number {
  const { length } = array;
  return length === 0 ? 0 : length + print(array[0]) + print(array[length >> 1]) + print(array[length - 1]);
}

/** The own enumerable properties of any object: under a shape if they are worth one, else with their names. */
function putProperties(arena: Arena, value: object, slotAt: number, isNew: boolean): number {
  const keys = Object.keys(value);
  const shape = shapeOfKeys(keys);
  if (shape !== null) return putShaped(arena, value, shape, slotAt, isNew);
  const list: unknown[] = [];
  for (const key of keys) list.push(key, (value as Record<string, unknown>)[key]);
  if (!isNew && isKnown(arena, value, fingerprintOf(list), slotAt)) return Tag.REF;
  return putList(arena, Tag.DICT, list, slotAt);
}

/** An object made by a literal. */
function putPlain(arena: Arena, value: object, slotAt: number): number {
  const shape = shapeOf(value);
  return shape === null ? putProperties(arena, value, slotAt, false) : putShaped(arena, value, shape, slotAt, false);
}

function putArray(arena: Arena, array: unknown[], slotAt: number): number {
  const isRoot = arena.depth - arena.root === 1; // whose elements need not be looked at
  if (!isRoot && isKnown(arena, array, fingerprintOfArray(array), slotAt)) return Tag.REF;
  const entries = isSparse(array) ? ownEntries(array) : namedEntries(array);
  if (entries === null) return putList(arena, Tag.ARRAY, array, slotAt);
  entries.unshift(array.length);
  return putList(arena, Tag.SPARSE, entries, slotAt);
}

/** Writes a list node for `tag`. While all elements are numbers it has no tags; the first other element adds them. */
function putList(arena: Arena, tag: number, list: unknown[], slotAt: number): number {
  const count = list.length;
  const before = arena.extent;
  const at = arena.alloc(8 + 8 * count);
  arena.u32[at >> 2] = count;
  arena.u32[(at >> 2) + 1] = 0;
  const slots = at + 8;
  let tags = 0;
  for (let i = 0; i < count; i++) {
    const element = list[i];
    if (tags === 0) {
      if (typeof element === 'number') {
        arena.f64[(slots >> 3) + i] = element;
        continue;
      }
      tags = arena.alloc(paddedTags(count));
      arena.u32[(at >> 2) + 1] = tags - arena.base;
      if (i > 0) arena.u8.fill(Tag.NUMBER, tags, tags + i);
    }
    let elementTag: number;
    if (typeof element === 'object' && element !== null) elementTag = putObject(arena, element, slots + 8 * i);
    else if (element === undefined && !Object.hasOwn(list, i)) elementTag = Tag.HOLE;
    else elementTag = put(arena, element, slots + 8 * i);
    arena.u8[tags + i] = elementTag;
  }
  arena.point(slotAt, at, arena.extent - before);
  return tag;
}

const brand = Object.prototype.toString;

/** Everything but arrays and objects made by a literal of this realm, told apart by internal slots, not by prototypes. */
function putExotic(arena: Arena, value: object, slotAt: number): number {
  const type = classOf(value);
  if (type !== null) return putRegistered(arena, value, type, slotAt);
  const name = brand.call(value);
  if (name === '[object Object]') return putInstance(arena, value, slotAt, false);
  if (types.isDate(value)) return putDate(arena, value, slotAt);
  if (isKnownAlike(arena, value, slotAt)) return Tag.REF;
  if (ArrayBuffer.isView(value) || types.isArrayBuffer(value)) return putBinary(arena, value, slotAt);
  if (types.isMap(value)) {
    const list: unknown[] = [];
    Map.prototype.forEach.call(value, (element, key) => list.push(key, element));
    return putList(arena, Tag.MAP, list, slotAt);
  }
  if (types.isSet(value)) {
    const list: unknown[] = [];
    Set.prototype.forEach.call(value, (element) => list.push(element));
    return putList(arena, Tag.SET, list, slotAt);
  }
  if (types.isRegExp(value)) return putList(arena, Tag.REGEXP, [value.source, value.flags], slotAt);
  if (types.isNativeError(value) || value instanceof DOMException)
    return putList(arena, Tag.ERROR, errorParts(value), slotAt);
  if (isBoundToThread(value, name)) throw refuse(arena, value);
  if (types.isBoxedPrimitive(value)) return putList(arena, Tag.BOXED, [value.valueOf()], slotAt);
  return putInstance(arena, value, slotAt, true);
}

function putDate(arena: Arena, date: Date, slotAt: number): number {
  const time = Date.prototype.getTime.call(date);
  if (isKnown(arena, date, print(time), slotAt)) return Tag.REF;
  arena.f64[slotAt >> 3] = time;
  return Tag.DATE;
}

/** An instance of a registered class: two levels, as it is a list with an object in it. */
function putRegistered(arena: Arena, value: object, type: RegisteredClass, slotAt: number): number {
  if (isKnownAlike(arena, value, slotAt)) return Tag.REF;
  arena.ancestors[arena.depth++] = null;
  if (arena.depth > MAX_DEPTH + arena.root) throw refuseDepth(arena);
  const { toValue } = type;
  if (toValue === null) putOwn(arena, value, type.name, slotAt);
  else {
    const converted = toValue(value);
    if (converted === value) {
      throw new TypeError(`The toValue of the class ${JSON.stringify(type.name)} returned the instance itself.`);
    }
    arena.converting ??= [];
    arena.converting.push(slotAt - arena.base);
    putList(arena, Tag.INSTANCE, [type.name, converted, true], slotAt);
    arena.converting.pop();
  }
  arena.depth--;
  return Tag.INSTANCE;
}

/** As `putList` of the name and the properties, but these are not copied first. */
function putOwn(arena: Arena, value: object, name: string, slotAt: number): void {
  const before = arena.extent;
  const at = arena.alloc(8 + 2 * 8 + paddedTags(2));
  const tags = at + 8 + 2 * 8;
  arena.u32[at >> 2] = 2;
  arena.u32[(at >> 2) + 1] = tags - arena.base;
  const nameTag = put(arena, name, at + 8);
  arena.u8[tags] = nameTag;
  const tag = types.isNativeError(value)
    ? putList(arena, Tag.ERROR, errorParts(value), at + 16)
    : putProperties(arena, value, at + 16, true);
  arena.u8[tags + 1] = tag;
  arena.point(slotAt, at, arena.extent - before);
}

/** An object of a class, of no prototype or of another realm. */
function putInstance(arena: Arena, value: object, slotAt: number, isNew: boolean): number {
  const tag = putHandle(arena, value, slotAt);
  if (tag !== 0) return tag;
  const prototype = getPrototypeOf(value);
  if (prototype !== null && isHostPrototype(prototype)) throw refuse(arena, value);
  return putProperties(arena, value, slotAt, isNew);
}
