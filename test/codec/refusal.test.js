import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MessageChannel } from 'node:worker_threads';
import { Arena, Bytes, decodeValue, encodeValue } from '../../dist/codec/index.js';
import { assertSame, roundTrip } from './support.js';

/** Asserts that `value` is refused with this message and that nothing of it stays in the arena. */
function assertRefused(value, message) {
  const arena = new Arena(64);
  encodeValue(arena, 'before');
  const tail = arena.tail;
  assert.throws(
    () => encodeValue(arena, value),
    (error) => {
      assert.ok(error instanceof DOMException, String(error));
      assert.equal(error.name, 'DataCloneError');
      assert.match(error.message, message);
      return true;
    },
  );
  assert.equal(arena.tail, tail);
  assert.equal(arena.depth, 0);
}

/** A buffer whose memory is elsewhere by now, or a view of one. */
function transferred(Type) {
  const buffer = new ArrayBuffer(8);
  const view = Type === ArrayBuffer ? buffer : new Type(buffer);
  structuredClone(buffer, { transfer: [buffer] });
  return view;
}

test('what belongs to one thread is refused, by path and with advice', async () => {
  const { port1, port2 } = new MessageChannel();
  const cases = [
    [() => 1, /^value is a function: store data/],
    [Symbol('s'), /^value is a symbol/],
    [{ user: { save() {} } }, /^value\.user\.save is a function: /],
    [{ list: [1, [2, class {}]] }, /^value\.list\[1\]\[1\] is a function/],
    [{ 'first name': Symbol('s') }, /^value\["first name"\] is a symbol/],
    [new Map([['k', { f() {} }]]), /^value\.get\("k"\)\.f is a function/],
    [new Map([[() => 1, 1]]), /^value\.keys\(\)\[0\] is a function/],
    [new Set([1, () => 1]), /^value\.values\(\)\[1\] is a function/],
    [{ a: Promise.resolve() }, /^value\.a is a Promise: await it first/],
    [{ a: new SharedArrayBuffer(8) }, /^value\.a is a SharedArrayBuffer/],
    [{ a: new Uint8Array(new SharedArrayBuffer(8)) }, /^value\.a is a view of memory that is shared or gone/],
    [{ a: new WeakMap() }, /^value\.a is of the type WeakMap/],
    [{ a: new WeakSet() }, /^value\.a is of the type WeakSet/],
    [{ a: new WeakRef({}) }, /^value\.a is of the type WeakRef/],
    [{ a: (function* () {})() }, /^value\.a is of the type .*Generator/],
    [{ a: [].values() }, /^value\.a is of the type .*Iterator/],
    [{ a: Object(Symbol('s')) }, /^value\.a is of the type Symbol/],
    [{ a: new URL('file:///') }, /^value\.a is of the type URL/],
    [{ a: new Intl.Collator() }, /^value\.a is of the type Collator/],
    [{ a: new (class Mine extends EventTarget {})() }, /^value\.a is of the type Mine/],
    [{ a: port1 }, /^value\.a is of the type MessagePort/],
    [{ a: transferred(ArrayBuffer) }, /^value\.a is an ArrayBuffer that has been transferred/],
    [{ a: transferred(Uint8Array) }, /^value\.a is a view of memory that is shared or gone/],
    [Object.defineProperty({}, 'a', { enumerable: true, get: () => () => 1 }), /^value\.a is a function/],
  ];
  for (const [value, message] of cases) assertRefused(value, message);
  // Also where the shape of the containers is known and their code compiled.
  const known = { user: { save: 1 } };
  for (let i = 0; i < 3; i++) roundTrip(known);
  assertRefused({ user: { save() {} } }, /^value\.user\.save is a function/);
  port1.close();
  port2.close();
});

test('nesting without end is refused, not a stack overflow', () => {
  const object = {};
  let last = object;
  for (let i = 0; i < 100_000; i++) last = last.next = {};
  assertRefused(object, /^value(\.next)+… is nested deeper than 1000 levels/);
  let list = [];
  for (let i = 0; i < 100_000; i++) list = [list];
  assertRefused(list, /^value(\[0\])+… is nested deeper than 1000 levels/);
});

test('an error of user code passes through and leaves nothing behind', () => {
  const arena = new Arena(64);
  const failure = new Error('from the getter');
  const value = {
    big: 'x'.repeat(10_000),
    get fails() {
      throw failure;
    },
  };
  for (let i = 0; i < 3; i++) {
    assert.throws(
      () => encodeValue(arena, [{ value }]),
      (error) => error === failure,
    );
    assert.deepEqual([arena.tail, arena.depth, arena.base, arena.root], [0, 0, 0, 0]);
  }
  assertSame(roundTrip({ fine: true }), { fine: true });
});

test('a Proxy that refuses to be looked at is refused without hiding why', () => {
  const failure = new Error('no');
  const proxy = new Proxy(
    {},
    {
      ownKeys() {
        throw failure;
      },
    },
  );
  const arena = new Arena(64);
  assert.throws(
    () => encodeValue(arena, { proxy }),
    (error) => error === failure,
  );
  assert.equal(arena.tail, 0);
});

test('at the end of the stack an encoding fails or succeeds, and the next ones are right', () => {
  let deep = /** @type {unknown} */ ('leaf');
  for (let level = 0; level < 900; level++) deep = [deep, { level }];
  const nested = {
    get inner() {
      try {
        encodeValue(arena, [deep]);
      } catch {}
      return 'read';
    },
    after: ['text'],
  };
  const arena = new Arena(64);
  let failed = 0;
  let stuck = 0;
  for (const value of [['text', { a: [1] }], deep, nested]) {
    let attempts = 0;
    const attempt = () => {
      attempts++;
      try {
        const start = encodeValue(arena, value);
        if (value === nested) {
          const { inner, after } = decodeValue(new Bytes(arena.buffer), start, arena.tail - start);
          assert.deepEqual([inner, after], ['read', ['text']]);
        }
      } catch (error) {
        failed++;
        if (arena.depth > 0 && !arena.broken) stuck++;
        if (!(error instanceof RangeError)) throw error;
      }
    };
    const descend = () => {
      try {
        descend();
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
      }
      if (attempts < 300) attempt();
    };
    descend();
    arena.release(0);
    const start = encodeValue(arena, [value === nested ? 0 : value, 'sound']);
    assert.equal(decodeValue(new Bytes(arena.buffer), start, arena.tail - start)[1], 'sound');
    arena.release(0);
    assert.deepEqual([arena.depth, arena.root, arena.running, arena.broken], [0, 0, 0, false]);
    assert.ok(arena.ancestors.every((ancestor) => ancestor === null));
  }
  console.log(`${failed} encodings that had no stack left`);
  assert.ok(failed > 0);
  assert.equal(stuck, 0);
});
