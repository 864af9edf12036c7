import { types } from 'node:util';
import type { Arena } from './arena.js';
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

/** An empty array of this length. V8 would at once make room for all elements, had the array never been longer than it could. */
export function sparseArray(length: number): unknown[] {
  const array: unknown[] = [];
  array.length = 2 ** 32 - 1;
  array.length = length;
  return array;
}

/** `array.slice()`, in time proportional to the elements that there are. */
export function shallowArray(array: readonly unknown[]): unknown[] {
  return isSparse(array) ? Object.assign(sparseArray(array.length), array) : array.slice();
}

const binaryTags = new Map<string, number>(BINARY.map((type, i) => [type.name, Tag.BINARY + i]));
const typedArrayName = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag)!
  .get!;

/** Writes raw bytes; returns their tag. A view takes the bytes it shows, not its whole buffer: `Buffer`s are small views of a large pool. */
export function putBinary(arena: Arena, value: ArrayBuffer | ArrayBufferView, slotAt: number): number {
  const isView = ArrayBuffer.isView(value);
  const name: string = isView ? (typedArrayName.call(value) ?? 'DataView') : 'ArrayBuffer';
  const tag = binaryTags.get(name);
  const shared = isView && types.isSharedArrayBuffer(value.buffer);
  if (tag === undefined || shared) throw refuse(arena, value);
  const bytes = bytesOf(value);
  if (bytes === null) throw refuse(arena, value);
  if (putPiece(arena, bytes, tag - Tag.BINARY, slotAt)) return Tag.MAPPED;
  const at = arena.alloc(bytes.length);
  arena.u8.set(bytes, at);
  arena.point(slotAt, at, bytes.length);
  return tag;
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
  const list: unknown[] = [Object.hasOwn(ERROR_TYPES, error.name) ? error.name : 'Error'];
  for (const key of HIDDEN) if (Object.hasOwn(error, key)) list.push(key, error[key as keyof Error]);
  for (const key of Object.keys(error)) if (!HIDDEN.includes(key)) list.push(key, error[key as keyof Error]);
  return list;
}

/** The error that such a list describes. */
export function makeError(list: readonly unknown[]): Error {
  const name = String(list[0]);
  const type = Object.hasOwn(ERROR_TYPES, name) ? ERROR_TYPES[name as keyof typeof ERROR_TYPES] : Error;
  const error: Error = type === AggregateError ? new AggregateError([]) : new (type as ErrorConstructor)();
  for (const key of Reflect.ownKeys(error)) delete error[key as keyof Error]; // this call's stack, and Bun's line numbers
  for (let i = 1; i + 1 < list.length; i += 2) {
    const key = String(list[i]);
    const enumerable = !HIDDEN.includes(key);
    Object.defineProperty(error, key, { value: list[i + 1], writable: true, configurable: true, enumerable });
  }
  return error;
}
