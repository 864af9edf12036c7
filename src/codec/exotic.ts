import { inspect, types } from 'node:util';
import type { Arena } from './arena.js';
import { noteBinary } from './buffers.js';
import { define } from './compile.js';
import { nameOf } from './damage.js';
import { BINARY, Tag } from './format.js';
import { putPiece } from './pieces.js';
import { refuse } from './refusal.js';

/** Arrays this long are looked at for holes before room is made for all elements. */
const LONG_ARRAY = 4096;
const PROBES = 64;

/** True for a long array that seems to consist mostly of holes, judged by evenly spaced elements. */
export function isSparse(array: readonly unknown[]): boolean {
  const length = array.length;
  if (length < LONG_ARRAY) return false;
  let holes = 0;
  for (let i = 0; i < PROBES; i++) {
    if (!Object.hasOwn(array, Math.floor((i * length) / PROBES))) holes++;
  }
  return holes > PROBES / 2;
}

/** V8 gets at the values of a long array faster than at its keys; JavaScriptCore makes a string of each index. */
const SHORT_ARRAY = 16;
const isV8 = !('bun' in process.versions);
const INDEX = /^(0|[1-9]\d*)$/;
const isIndex = (key: string): boolean => INDEX.test(key) && Number(key) < 2 ** 32 - 1;
/** JavaScriptCore prints an array without its elements in 1–7 µs, whatever its length: less than its keys take from here on. */
const PRINTED_ARRAY = 64;
const WITHOUT_ELEMENTS = {
  maxArrayLength: 0,
  maxStringLength: 0,
  depth: 0,
  customInspect: false,
  breakLength: Infinity,
};
const NO_NAMES = /^[^[]*\[ \.\.\. \d+ more items? \]$/;

/**
 * Keys and values in turn of an array that has properties that are no elements; null if it has none. No runtime tells, so V8 takes as long as
 * there are elements.
 */
export function namedEntries(array: readonly unknown[]): unknown[] | null {
  const { length } = array;
  let values: unknown[] | null = null; // read once, as there may be accessors
  if (isV8 && length > SHORT_ARRAY) {
    values = Object.values(array);
    if (values.length === length && !array.includes(undefined)) return null;
  }
  if (!isV8 && length > PRINTED_ARRAY && NO_NAMES.test(inspect(array, WITHOUT_ELEMENTS))) return null;
  const keys = Object.keys(array);
  const last = keys.at(-1); // names come after indexes
  if (last === undefined || last === String(length - 1) || isIndex(last)) return null;
  return keys.flatMap((key, i) => [key, values === null ? array[key as never] : values[i]]);
}

/** Keys and values in turn of any array. */
export function ownEntries(array: readonly unknown[]): unknown[] {
  return Object.keys(array).flatMap((key) => [key, array[key as never]]);
}

/** An empty array of this length. V8 would at once make room for all elements, had the array never been longer than it could. */
export function sparseArray(length: number): unknown[] {
  const array: unknown[] = [];
  array.length = 2 ** 32 - 1;
  array.length = length;
  return array;
}

/** `array.slice()`, in time proportional to the elements that there are. */
export function shallowArray(array: readonly unknown[]): unknown[] {
  const entries = isSparse(array) ? ownEntries(array) : namedEntries(array);
  if (entries === null) return array.slice();
  const copied = sparseArray(array.length);
  for (let i = 0; i < entries.length; i += 2) define(copied as never, entries[i] as string, entries[i + 1]);
  return copied;
}

const binaryTags = new Map<string, number>(BINARY.map((type, i) => [type.name, Tag.BINARY + i]));
const typedArrayName = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag)!
  .get!;

