import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import vm from 'node:vm';
import {
  Arena,
  Bytes,
  decodeValue,
  encodeValue,
  NUMBER_HEADER,
  NUMBER_LENGTH,
  toView,
} from '../../dist/codec/index.js';
import { assertSame, copyOf, encoded, roundTrip } from './support.js';

const holes = [1, 2, 3];
delete holes[1];
const sparse = [];
sparse[4_000_000_000] = { last: true };
sparse[7] = 'seven';

const typedArrays = [
  new Uint8Array([1, 255]),
  new Int8Array([-1]),
  new Uint8ClampedArray([3]),
  new Int16Array([-300, 300]),
  new Uint16Array([65535]),
  new Int32Array([-(2 ** 31)]),
  new Uint32Array([2 ** 32 - 1]),
  new Float32Array([0.5, -0]),
  new Float64Array([Number.NaN, -0, 1e308]),
  new BigInt64Array([-(2n ** 63n)]),
  new BigUint64Array([2n ** 64n - 1n]),
];
const { Float16Array } = /** @type {any} */ (globalThis);
if (Float16Array !== undefined) typedArrays.push(new Float16Array([1.5, -0, Number.NaN]));

/** @type {Record<string, any[]>} */
const cases = {
  primitives: [null, undefined, true, false, 0, -0, 1.5, -1, Number.NaN, Number.POSITIVE_INFINITY, Number.MIN_VALUE],
  'texts of every width and length': ['', 'a', 'é', '中', '\u{1f9f6}', '\0', 'x\ud800', '\udfff'].flatMap((unit) =>
    [1, 7, 23, 24, 25, 39, 40, 41, 63, 500].map((count) => unit.repeat(count)),
  ),
  bigints: [0n, 1n, -1n, 2n ** 63n - 1n, 2n ** 63n, -(2n ** 63n), -(2n ** 63n) - 1n, 10n ** 1000n, -(10n ** 1000n)],
  dates: [new Date(0), new Date(-1), new Date(8.64e15), new Date(Number.NaN)],
  arrays: [[], [1, 2, 3], ['a', 1, null, undefined], [[[]]], [undefined], holes, new Array(2), new Array(5000), sparse],
  objects: [{}, { a: { b: { c: [{}] } } }, { undefined, missing: undefined }, { constructor: 1, toString: 'x', '': 0 }],
  'keys that need care': [
    JSON.parse('{"__proto__": {"x": 1}, "b": 2, "10": "ten", "9": "nine", "-1": 0, "01": 0}'),
    JSON.parse('{"b": 1, "__proto__": 2}'),
    { '\ud800': 1, '\n"\\': 2, '\u2028': 3 },
    { ['k'.repeat(1000)]: 1 },
    Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`key ${i}`, i])),
  ],
  collections: [
    new Map(),
    new Map().set({ k: 1 }, new Set([1, 'a', [2]])).set(Number.NaN, new Map([[1, 2]])),
    new Set([{}]),
  ],
  binary: [new ArrayBuffer(0), new Uint8Array([1, 2, 3]).buffer, new DataView(new ArrayBuffer(3)), ...typedArrays],
  'boxed primitives and patterns': [
    Object(1),
    Object(-0),
    Object(''),
    Object('é'),
    Object(false),
    Object(5n),
    /a\/[b]/giu,
  ],
};

for (const [name, values] of Object.entries(cases)) {
  test(`${name} come back as they were`, () => {
    for (const value of values) {
      // Shapes are numbered when they are met again: the first encoding names the keys, the third is compiled code.
      for (let i = 0; i < 3; i++) assertSame(roundTrip(value), value);
      for (let i = 0; i < 3; i++)
        assertSame(roundTrip({ value, list: [value, value] }), { value, list: [value, value] });
    }
  });
}

test('a number is a header, zero and an f64', () => {
  const { bytes, length } = encoded(-1.5);
  assert.equal(length, NUMBER_LENGTH);
  assert.deepEqual([bytes.i32[0], bytes.i32[1], bytes.f64[1]], [NUMBER_HEADER, 0, -1.5]);
});

test('instances, null prototypes and objects of another realm arrive as plain objects', () => {
  class Point {
    static made = 0;
    #hidden = 1;
    x = 1;
    get sum() {
      return this.x + this.#hidden;
    }
  }
  class Tagged {
    get [Symbol.toStringTag]() {
      return 'Tagged';
    }
    y = 2;
  }
  for (let i = 0; i < 3; i++) {
    assertSame(roundTrip(new Point()), { x: 1 });
    assertSame(roundTrip(new Tagged()), { y: 2 });
    assertSame(roundTrip(Object.assign(Object.create(null), { z: 3 })), { z: 3 });
    assertSame(roundTrip(Object.create({ inherited: 1 }, { hidden: { value: 2 } })), {});
  }
  const foreign = vm.runInNewContext(
    '({ list: [1, { a: 2 }], map: new Map([[1, new Set([2])]]), date: new Date(5), bytes: new Uint16Array([7]), re: /x/g })',
  );
  assertSame(roundTrip(foreign), {
    list: [1, { a: 2 }],
    map: new Map([[1, new Set([2])]]),
    date: new Date(5),
    bytes: new Uint16Array([7]),
    re: /x/g,
  });
});

