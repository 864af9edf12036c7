// Objects that are met more than once: cycles, shared parts, views of one buffer.

import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import fc from 'fast-check';
import { SharedMap, transactionSync } from 'heddle';
import { decodeValue, decodeView, decodeWithCopier, lastCopier, toView } from '../../dist/codec/index.js';
import { loops, seed } from '../support/random.js';
import { assertSame, encoded, roundTrip } from './support.js';

/** What a value is as text: objects are numbered in the order in which they are met, and named by their number from then on. */
function described(value, numbers = new Map()) {
  if (typeof value !== 'object' || value === null)
    return Object.is(value, -0) ? '-0' : `${typeof value} ${String(value)}`;
  const known = numbers.get(value);
  if (known !== undefined) return `#${known}`;
  const number = numbers.size;
  numbers.set(value, number);
  const inner = (part) => described(part, numbers);
  const type = Object.prototype.toString.call(value);
  let parts = '';
  if (value instanceof Map) parts = [...value].flat().map(inner).join();
  else if (value instanceof Set) parts = [...value].map(inner).join();
  else if (value instanceof Date) parts = String(value.getTime());
  else if (value instanceof ArrayBuffer) parts = `${new Uint8Array(value)} ${value.maxByteLength} ${value.resizable}`;
  else if (ArrayBuffer.isView(value)) parts = `${value.byteOffset} ${value.byteLength} ${inner(value.buffer)}`;
  else if (value instanceof Error)
    parts = `${value.name} ${value.message} ${inner(value.cause)} ${inner(value.errors)}`;
  const own = ArrayBuffer.isView(value) ? [] : Object.keys(value).map((key) => `${key}: ${inner(value[key])}`);
  return `#${number} ${type} ${parts} ${Array.isArray(value) ? value.length : ''} { ${own.join()} }`;
}

/** Checks every way to get a value: decoded, copied from the cache, and as a view. */
function assertLike(value, expected = structuredClone(value)) {
  const shape = described(expected);
  assert.equal(described(roundTrip(value)), shape);
  const { bytes, length } = encoded(value);
  assert.equal(described(decodeView(bytes, 0, length)), shape);
  const pristine = decodeWithCopier(bytes, 0, length);
  const copy = lastCopier(pristine);
  assert.equal(described(copy), shape);
  assert.notEqual(copy, pristine);
  assert.equal(described(lastCopier(pristine)), shape);
}

test('shared parts stay shared, and cycles are cycles', () => {
  const part = { shared: true };
  const list = [1, 'two'];
  const self = { name: 'self', list };
  self.self = self;
  self.deep = { down: { up: self, list } };
  assertLike({ a: part, b: part, c: [part] });
  assertLike([list, list, { list }]);
  assertLike(self);
  const map = new Map();
  map.set('map', map).set(map, part).set(part, map);
  assertLike({ map, part });
  const set = new Set([part]);
  set.add(set);
  assertLike([set, part]);
  const date = new Date(5);
  assertLike([date, date, new Date(5)]);
  const pattern = /x/g;
  assertLike({ pattern, again: pattern, boxed: Object('x'), bytes: new Uint8Array(3) });
  const nothing = Object.assign(Object.create(null), { a: 1 });
  assertLike([nothing, nothing]);
  const sparse = Object.assign([], { 5000: part });
  sparse[9] = sparse;
  assertLike([sparse, part]);
});

test('objects that look alike are told apart', () => {
  const alike = Array.from({ length: 500 }, () => ({ same: 1, also: 'same' }));
  assertLike(alike);
  assertLike([...alike, ...alike].map((part) => ({ part })));
  assertLike(Array.from({ length: 300 }, () => []));
  const dates = Array.from({ length: 60 }, (_, i) => new Date(i % 2 ? 5 : Number.NaN));
  assertLike([dates, ...dates, Object.assign(new Date(5), { [Symbol.toStringTag]: 'Else' })]);
  // Unknown keys first, a shape from the second time on: the fingerprint is the same.
  const keyed = { [`key ${Math.random()}`]: 1, two: 2, three: '3', four: 4, five: 5 };
  assertLike([keyed, { ...keyed }, keyed]);
  assertLike([...Array(100).fill(alike[3]), ...alike.slice(0, 200), ...alike.slice(0, 200)]);
});