/** Writes binary; returns its tag. */
export function putBinary(arena: Arena, value: ArrayBuffer | ArrayBufferView, slotAt: number): number {
  const isView = ArrayBuffer.isView(value);
  const name: string = isView ? (typedArrayName.call(value) ?? 'DataView') : 'ArrayBuffer';
  const tag = binaryTags.get(name);
  const shared = isView && types.isSharedArrayBuffer(value.buffer);
  if (tag === undefined || shared) throw refuse(arena, value);
  const bytes = bytesOf(value);
  if (bytes === null) throw refuse(arena, value);
  const type = tag - Tag.BINARY;
  if (noteBinary(arena, value, type, slotAt)) return Tag.VIEW;
  const written = putBytes(arena, bytes, type, slotAt);
  const shown = arena.buffers?.get((isView ? value.buffer : value) as ArrayBuffer);
  if (shown !== undefined && shown.tag === 0) shown.tag = written === Tag.MAPPED ? written : Tag.BINARY;
  return written;
}

/** Writes raw bytes that become what is at an index of BINARY; returns their tag. */
export function putBytes(arena: Arena, bytes: Uint8Array, type: number, slotAt: number): number {
  if (putPiece(arena, bytes, type, slotAt)) return Tag.MAPPED;
  const at = arena.alloc(bytes.length);
  arena.u8.set(bytes, at);
  arena.point(slotAt, at, bytes.length);
  return Tag.BINARY + type;
}

/** Null if the memory has been transferred away: Node 20 tells by throwing. */
function bytesOf(value: ArrayBuffer | ArrayBufferView): Uint8Array | null {
  try {
    return ArrayBuffer.isView(value)
      ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
      : new Uint8Array(value);
  } catch {
    return null;
  }
}

const ERROR_TYPES = { Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError, AggregateError };
/** Own properties of errors that are not enumerable and yet data. */
const HIDDEN = ['name', 'message', 'stack', 'cause', 'errors'];

/** The list of an error: name, message, stack, cause, errors and its own enumerable properties, as far as it has them. */
export function errorParts(error: Error): unknown[] {
  const type = typeOfError(error);
  const list: unknown[] = [type];
  // That of its class: what comes back is an error of the language.
  const { name } = error;
  if (!Object.hasOwn(error, 'name') && typeof name === 'string' && name !== type && !type.startsWith(DOM)) {
    list.push('name', name);
  }
  if (error instanceof DOMException && !Object.hasOwn(error, 'message')) list.push('message', error.message);
  for (const key of HIDDEN) if (Object.hasOwn(error, key)) list.push(key, error[key as keyof Error]);
  for (const key of Object.keys(error)) if (!HIDDEN.includes(key)) list.push(key, error[key as keyof Error]);
  return list;
}

/** A `DOMException` is made with its name, of which its code follows. */
const DOM = 'DOMException ';

function typeOfError(error: Error): string {
  if (error instanceof DOMException) return DOM + error.name;
  return Object.hasOwn(ERROR_TYPES, error.name) ? error.name : 'Error';
}

/** The error that such a list describes. */
export function makeError(list: readonly unknown[]): Error {
  const error = emptyError(nameOf(list[0]));
  for (let i = 1; i + 1 < list.length; i += 2) setErrorPart(error, nameOf(list[i]), list[i + 1]);
  return error;
}

/** An error of this type without any own properties. */
export function emptyError(name: string): Error {
  if (name.startsWith(DOM)) {
    const error = new DOMException('', name.slice(DOM.length));
    Reflect.deleteProperty(error, 'stack'); // what else it may have of its own makes it one
    return error;
  }
  const type = Object.hasOwn(ERROR_TYPES, name) ? ERROR_TYPES[name as keyof typeof ERROR_TYPES] : Error;
  const error: Error = type === AggregateError ? new AggregateError([]) : new (type as ErrorConstructor)();
  for (const key of Reflect.ownKeys(error)) delete error[key as keyof Error]; // this call's stack, and Bun's line numbers
  return error;
}

export function setErrorPart(error: Error, key: string, value: unknown): void {
  Object.defineProperty(error, key, { value, writable: true, configurable: true, enumerable: !HIDDEN.includes(key) });
}
