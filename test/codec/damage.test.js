import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Bytes, decodeKey, decodeValue } from '../../dist/codec/index.js';
import { encoded } from './support.js';

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
