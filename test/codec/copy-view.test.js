import assert from 'node:assert/strict';
import { test } from 'node:test';
import { copierOf, decodeWithCopier, isImmutable, lastCopier, toView } from '../../dist/codec/index.js';
import { assertSame, copyOf, encoded, roundTrip } from './support.js';

const sample = () => ({
  id: 1,
  name: 'n',
  nested: { list: [1, { deep: [true] }], none: null },
  map: new Map([['k', { v: [1] }]]),
  set: new Set([{ member: 1 }]),
  date: new Date(5),
  bytes: new Uint8Array([1, 2]),
  buffer: new ArrayBuffer(2),
  data: new DataView(new ArrayBuffer(2)),
});

/** Every object reachable from `value`. */
function parts(value, found = new Set()) {
  if (typeof value !== 'object' || value === null || found.has(value)) return found;
  found.add(value);
  if (value instanceof Map || value instanceof Set) for (const part of value) parts(part, found);
  else for (const part of Object.values(value)) parts(part, found);
  return found;
}

test('primitives need no copier', () => {
  for (const value of [null, undefined, 1, 'a', 5n, true]) {
    assert.equal(isImmutable(value), true);
    assert.equal(copierOf(value), null);
    assert.equal(toView(value), value);
    const { bytes, length } = encoded(value);
    decodeWithCopier(bytes, 0, length);
    assert.equal(lastCopier, null);
  }
  assert.equal(isImmutable({}), false);
});

test('a copy shares no object with the original, and is mutable', () => {
  for (let i = 0; i < 3; i++) {
    const pristine = roundTrip(sample());
    for (const original of [pristine, toView(pristine)]) {
      const copy = copyOf(original);
      assertSame(copy, sample());
      const originals = parts(original);
      for (const part of parts(copy)) {
        assert.ok(!originals.has(part));
        assert.ok(Object.isExtensible(part));
      }
      copy.map.set('other', 1);
      copy.set.clear();
      copy.date.setTime(6);
      copy.nested.list.push(2);
      copy.id++;
      assertSame(original, sample());
    }
  }
});

test('a view of plain data is the value itself, frozen throughout', () => {
  const value = roundTrip({ a: { b: [1, { c: 'x' }] }, d: null });
  assert.equal(toView(value), value);
  for (const part of parts(value)) assert.ok(Object.isFrozen(part));
  assert.equal(toView(value), value);
});

test('nothing that is done to a view reaches the value', () => {
  const pristine = roundTrip(sample());
  /** @type {any} */
  const view = toView(pristine);
  assertSame(view, sample());
  const refused = { name: 'TypeError' };
  assert.throws(() => view.map.set('k', 1), refused);
  assert.throws(() => view.map.delete('k'), refused);
  assert.throws(() => view.map.clear(), refused);
  assert.throws(() => view.set.add(1), refused);
  assert.throws(() => view.date.setTime(1), refused);
  assert.throws(() => view.date.setFullYear(1), refused);
  assert.throws(() => {
    view.id = 2;
  }, refused);
  assert.throws(() => {
    view.map.get('k').v = 2;
  }, refused);
  assert.throws(() => view.nested.list.push(1), refused);
  assert.throws(() => [...view.set][0].member++, refused);
  // Ways round the refusals end in the view's private copies.
  Map.prototype.set.call(view.map, 'k', 'changed');
  Date.prototype.setTime.call(view.date, 1);
  view.bytes[0] = 99;
  view.data.setInt8(0, 99);
  new Uint8Array(view.buffer)[0] = 99;
  assertSame(pristine, sample());
  assertSame(copyOf(pristine), sample());
});

test('a view looks like an ordinary value', () => {
  /** @type {any} */
  const view = toView(roundTrip(sample()));
  assert.equal(JSON.stringify(view), JSON.stringify(sample()));
  assert.deepEqual(Object.keys(view.map), []);
  assertSame({ ...view }, sample());
  assertSame(structuredClone(view), sample());
  assertSame(roundTrip(view), sample());
});

test('a copier of one value copies another of the same kind', () => {
  const copy = copierOf(roundTrip({ a: 1, b: 'x' }));
  assert.ok(copy !== null);
  assertSame(copy(roundTrip({ a: [1], b: { c: 2 } })), { a: [1], b: { c: 2 } });
});
