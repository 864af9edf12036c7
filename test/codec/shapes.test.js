import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { decodeValue, setShapeTable } from '../../dist/codec/index.js';
import { assertSame, encoded, roundTrip } from './support.js';

/** A table that counts, holds at most `capacity` shapes and starts at a number of its own. */
function countingTable(capacity = 1000) {
  const shapes = [];
  const table = {
    shapes,
    define(bytes) {
      const text = new TextDecoder().decode(bytes);
      const known = shapes.indexOf(text);
      if (known >= 0) return known + 1;
      return shapes.length < capacity ? shapes.push(text) : 0;
    },
    read(id) {
      return shapes[id - 1] === undefined ? null : new TextEncoder().encode(shapes[id - 1]);
    },
  };
  setShapeTable(table);
  return table;
}

after(() => countingTable());

test('a list of keys is numbered when it is met again, once', () => {
  const { shapes } = countingTable();
  roundTrip({ a: 1, b: 2 });
  assert.equal(shapes.length, 0);
  for (let i = 0; i < 5; i++) assertSame(roundTrip({ a: i, b: 2 }), { a: i, b: 2 });
  assert.equal(shapes.length, 1);
  for (let i = 0; i < 5; i++) assertSame(roundTrip({ b: 2, a: i }), { b: 2, a: i });
  assert.equal(shapes.length, 2, 'order matters');
  for (let i = 0; i < 5; i++) assertSame(roundTrip({ a: i }), { a: i });
  assert.equal(shapes.length, 3, 'a beginning of another list is a list of its own');
});

test('lists with common beginnings are told apart in any order', () => {
  countingTable();
  const objects = [{ a: 1 }, { a: 1, b: 2 }, { a: 1, b: 2, c: 3 }, { a: 1, c: 3 }, { b: 2 }, { b: 2, a: 1 }, {}];
  for (let i = 0; i < 500; i++) {
    const object = objects[((i * 7919) % 13) % objects.length];
    assertSame(roundTrip(object), object);
  }
});

test('dictionaries never fill the table', () => {
  const { shapes } = countingTable();
  for (let i = 0; i < 5000; i++) roundTrip({ [`user ${i}`]: i });
  assert.equal(shapes.length, 0);
  const growing = {};
  for (let i = 0; i < 500; i++) {
    growing[`key${i}`] = i;
    for (let k = 0; k < 3; k++) assertSame(roundTrip(growing), growing);
  }
  assert.ok(shapes.length <= 64, `${shapes.length} shapes`);
  const before = shapes.length;
  for (let i = 0; i < 5; i++) assertSame(roundTrip({ 7: 'seven', 1: 'one', x: 'x' }), { 7: 'seven', 1: 'one', x: 'x' });
  assert.equal(shapes.length, before, 'keys like array indexes make a dictionary');
});

test('when the table is full, objects carry their keys', () => {
  const { shapes } = countingTable(2);
  for (let i = 0; i < 20; i++) {
    const object = { [`k${i % 5}`]: i, same: 1 };
    assertSame(roundTrip(object), object);
  }
  assert.equal(shapes.length, 2);
  for (let i = 0; i < 5; i++) assertSame(roundTrip({ k0: i, k1: 'x' }), { k0: i, k1: 'x' });
});

test('a shape that another thread numbered is read from the table', () => {
  const table = countingTable();
  table.shapes.push('["x","__proto__","y"]');
  const value = JSON.parse('{"x": 1, "__proto__": "p", "y": [2]}');
  for (let i = 0; i < 3; i++) assertSame(roundTrip(value), value);
  assert.equal(table.shapes.length, 1);
  const { bytes, length } = encoded(value);
  setShapeTable(table); // a thread that has seen nothing yet
  assertSame(decodeValue(bytes, 0, length), value);
});
