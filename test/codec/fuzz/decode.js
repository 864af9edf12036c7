// Decodes bytes in every way that there is: each gives a value or a typed error, the same wherever the bytes lie.

import assert from 'node:assert/strict';
import {
  Arena,
  Bytes,
  copierOf,
  decodeKey,
  decodeValue,
  decodeView,
  decodeWithCopier,
  encodeKey,
  encodeValue,
  forEachLink,
  lastCopier,
  openView,
  takeLinks,
  takePieces,
  toView,
} from '../../../dist/codec/index.js';
import { Converted, Failure, Handle, Plain, pieces } from './environment.js';

/** So many parts of a lazy view are opened. */
const MOST_OPENED = 2000;
const SIZES = { small: 64, tiny: 16 };

/** Prototypes that something decoded may have. */
const PROTOTYPES = new Set(
  [Object, Array, Map, Set, Date, RegExp, ArrayBuffer, DataView, String, Number, Boolean, BigInt, Symbol]
    .concat([
      Error,
      EvalError,
      RangeError,
      ReferenceError,
      SyntaxError,
      TypeError,
      URIError,
      AggregateError,
      DOMException,
    ])
    .concat([Uint8Array, Uint8ClampedArray, Int8Array, Uint16Array, Int16Array, Uint32Array, Int32Array])
    .concat([
      globalThis.Float16Array ?? [],
      Float32Array,
      Float64Array,
      BigInt64Array,
      BigUint64Array,
      Plain,
      Converted,
      Failure,
      Handle,
    ])
    .map(({ prototype }) => prototype),
);

const languageOf = () =>
  [Object.prototype, Array.prototype, Function.prototype, Map.prototype, Error.prototype]
    .map((object) => Reflect.ownKeys(object).map(String).join())
    .join('; ');
const language = languageOf();

/** What `run` returns, or the typed error that it throws. */
function outcome(run) {
  try {
    return { value: run() };
  } catch (error) {
    if (!/^ERR_HEDDLE/.test(error?.code)) throw new Error('an error that is none of heddle', { cause: error });
    return { error };
  }
}

/** The bytes at `offset` of a buffer of which the rest is `around`. Values outside of the inbox have pieces. */
function placed(bytes, offset, around, source = pieces) {
  const buffer = new ArrayBuffer(offset + ((bytes.length + 7) & ~7) + 64);
  new Uint8Array(buffer).fill(around).set(bytes, offset);
  const reader = new Bytes(buffer);
  reader.pieces = source;
  return reader;
}

/** Looks at all parts that the language can name. */
function walk(value, most) {
  const met = new Set();
  const waiting = [value];
  while (waiting.length > 0 && met.size < most) {
    const part = waiting.pop();
    if (typeof part !== 'object' || part === null || met.has(part)) continue;
    met.add(part);
    assert.ok(PROTOTYPES.has(Object.getPrototypeOf(part)), 'something has a prototype that nobody gave it');
    if (part instanceof Map) waiting.push(...[...part].flat());
    else if (part instanceof Set) waiting.push(...part);
    if (ArrayBuffer.isView(part)) continue;
    for (const key of Object.keys(part).slice(0, most)) {
      const { value: own, get } = Object.getOwnPropertyDescriptor(part, key);
      waiting.push(get === undefined ? own : get.call(part));
    }
  }
}

function encodedAgain(value) {
  const arena = new Arena(64);
  arena.store = { stage: () => 1, unstage() {} };
  const start = encodeValue(arena, value);
  takeLinks();
  takePieces();
  return Buffer.from(arena.u8.subarray(start, arena.tail));
}

/** @returns the error of a refusal; undefined if it is a value. */
export function tryValue(bytes) {
  const { length } = bytes;
  const first = outcome(() => decodeValue(placed(bytes, 0, 0), 0, length));
  const moved = outcome(() => decodeValue(placed(bytes, 64, 0xff), 64, length));
  assert.equal(moved.error?.message, first.error?.message, 'what lies around the bytes makes a difference');
  const view = outcome(() => walk(decodeView(placed(bytes, 8, 1), 8, length), Number.POSITIVE_INFINITY));
  assert.equal(view.error?.message, first.error?.message, 'what one way refuses the others do, too');
  outcome(() => forEachLink(placed(bytes, 0, 0xff), 0, length, (id) => assert.equal(id >>> 0, id)));
  // Opens parts as they are asked for, so it may refuse later, or less.
  if (length >= 16) outcome(() => walk(openView(placed(bytes, 0, 0), length, SIZES), MOST_OPENED));
  if (!('error' in first)) tryDecoded(first.value, moved.value, bytes);
  assert.equal(languageOf(), language, 'the language is as before');
  return first.error;
}

function tryDecoded(value, moved, bytes) {
  walk(value, Number.POSITIVE_INFINITY);
  const again = encodedAgain(value);
  assert.ok(again.equals(encodedAgain(moved)), 'what lies around the bytes makes a difference');
  decodeValue(placed(again, 0, 0), 0, again.length);
  const kept = outcome(() => decodeWithCopier(placed(bytes, 0, 0, null), 0, bytes.length));
  if (!('error' in kept) && lastCopier !== null) {
    const copy = lastCopier(kept.value);
    walk(copy, Number.POSITIVE_INFINITY);
    encodedAgain(copy);
  }
  if ((bytes[1] & 2) === 0) copierOf(toView(value))?.(toView(value)); // of graphs only bytes are copied
}

/** The same of a key. */
export function tryKey(bytes) {
  const { length } = bytes;
  const first = outcome(() => decodeKey(placed(bytes, 0, 0), 0, length));
  const moved = outcome(() => decodeKey(placed(bytes, 64, 0xff), 64, length));
  assert.equal(moved.error?.message, first.error?.message, 'what lies around the bytes makes a difference');
  if ('error' in first) return first.error;
  const again = new Arena(64);
  encodeKey(again, first.value);
  const other = new Arena(64);
  encodeKey(other, moved.value);
  assert.deepEqual(again.u8.subarray(0, again.tail), other.u8.subarray(0, other.tail));
  return undefined;
}