test('errors keep their causes and what they have collected, round any cycle', () => {
  const inner = new RangeError('inner');
  const outer = new AggregateError([inner, 'text'], 'outer', { cause: inner });
  inner.cause = outer;
  const back = roundTrip({ outer, inner });
  assert.ok(back.outer instanceof AggregateError && back.inner instanceof RangeError);
  assert.equal(back.outer.errors[0], back.inner);
  assert.equal(back.outer.cause, back.inner);
  assert.equal(back.inner.cause, back.outer);
  assert.equal(back.inner.stack, inner.stack);
});

test('views of errors are read-only in all their depth', () => {
  const names = Object.assign([1], { names: [2] });
  const { bytes, length } = encoded({ error: new RangeError('m', { cause: { names } }) });
  const view = decodeView(bytes, 0, length);
  assert.equal(described(view.error.cause), described({ names }));
  for (const part of [view.error, view.error.cause, view.error.cause.names]) assert.ok(Object.isFrozen(part));
});

test('a DOMException keeps its name, code, message and stack', () => {
  const error = new DOMException('gone', 'AbortError');
  const pair = { error, again: error };
  const { bytes, length } = encoded({ error });
  const pristine = decodeWithCopier(bytes, 0, length);
  const copies = [roundTrip(error), roundTrip(roundTrip(error)), roundTrip(pair).again, toView(pristine).error];
  for (const back of [...copies, lastCopier(pristine).error]) {
    assert.ok(back instanceof DOMException && back instanceof Error && back !== error);
    assert.deepEqual([back.name, back.code, back.message], ['AbortError', DOMException.ABORT_ERR, 'gone']);
    assert.equal(back.stack, error.stack);
    assert.deepEqual(Object.keys(back), Object.keys(error));
  }
});

test('views of one buffer still show one buffer', () => {
  const buffer = new ArrayBuffer(64);
  new Uint8Array(buffer).forEach((_, i, all) => {
    all[i] = i;
  });
  assertLike({
    buffer,
    bytes: new Uint8Array(buffer),
    words: new Uint32Array(buffer, 8, 3),
    data: new DataView(buffer, 5, 6),
  });
  assertLike([new Uint8Array(buffer, 8, 8)]);
  assertLike([new Float64Array(buffer), new Float64Array(buffer)]);
  assertLike(new Uint16Array(buffer, 2, 4));
  const back = roundTrip({ bytes: new Uint8Array(buffer), words: new Uint32Array(buffer) });
  back.bytes[0] = 255;
  assert.equal(back.words[0] & 255, 255);
});

test('a piece of a pool takes its own bytes, unless something else shows the pool', () => {
  const pool = new ArrayBuffer(8192);
  const piece = new Uint8Array(pool, 100, 10).fill(7);
  const back = roundTrip([piece]);
  assert.deepEqual([back[0].byteLength, back[0].buffer.byteLength, back[0][3]], [10, 10, 7]);
  assertLike({ piece, pool });
  assertLike({ pool, piece });
  assertLike([piece, new Uint8Array(pool, 105, 10)]);
  const [buffer, other] = roundTrip([Buffer.from('abc'), Buffer.from('def')]);
  assert.deepEqual([buffer.buffer.byteLength, other.buffer.byteLength, String.fromCharCode(...other)], [3, 3, 'def']);
});

test('buffers that can be resized still can', () => {
  const buffer = new ArrayBuffer(16, { maxByteLength: 64 });
  const views = {
    buffer,
    all: new Uint8Array(buffer),
    rest: new Uint16Array(buffer, 4),
    fixed: new Uint8Array(buffer, 0, 16),
  };
  views.all.fill(9);
  const full = new ArrayBuffer(16, { maxByteLength: 16 });
  views.full = [new Uint8Array(full), new Uint8Array(full, 8), new Uint8Array(full, 0, 16)];
  assertLike(views);
  const back = roundTrip(views);
  back.buffer.resize(32);
  assert.deepEqual([back.all.length, back.rest.length, back.fixed.length], [32, 14, 16]);
  back.full[0].buffer.resize(12);
  assert.deepEqual(
    back.full.map(({ length }) => length),
    [12, 4, 0],
  );
  assert.deepEqual([buffer.byteLength, full.byteLength, views.all[15]], [16, 16, 9]);
  assertLike(new Uint8Array(new ArrayBuffer(8, { maxByteLength: 9 })));
});

