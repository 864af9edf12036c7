import assert from 'node:assert/strict';
import { Arena, Bytes, copierOf, decodeKey, decodeValue, encodeKey, encodeValue } from '../../dist/codec/index.js';

/** The bytes of `value`, at offset 0 of a reader of their own. */
export function encoded(value) {
  const arena = new Arena(64);
  const start = encodeValue(arena, value);
  return reader(arena, start);
}

/** The bytes of `key`, at offset 0 of a reader of their own. */
export function encodedKey(key) {
  const arena = new Arena(64);
  const start = encodeKey(arena, key);
  return reader(arena, start);
}

function reader(arena, start) {
  const length = arena.tail - start;
  const buffer = new ArrayBuffer((length + 7) & ~7);
  new Uint8Array(buffer).set(arena.u8.subarray(start, start + length));
  return { bytes: new Bytes(buffer), length };
}

/** @returns {any} */
export function roundTrip(value) {
  const { bytes, length } = encoded(value);
  return decodeValue(bytes, 0, length);
}

/** A copy of a decoded value that is no primitive. @returns {any} */
export function copyOf(value) {
  const copier = copierOf(value);
  assert.ok(copier !== null);
  return copier(value);
}

/** @returns {any} */
export function roundTripKey(key) {
  const { bytes, length } = encodedKey(key);
  return decodeKey(bytes, 0, length);
}

/**
 * Asserts that two values are alike in everything that a program can see: prototypes, the order of keys and of entries, holes,
 * -0, invalid dates. (What `deepStrictEqual` makes of some of these differs between the runtimes.)
 */
export function assertSame(actual, expected, path = 'value') {
  if (typeof expected !== 'object' || expected === null) {
    assert.ok(Object.is(actual, expected), `${path}: ${String(actual)} is not ${String(expected)}`);
    return;
  }
  assert.equal(typeof actual, 'object', path);
  assert.equal(Object.getPrototypeOf(actual), Object.getPrototypeOf(expected), `${path}: prototype`);
  if (expected instanceof Map || expected instanceof Set) {
    assertSame([...actual], [...expected], `${path}: entries`);
  } else if (expected instanceof Date) {
    assertSame(actual.getTime(), expected.getTime(), path);
  } else if (expected instanceof ArrayBuffer) {
    assert.deepEqual(new Uint8Array(actual), new Uint8Array(expected), path);
  } else if (expected instanceof DataView) {
    assertSame(actual.byteLength, expected.byteLength, path);
    for (let i = 0; i < expected.byteLength; i++) assertSame(actual.getUint8(i), expected.getUint8(i), `${path}[${i}]`);
  } else if (expected instanceof RegExp) {
    assertSame(String(actual), String(expected), path);
  } else if (expected instanceof Number || expected instanceof String || expected instanceof Boolean) {
    assertSame(actual.valueOf(), expected.valueOf(), path);
  }
  if (Array.isArray(expected)) assert.equal(actual.length, expected.length, `${path}: length`);
  assert.deepEqual(Object.keys(actual), Object.keys(expected), `${path}: keys`);
  for (const key of Object.keys(expected)) assertSame(actual[key], expected[key], `${path}[${JSON.stringify(key)}]`);
}
