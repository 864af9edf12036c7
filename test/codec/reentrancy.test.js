import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Arena, Bytes, decodeKey, decodeValue, encodeKey, encodeValue } from '../../dist/codec/index.js';
import { assertSame } from './support.js';

const decodeAt = (arena, start, end) => decodeValue(new Bytes(arena.buffer), start, end - start);

test('a getter runs once, in the order of the keys', () => {
  const calls = [];
  const value = () => ({
    get a() {
      calls.push('a');
      return 1;
    },
    get b() {
      calls.push('b');
      return 'two';
    },
  });
  const arena = new Arena(64);
  for (let i = 0; i < 3; i++) encodeValue(arena, value());
  assert.deepEqual(calls, ['a', 'b', 'a', 'b', 'a', 'b']);
});

test('a getter may encode and give back, and may make the arena grow', () => {
  const arena = new Arena(64);
  let inner;
  const value = () => ({
    before: ['text'],
    get middle() {
      const mark = arena.tail;
      const start = encodeValue(arena, { large: 'x'.repeat(3 * arena.buffer.byteLength) });
      inner = decodeAt(arena, start, arena.tail);
      arena.release(mark);
      return [inner.large.length, { list: [1, 'two'] }];
    },
    after: new Map([[1, 'text']]),
  });
  for (let i = 0; i < 3; i++) {
    const start = encodeValue(arena, value());
    const expected = [inner.large.length, { list: [1, 'two'] }];
    assertSame(decodeAt(arena, start, arena.tail), {
      before: ['text'],
      middle: expected,
      after: new Map([[1, 'text']]),
    });
  }
});

test('what a getter encodes and keeps stays intact', () => {
  const arena = new Arena(64);
  let kept;
  const value = () => ({
    a: 'first',
    get b() {
      const start = encodeValue(arena, { kept: [1, 'two'] });
      kept = [start, arena.tail];
      return 'second';
    },
    c: ['third'],
  });
  for (let i = 0; i < 3; i++) {
    const start = encodeValue(arena, value());
    assertSame(decodeAt(arena, start, arena.tail), { a: 'first', b: 'second', c: ['third'] });
    assertSame(decodeAt(arena, ...kept), { kept: [1, 'two'] });
  }
});

test('a throw gives back everything but what an inner encoding has kept', () => {
  const arena = new Arena(64);
  let kept;
  const value = {
    a: 'first',
    get b() {
      const start = encodeValue(arena, { kept: [1, 'two'] });
      kept = [start, arena.tail];
      return 'second';
    },
    c() {},
  };
  const mark = arena.tail;
  assert.throws(() => encodeValue(arena, value), { name: 'DataCloneError' });
  assert.equal(arena.tail, kept[1]);
  encodeValue(arena, 'something else');
  assertSame(decodeAt(arena, ...kept), { kept: [1, 'two'] });
  arena.release(mark);
  assert.throws(() => encodeValue(arena, { f() {} }), { name: 'DataCloneError' });
  assert.equal(arena.tail, mark);
});

test('an inner failure does not disturb the outer encoding', () => {
  const arena = new Arena(64);
  const value = {
    a: ['x'],
    get b() {
      assert.throws(() => encodeValue(arena, { deep: [() => 1] }), /^DataCloneError: value\.deep\[0\] is a function/);
      return ['y'];
    },
    c: { d: 'z' },
  };
  const start = encodeValue(arena, value);
  assertSame(decodeAt(arena, start, arena.tail), { a: ['x'], b: ['y'], c: { d: 'z' } });
  assert.deepEqual([arena.depth, arena.root], [0, 0]);
});

test('an object may be encoded by its own getter without counting as a cycle', () => {
  const arena = new Arena(64);
  /** @type {unknown} */
  let inner;
  let entered = false;
  const value = {
    get self() {
      if (entered) return 'inside';
      entered = true;
      const start = encodeValue(arena, value);
      inner = decodeAt(arena, start, arena.tail);
      return 'outside';
    },
  };
  const start = encodeValue(arena, value);
  assertSame(decodeAt(arena, start, arena.tail), { self: 'outside' });
  assertSame(inner, { self: 'inside' });
});

test('elements of a list may change it, encode, and turn it from numbers to anything', () => {
  const arena = new Arena(64);
  const list = [1, 2, 3, 4];
  Object.defineProperty(list, 1, {
    enumerable: true,
    get() {
      encodeValue(arena, 'kept');
      return 2;
    },
  });
  Object.defineProperty(list, 2, {
    enumerable: true,
    get() {
      list.length = 3;
      return 'three';
    },
  });
  const start = encodeValue(arena, list);
  assertSame(decodeAt(arena, start, arena.tail), Object.assign(new Array(4), [1, 2, 'three']));
});

test('the traps of a Proxy may encode', () => {
  const arena = new Arena(64);
  const get = (target, key) => {
    encodeValue(arena, { key: String(key) });
    return target[key];
  };
  for (let i = 0; i < 3; i++) {
    const proxy = { record: new Proxy({ a: 1, b: 'two' }, { get }), list: new Proxy([1, 'two', 3], { get }) };
    const start = encodeValue(arena, proxy);
    assertSame(decodeAt(arena, start, arena.tail), { record: { a: 1, b: 'two' }, list: [1, 'two', 3] });
  }
});

test('a key array is read before its bytes are written', () => {
  const arena = new Arena(64);
  const key = ['a', ['b']];
  Object.defineProperty(key[1], 0, {
    get() {
      encodeKey(arena, 'kept');
      return 'b';
    },
  });
  const start = encodeKey(arena, key);
  assert.deepEqual(decodeKey(new Bytes(arena.buffer), start, arena.tail - start), ['a', ['b']]);
});

test('the arena announces every buffer, keeps what is taken, and shrinks when it is calm', () => {
  const arena = new Arena(64);
  const buffers = [];
  arena.onGrow = (buffer) => buffers.push(buffer);
  const first = encodeValue(arena, 'first');
  const end = arena.tail;
  encodeValue(arena, 'x'.repeat(5_000_000));
  assert.equal(buffers.at(-1), arena.buffer);
  assert.equal(decodeAt(arena, first, end), 'first');
  arena.release(0);
  const large = arena.buffer.byteLength;
  for (let i = 0; i < 2000; i++) {
    encodeValue(arena, i);
    arena.release(0);
  }
  assert.ok(arena.buffer.byteLength < large / 10, `${arena.buffer.byteLength} bytes`);
  assert.equal(buffers.at(-1), arena.buffer);
});