test('arrays keep properties that are no elements', () => {
  const odd = Object.defineProperty([1, 2], '__proto__', { value: { a: 1 }, enumerable: true });
  for (const value of [odd, [odd, odd]]) {
    assertLike(value);
    const { bytes, length } = encoded(value);
    assert.equal(described(toView(decodeValue(bytes, 0, length))), described(structuredClone(value)));
  }
  const match = /(?<first>b)c/.exec('abcd');
  assertLike([match]);
  const named = Object.assign([1, 2, { deep: true }], { extra: 'x', 7: 'hole before' });
  named.named = named;
  assertLike({ named });
  assertLike(Object.assign([], { only: 1 }));
});

test('arrays of every length keep properties that are no elements', () => {
  for (const length of [1, 16, 17, 64, 65, 66, 1000, 5000]) {
    const elements = Array.from({ length }, (_, i) => i);
    const holes = Array.from({ length });
    holes.length += 2;
    for (const array of [elements, holes, elements.map(String)]) {
      assertLike(array.slice());
      assertLike(Object.assign(array.slice(), { name: '... 9 more items ]' }));
      assertLike(Object.assign(array.slice(), { '[ ... 9 more items ]': [1] }));
      assertLike(Object.assign(array.slice(), { 4294967295: 'no index' }));
    }
    let runs = 0;
    const counted = Object.defineProperty(elements, 'name', { enumerable: true, get: () => ++runs });
    assert.equal(roundTrip(counted).name, 1);
    assert.equal(runs, 1);
  }
});

test('a map gives the same, in and out of transactions', () => {
  const map = new SharedMap({ name: 'codec:graph' });
  const value = { name: 'x', parts: [{ a: 1 }] };
  value.first = value.parts[0];
  value.self = value;
  map.set('key', value);
  const shape = described(value);
  for (let i = 0; i < 3; i++) assert.equal(described(map.get('key')), shape);
  const view = map.view('key');
  assert.equal(described(view), shape);
  assert.ok(view.self === view && Object.isFrozen(view) && Object.isFrozen(view.first));
  assert.equal(map.view('key'), view);
  assert.notEqual(map.get('key'), map.get('key'));
  assert.equal(described([...map.values()][0]), shape);
  transactionSync(() => {
    map.set('other', value);
    assert.equal(described(map.get('other')), shape);
    const seen = map.view('other');
    assert.ok(seen.self === seen && seen.first === seen.parts[0] && Object.isFrozen(seen.first));
  });
  map.update('key', (draft) => {
    draft.first.a = 2;
  });
  assert.equal(map.get('key').parts[0].a, 2);
  const large = { rows: Array.from({ length: 5000 }, (_, i) => ({ i, text: `row ${i}` })) };
  large.again = large.rows[7];
  map.set('large', large);
  const opened = map.view('large');
  assert.equal(opened.again, opened.rows[7]);
  map.update('large', (draft) => {
    draft.again.text = 'both';
  });
  assert.equal(map.get('large').rows[7].text, 'both');
  map.update('large', (draft) => {
    draft.once = draft.rows[9];
  });
  assert.equal(map.get('large').once.text, 'row 9');
  map.destroy();
});

test('a large value whose parts come to be shared in an update stays right', () => {
  const map = new SharedMap({ name: 'codec:graph-update' });
  map.set('key', { rows: Array.from({ length: 5000 }, (_, i) => ({ i, text: `row ${i}` })) });
  map.update('key', (draft) => {
    const added = { added: true };
    draft.first = added;
    draft.second = added;
  });
  const { first, second, rows } = map.get('key');
  assert.equal(first, second);
  assert.deepEqual([first, rows.length], [{ added: true }, 5000]);
  map.destroy();
});

