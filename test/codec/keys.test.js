import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import fc from 'fast-check';
import { Arena, Bytes, cacheKey, decodeKey, encodeKey } from '../../dist/codec/index.js';
import { loops, seed } from '../support/random.js';
import { assertSame, encodedKey, roundTripKey } from './support.js';

const text = (key) => {
  const { bytes, length } = encodedKey(key);
  return Buffer.from(bytes.buffer, 0, length).toString('hex');
};

/** Equality of keys, by definition: SameValueZero, arrays element by element. */
const equal = (a, b) =>
  Array.isArray(a) && Array.isArray(b)
    ? a.length === b.length && a.every((part, i) => equal(part, b[i]))
    : a === b || (Number.isNaN(a) && Number.isNaN(b));

const distinct = [
  ...['', 'a', 'ab', 'é', '中', '\ud800', '\0', '1', 'null', 'true', '中'.repeat(50), 'x'.repeat(50), 'é'.repeat(50)],
  ...[0, 1, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53],
  ...[0n, 1n, -1n, 255n, 10n ** 50n],
  ...[true, false, null, undefined],
  ...[[], [[]], [''], ['a'], ['a', 'b'], ['ab'], ['a', ''], [['a'], 'b'], ['a', ['b']], [1], [1n], [null], [undefined]],
];

test('different keys have different bytes and come back', () => {
  const seen = new Map();
  for (const key of distinct) {
    const bytes = text(key);
    assert.ok(!seen.has(bytes), `${String(seen.get(bytes))} and ${String(key)}`);
    seen.set(bytes, key);
    assertSame(roundTripKey(key), key);
  }
});

test('equal keys have equal bytes', () => {
  const nan = new Float64Array(new BigUint64Array([0xfff8_0000_0000_1234n]).buffer)[0];
  assert.equal(text(-0), text(0));
  assert.equal(text(nan), text(Number.NaN));
  assert.equal(text([-0, [nan]]), text([0, [Number.NaN]]));
  assert.equal(text('ab'.concat('c')), text('abc'));
  assert.ok(Object.is(roundTripKey(-0), 0));
});

test('bytes and cache keys are equal exactly when the keys are', () => {
  const part = fc.oneof(
    fc.string({ maxLength: 2 }),
    fc.constantFrom('', 'é', '中', '\ud800', 0, -0, 1, Number.NaN, 0n, 1n, true, false, null, undefined),
  );
  const { key } = fc.letrec((tie) => ({
    key: fc.oneof({ depthSize: 'small' }, part, fc.array(tie('key'), { maxLength: 3 })),
  }));
  fc.assert(
    fc.property(key, key, (a, b) => {
      assert.equal(text(a) === text(b), equal(a, b));
      assert.equal(new Map([[cacheKey(a), 1]]).has(cacheKey(b)), equal(a, b));
      assert.equal(text(roundTripKey(a)), text(a));
      assert.ok(equal(roundTripKey(a), a));
    }),
    { seed, numRuns: loops(1000) },
  );
});

test('what cannot be a key is refused and leaves nothing', () => {
  const arena = new Arena(64);
  const endless = [];
  endless.push(endless);
  for (const key of [{}, () => 1, Symbol('s'), new Date(), new Map(), ['a', {}], [[Symbol('s')]], endless]) {
    assert.throws(() => encodeKey(arena, key), { name: 'TypeError', message: /^A key / });
    assert.throws(() => cacheKey(key), { name: 'TypeError', message: /^A key / });
    assert.equal(arena.tail, 0);
  }
  assert.throws(() => encodeKey(arena, new Date()), /type Date: use a string, number/);
});

test('keys decode wherever they lie', () => {
  const { bytes, length } = encodedKey(['a', 1]);
  const shifted = new Bytes(new ArrayBuffer(64));
  shifted.u8.set(bytes.u8.subarray(0, length), 13);
  assertSame(decodeKey(shifted, 13, length), ['a', 1]);
});
