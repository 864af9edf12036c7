import assert from 'node:assert/strict';
import { test } from 'node:test';
import { registerClass } from 'heddle';
import { Bytes, copierOf, decodeKey, decodeValue, toView } from '../../dist/codec/index.js';
import { loops, random } from '../support/random.js';
import { encoded, encodedKey, roundTrip } from './support.js';

class Plain {
  constructor(text) {
    this.text = text;
  }
}
class Converted extends Plain {}
registerClass(Plain);
registerClass(Converted, { toValue: ({ text }) => [text], fromValue: ([text] = []) => new Converted(text) });

const sparse = [];
sparse[100_000] = 1;
const values = [
  { id: 1, name: 'name', nested: { list: [1, 'two', { three: 3 }], numbers: [1, 2, 3] }, text: 'x'.repeat(100) },
  [new Map([['k', new Set([1, 'a'])]]), new Date(), 10n ** 30n, /re/g, new Error('e'), Object('s'), sparse],
  [new Uint8Array(10), new Float64Array(3), new DataView(new ArrayBuffer(9)), '中'.repeat(30), -5n, null, undefined],
  { deep: [[[[[[['end']]]]]]], dictionary: Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`k${i}`, [i]])) },
  [new Plain('a'), new Converted('b'), { deep: new Plain([new Converted({ c: 1 })]) }],
];
for (const value of values) for (let i = 0; i < 2; i++) roundTrip(value);

const below = (n) => Math.floor(random() * n);

/** Flips a few bytes, or writes a small number into a few words: offsets, counts and shapes are small numbers. */
function damage(bytes) {
  for (let i = 1 + below(4); i > 0; i--) {
    if (below(2) === 0) bytes.u8[below(bytes.u8.length)] = below(256);
    else bytes.u32[below(bytes.u32.length)] = below(2) === 0 ? below(bytes.u8.length) : below(2 ** 32);
  }
}

test('damaged values end in an error or in a value, never in a hang', () => {
  let errors = 0;
  let survivors = 0;
  for (let i = 0; i < loops(20_000); i++) {
    const { bytes, length } = encoded(values[i % values.length]);
    damage(bytes);
    try {
      const value = decodeValue(bytes, 0, length);
      const copier = copierOf(value);
      if (copier !== null) copier(toView(value));
      survivors++;
    } catch (error) {
      assert.ok(error instanceof Error);
      errors++;
    }
  }
  console.log(`damaged values: ${errors} refused, ${survivors} read as something`);
  assert.ok(errors > 0 && survivors > 0);
});

test('damaged keys too', () => {
  const keys = ['text', '中文', 5, 10n ** 20n, [1, ['a', null], 2n]];
  let errors = 0;
  for (let i = 0; i < loops(5000); i++) {
    const { bytes, length } = encodedKey(keys[i % keys.length]);
    damage(bytes);
    try {
      decodeKey(bytes, 0, length);
    } catch (error) {
      assert.ok(error instanceof Error);
      errors++;
    }
  }
  assert.ok(errors > 0);
});

test('parts that contain each other do not multiply', () => {
  const { bytes, length } = encoded([
    ['a', 'b'],
    ['c', 'd'],
  ]);
  const root = bytes.u32[2];
  const slots = (root + 8) >> 2;
  bytes.u32[slots] = root; // the first element is the list itself
  bytes.u32[slots + 2] = root;
  assert.throws(() => decodeValue(bytes, 0, length), /not an encoded value/);
  const text = encoded(Array.from({ length: 100 }, () => 'x'.repeat(1000)));
  const list = (text.bytes.u32[2] + 8) >> 2;
  for (let i = 0; i < 100; i++) text.bytes.u32[list + 2 * i + 1] = 50_000; // every text is half of the value
  assert.throws(() => decodeValue(text.bytes, 0, text.length), /not an encoded value/);
});

test('a length that the buffer does not have is refused', () => {
  const { bytes, length } = encoded({ a: 1 });
  assert.throws(() => decodeValue(bytes, 0, length + 8), /no room/);
  assert.throws(() => decodeValue(bytes, 4, 16), /no room/);
  assert.throws(() => decodeValue(new Bytes(new ArrayBuffer(8)), 0, 8), /no room/);
  assert.throws(() => decodeKey(bytes, 0, 0), /no room/);
});