test('instances of subclasses keep their data', () => {
  class Registry extends Map {}
  class Blob extends Uint8Array {}
  assertSame(roundTrip(new Registry([[1, 2]])), new Map([[1, 2]]));
  assertSame(roundTrip(new Blob([1, 2])), new Uint8Array([1, 2]));
});

test('an inherited enumerable property is not taken for an own one', () => {
  Object.assign(Object.prototype, { polluted: 1 });
  try {
    for (let i = 0; i < 3; i++) assert.deepEqual(Object.keys(roundTrip({ own: 2 })), ['own']);
  } finally {
    Reflect.deleteProperty(Object.prototype, 'polluted');
  }
});

test('a view of a larger buffer takes its own range', () => {
  const pool = new Uint8Array(1 << 20).fill(9);
  const { length } = encoded(pool.subarray(100, 104));
  assert.ok(length <= 32, `${length} bytes`);
  assertSame(roundTrip(new Uint16Array(pool.buffer, 2, 2)), new Uint16Array([0x0909, 0x0909]));
  assertSame(roundTrip(Buffer.from('hi')), new Uint8Array([104, 105]));
});

test('errors keep class, message, stack, cause, errors and their own data', () => {
  const cause = new RangeError('too far');
  const error = Object.assign(new TypeError('wrong', { cause }), { code: 'E_WRONG', detail: { at: 3 } });
  const copy = roundTrip(error);
  assert.equal(Object.getPrototypeOf(copy), TypeError.prototype);
  assert.deepEqual([copy.message, copy.stack, copy.code], [error.message, error.stack, 'E_WRONG']);
  assertSame(copy.detail, { at: 3 });
  assert.ok(copy.cause instanceof RangeError && copy.cause.message === 'too far');
  assert.ok(!Object.keys(copy).includes('message') && !Object.keys(copy).includes('cause'));
  const several = roundTrip(new AggregateError([cause, 1], 'several'));
  assert.ok(several instanceof AggregateError && several.errors[0] instanceof RangeError && several.errors[1] === 1);
  assert.ok(!Object.hasOwn(roundTrip(new Error('plain')), 'cause'));
});

test('values decode wherever they lie, next to others', () => {
  const arena = new Arena(64);
  const values = [{ a: 'x', b: [1, 'y'] }, 'text', 5, new Map([[1, { c: 'z' }]]), [1, 2, 3]];
  const places = values.map((value) => {
    const start = encodeValue(arena, value);
    assert.equal(start % 8, 0);
    return [start, arena.tail - start];
  });
  const bytes = new Bytes(arena.buffer);
  for (const [i, [start, length]] of places.entries()) assertSame(decodeValue(bytes, start, length), values[i]);
});

test('a decoded value refers to nothing of the bytes it came from', () => {
  const value = { text: 'some text', bytes: new Uint8Array([1, 2, 3]), list: [1, 2] };
  const { bytes, length } = encoded(value);
  const copy = decodeValue(bytes, 0, length);
  bytes.u8.fill(0xff);
  assertSame(copy, value);
});

test('a thousand levels are encoded, and deep values do not confuse the search for cycles', () => {
  let list = [];
  /** @type {object} */
  let object = { end: true };
  for (let i = 1; i < 1000; i++) {
    list = [list];
    object = { object };
  }
  assertSame(roundTrip(list), list);
  assertSame(roundTrip(object), object);
});

test('a sparse array costs what its elements cost, in copies and views too', () => {
  const array = [];
  array[4_000_000_000] = new Date(1);
  array[5] = { list: [1] };
  const { length } = encoded(array);
  assert.ok(length < 1000, `${length} bytes`);
  const decoded = roundTrip([array]);
  const view = toView(decoded);
  assertSame(view, [array]);
  assertSame(copyOf(decoded), [array]);
  assertSame(copyOf(view), [array]);
});

test('what is shared inside a value is copied', () => {
  const shared = { x: 1 };
  const copy = roundTrip({ a: shared, b: [shared, shared] });
  assertSame(copy, { a: { x: 1 }, b: [{ x: 1 }, { x: 1 }] });
});