test('a deep value succeeds or is refused, and never breaks', () => {
  const makers = [
    (inner) => [inner],
    (inner) => ({ inner }),
    (inner) => new Map([[1, inner]]),
    (inner) => new Error('', { cause: inner }),
  ];
  for (const make of makers) {
    let fits = 'leaf';
    for (let level = 0; level < 900; level++) fits = make(fits);
    assertSame(roundTrip(fits), fits);
    let deep = 'leaf';
    for (let level = 0; level < 100_000; level++) deep = make(deep);
    assert.throws(() => roundTrip(deep), { name: 'DataCloneError', message: /nested deeper than/ });
  }
});

// ---------------------------------------------------------------- any graph

const KINDS = [
  'object',
  'array',
  'map',
  'set',
  'date',
  'null',
  'bytes',
  'dictionary',
  'tree',
  'sparse',
  'boxed',
  'view',
  'resizable',
];
const LEAVES = new Set(['date', 'bytes', 'boxed', 'view', 'resizable']);

/** Objects whose parts are chosen among all of them. */
const anyGraph = fc
  .array(
    fc.record({
      kind: fc.constantFrom(...KINDS, 'object'),
      parts: fc.array(fc.nat(30), { maxLength: 5 }),
      leaf: fc.oneof(fc.integer({ max: 3 }), fc.constantFrom('a', 'b', '', undefined)),
    }),
    { minLength: 1, maxLength: 30 },
  )
  .map((plans) => {
    const fixed = new ArrayBuffer(64);
    const resizable = new ArrayBuffer(8, { maxByteLength: 16 });
    const make = {
      object: ({ leaf }) => ({ leaf }),
      array: ({ leaf }) => [leaf],
      map: ({ leaf }) => new Map([['leaf', leaf]]),
      set: ({ leaf }) => new Set([leaf]),
      date: () => new Date(7),
      null: ({ leaf }) => Object.assign(Object.create(null), { leaf }),
      bytes: () => new Uint8Array(2),
      dictionary: ({ leaf, parts }) => ({ [`key ${parts[0]}`]: leaf, 5: leaf }),
      tree: () => ({ left: null, right: null }),
      sparse: ({ leaf }) => Object.assign([], { 4999: leaf }),
      boxed: ({ parts }) => Object(BigInt(parts.length)),
      view: ({ parts }) => new Uint16Array(fixed, 2 * (parts[0] ?? 0), 1),
      resizable: ({ parts }) => (parts.length > 2 ? resizable : new DataView(resizable, parts.length)),
    };
    const objects = plans.map((plan) => make[plan.kind](plan));
    for (const [n, { kind, parts }] of plans.entries()) {
      if (LEAVES.has(kind)) continue;
      for (const [i, part] of parts.entries()) {
        const target = objects[part % objects.length];
        if (kind === 'map') objects[n].set(i % 2 ? target : i, target);
        else if (kind === 'set') objects[n].add(target);
        else if (kind === 'array') objects[n].push(target);
        else if (kind === 'tree') objects[n][i % 2 ? 'left' : 'right'] = target;
        else objects[n][`part${i}`] = target;
      }
    }
    return objects[0];
  });

test('any graph arrives as structuredClone would give it', () => {
  let referred = 0;
  const kinds = new Set();
  fc.assert(
    fc.property(anyGraph, (value) => {
      const expected = structuredClone(value);
      const shape = described(expected);
      for (let i = 0; i < 2; i++) assert.equal(described(roundTrip(value)), shape);
      const { bytes, length } = encoded([value, value]);
      assert.equal(described(decodeView(bytes, 0, length)), described([expected, expected]));
      assertLike(value, expected);
      kinds.add(shape.slice(0, shape.indexOf(']')));
      if (/ #\d+[,}]|: #\d+[,} ]/.test(shape)) referred++;
    }),
    { seed, numRuns: loops(600) },
  );
  console.log(`${referred} graphs with parts in several places, ${kinds.size} types of roots`);
  assert.ok(referred > 0);
});
