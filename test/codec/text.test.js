import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Arena, Bytes, decodeValue, encodeValue } from '../../dist/codec/index.js';
import { loops, random } from '../support/random.js';
import { assertSame, encoded } from './support.js';

const below = (n) => Math.floor(random() * n);
const units = ['a', 'é', '\0', '\xff', '中', '\ud800', '\udfff', '\u{1f9f6}'];

function text() {
  const narrow = below(8) > 0;
  const length = below(4) === 0 ? below(200) : below(70);
  return Array.from({ length }, () => units[below(narrow ? 4 : units.length)]).join('');
}

/** The reader, and where and how often it calls the runtime for Latin-1. */
function watched(bytes) {
  const { text } = bytes;
  const reads = [];
  bytes.text = {
    ucs2Slice: (start, end) => text.ucs2Slice(start, end),
    latin1Slice(start, end) {
      reads.push(end - start);
      return text.latin1Slice(start, end);
    },
  };
  return reads;
}

test('texts of values of every size come back, wherever the value is', () => {
  const arena = new Arena(64);
  const kept = [];
  for (let i = 0; i < loops(300); i++) {
    const count = 1 + below(i % 10 === 0 ? 2000 : 60);
    const value = Array.from({ length: count }, (_, n) => (n % 3 === 0 ? { n, text: text(), more: [text()] } : text()));
    kept.push({ value, start: encodeValue(arena, value), end: arena.tail });
  }
  const bytes = new Bytes(arena.buffer);
  for (const { value, start, end } of kept) assertSame(decodeValue(bytes, start, end - start), value);
  console.log(`${arena.tail} bytes of values`);
});

test('a reader does not remember texts of the value before', () => {
  const one = Array.from({ length: 80 }, (_, i) => `one ${i}`);
  const two = Array.from({ length: 80 }, (_, i) => `two ${i}`);
  const { bytes, length } = encoded(one);
  assertSame(decodeValue(bytes, 0, length), one);
  bytes.u8.set(encoded(two).bytes.u8);
  assertSame(decodeValue(bytes, 0, length), two);
});

test('texts that lie close are read together, and none keeps more than 4 KiB', () => {
  const value = Array.from({ length: 5000 }, (_, i) => ({ name: `name ${i}`, email: `user${i}@example.com` }));
  const { bytes, length } = encoded(value);
  const reads = watched(bytes);
  assertSame(decodeValue(bytes, 0, length), value);
  console.log(`${reads.length} reads of ${length} bytes`);
  assert.ok(reads.length > 10 && reads.length < length / 2048);
  assert.ok(Math.max(...reads) <= 4096);
});

test('texts far from each other are not read with what lies between', () => {
  const value = Array.from({ length: 500 }, (_, i) => [`name ${i}`, Array.from({ length: 500 }, (_, n) => n)]);
  const { bytes, length } = encoded(value);
  const reads = watched(bytes);
  assertSame(decodeValue(bytes, 0, length), value);
  const read = reads.reduce((sum, n) => sum + n, 0);
  console.log(`${read} of ${length} bytes read`);
  assert.ok(read > 0 && read < length / 20);
});

test('damaged places of texts cost no more than the value is long', () => {
  const count = 4000;
  const { bytes, length } = encoded(Array.from({ length: count }, (_, i) => `text number ${i}`));
  const slots = (bytes.u32[2] + 8) >> 2;
  for (let i = 0; i < count; i++) {
    bytes.u32[slots + 2 * i] = below(length - 64);
    bytes.u32[slots + 2 * i + 1] = below(4);
  }
  const reads = watched(bytes);
  const value = decodeValue(bytes, 0, length);
  assert.equal(value.length, count);
  const read = reads.reduce((sum, n) => sum + n, 0);
  console.log(`${read} bytes read for a value of ${length}`);
  assert.ok(read > 0 && read < 8 * length);
  for (let i = 0; i < count; i++) bytes.u32[slots + 2 * i + 1] = 60;
  assert.throws(() => decodeValue(bytes, 0, length), /lies outside/);
});
