import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { openView } from '../../../dist/codec/index.js';
import { loops, random, seed } from '../../support/random.js';
import { anyValue } from '../arbitrary.js';
import { assertSame, encoded, roundTrip } from '../support.js';

const rows = (count) =>
  Array.from({ length: count }, (_, i) => ({ id: i, name: `user ${i}`, mail: `user${i}@example.com`, tags: ['a', i] }));

const sample = () => ({
  name: 'configuration',
  limits: { requests: 4, none: null },
  zero: -0,
  text: 'x'.repeat(10_000),
  date: new Date(5),
  sections: Object.fromEntries(Array.from({ length: 20 }, (_, s) => [`section${s}`, { title: s, rows: rows(50) }])),
  byKey: Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`key ${i}`, { place: i, text: `text ${i}` }])),
  numbers: Array.from({ length: 2000 }, (_, i) => i / 3),
  holes: Object.assign([], { 3: rows(1)[0], 900: 5 }),
  map: new Map(rows(100).map((row) => [row.id, row])),
  set: new Set(rows(100)),
  wide: Array.from({ length: 500 }, (_, i) => `\u{1f9f5} ${i}`),
});

/** Shapes are numbered when they are met again: views look different before and after. */
for (let i = 0; i < 2; i++) roundTrip(sample());

function viewOf(value, sizes) {
  const { bytes, length } = encoded(value);
  return openView(bytes, length, sizes);
}

const view = viewOf(sample());
const value = sample();

test('a view reads like the value', () => {
  assert.equal(view.limits.requests, 4);
  assert.equal(view.sections.section7.rows[3].name, 'user 3');
  assert.equal(view.byKey['key 77'].place, 77);
  assert.equal(view.byKey['key 78'].place, 78);
  assert.equal(view.byKey['key 79'].place, 79);
  assert.equal(view.byKey.none, undefined);
  assert.equal(view.byKey.toString, Object.prototype.toString);
  assert.equal(view.numbers.length, 2000);
  assert.equal(view.numbers[2000], undefined);
  assert.equal(view.numbers.at(-1), 1999 / 3);
  assert.equal(view.map.get(7).name, 'user 7');
  assert.equal(view.holes[3].id, 0);
  assert.equal(view.wide[7], '\u{1f9f5} 7');
  assert.ok(Object.is(view.zero, -0));
});

test('what was opened is the same object from then on', () => {
  const fresh = viewOf(sample());
  for (const read of [
    (v) => v.limits,
    (v) => v.sections.section3.rows,
    (v) => v.sections.section3.rows[5],
    (v) => v.byKey['key 5'],
    (v) => v.map.get(5),
    (v) => v.holes[3],
  ]) {
    const first = read(fresh);
    assert.equal(read(fresh), first);
    Object.keys(fresh.byKey);
    Object.keys(fresh.sections.section3.rows);
    assert.equal(read(fresh), first);
  }
});

test('a fresh view passes for the value wherever one is expected', () => {
  const ways = {
    'property by property': (v) => assertSame(v, value),
    deepStrictEqual: (v) => assert.deepStrictEqual(v, value),
    'deepStrictEqual, turned round': (v) => assert.deepStrictEqual(value, v),
    'JSON.stringify': (v) => assert.equal(JSON.stringify(v), JSON.stringify(value)),
    in: (v) => assert.ok('key 5' in v.byKey && !('none' in v.byKey) && 1999 in v.numbers && !(0 in v.holes)),
    'Object.keys': (v) => assert.deepEqual(Object.keys(v.byKey), Object.keys(value.byKey)),
    'Object.entries': (v) => assert.deepEqual(Object.entries(v.byKey), Object.entries(value.byKey)),
    'Object.hasOwn': (v) => assert.ok(Object.hasOwn(v.byKey, 'key 9') && !Object.hasOwn(v.numbers, 'x')),
    spread: (v) => assert.deepEqual([{ ...v }, { ...v.byKey }, [...v.numbers]], [value, value.byKey, value.numbers]),
    'for…of': (v) => {
      let sum = 0;
      for (const { id } of v.sections.section1.rows) sum += id;
      assert.equal(sum, (49 * 50) / 2);
    },
    'for…in': (v) => {
      const keys = [];
      for (const key in v.byKey) keys.push(key);
      assert.deepEqual(keys, Object.keys(value.byKey));
    },
    destructuring: (v) => {
      const { limits, ...rest } = v;
      const [first, , third] = v.numbers;
      assert.deepEqual([limits, first, third], [value.limits, value.numbers[0], value.numbers[2]]);
      assert.deepEqual(Object.keys(rest), Object.keys(value).slice(0, 1).concat(Object.keys(value).slice(2)));
    },
    'Array.isArray': (v) => assert.ok(Array.isArray(v.numbers) && !Array.isArray(v.byKey)),
    'methods of arrays': (v) => {
      const names = ({ name }) => name;
      assert.deepEqual(v.sections.section2.rows.map(names), value.sections.section2.rows.map(names));
      assert.deepEqual(v.numbers.slice(3, 7), value.numbers.slice(3, 7));
      assert.deepEqual([0].concat(v.numbers), [0].concat(value.numbers));
      assert.ok(v.numbers.includes(7 / 3));
      assert.equal(v.wide.join(), value.wide.join());
    },
    'structuredClone of an object': (v) => assert.deepEqual(structuredClone(v.limits), value.limits),
    'inheriting from it': (v) => assert.equal(Object.create(v).sections, v.sections),
    printing: (v) => assert.equal(inspect(v), inspect(value)),
    'printing in depth': (v) => assert.equal(inspect(v, { depth: 9 }), inspect(value, { depth: 9 })),
  };
  for (const [name, check] of Object.entries(ways)) {
    try {
      check(viewOf(sample()));
    } catch (error) {
      throw new Error(`${name}: ${error.message.slice(0, 1000)}`, { cause: error });
    }
  }
});

test('nothing can be changed', () => {
  const fresh = viewOf(sample());
  const changes = [
    (v) => (v.limits = 1),
    (v) => delete v.limits,
    (v) => (v.added = 1),
    (v) => (v.limits.requests = 5),
    (v) => (v.byKey['key 5'] = 1),
    (v) => (v.byKey.added = 1),
    (v) => delete v.byKey['key 5'],
    (v) => v.numbers.push(1),
    (v) => v.numbers.sort(),
    (v) => (v.numbers[5] = 1),
    (v) => (v.numbers.length = 0),
    (v) => Object.defineProperty(v.byKey, 'key 5', { value: 1 }),
    (v) => Object.setPrototypeOf(v.byKey, null),
    (v) => v.map.set(1, 1),
    (v) => v.set.clear(),
    (v) => v.date.setTime(1),
  ];
  for (const change of changes) assert.throws(() => change(fresh), TypeError, String(change));
  for (const part of [fresh, fresh.limits, fresh.byKey, fresh.numbers, fresh.sections.section1.rows, fresh.map])
    assert.ok(Object.isFrozen(part));
  assert.equal(Object.freeze(viewOf(sample()).byKey)['key 3'].place, 3);
  assertSame(fresh, sample());
});

test('what is not touched is not decoded', () => {
  const { bytes, length } = encoded(sample());
  const root = bytes.u32[2] >> 2;
  const names = Object.keys(sample());
  let spoiled = 0;
  for (const [i, name] of names.entries()) {
    if (name !== 'sections' && name !== 'byKey') continue;
    const slot = root + 2 + 4 + 2 * i; // behind the header and 12 tags
    bytes.u8.fill(0xee, bytes.u32[slot], bytes.u32[slot] + 8); // its header: nobody gets past it
    spoiled += bytes.u32[slot + 1];
  }
  const opened = openView(bytes, length);
  assert.equal(opened.limits.requests, 4);
  assert.equal(opened.numbers[9], 3);
  assert.throws(() => opened.sections.section1, Error);
  assert.throws(() => opened.byKey.size, Error);
  console.log(`parts of ${spoiled} bytes of ${length} were not looked at`);
  assert.ok(spoiled > length / 2);
});

test('views of any value show what it is, whatever is opened first', () => {
  const parameters = { seed, numRuns: loops(200) };
  const anySizes = fc.record({ small: fc.integer({ min: 0, max: 200 }), tiny: fc.integer({ min: 0, max: 60 }) });
  let lazy = 0;
  fc.assert(
    fc.property(anyValue, anySizes, (value, sizes) => {
      const expected = structuredClone(value);
      for (let round = 0; round < 2; round++) {
        const opened = viewOf(value, sizes);
        const whole = viewOf(value);
        if (typeof opened === 'object' && opened !== null && Object.keys(opened).length > 0) {
          const key = Object.keys(opened)[Math.floor(random() * Object.keys(opened).length)];
          assertSame(opened[key], expected[key]);
          assertSame(viewOf(value, sizes)[key], expected[key]);
          lazy++;
        }
        assertSame(opened, expected);
        assertSame(whole, expected);
      }
    }),
    parameters,
  );
  console.log(`${lazy} views of objects`);
  assert.ok(lazy > 0);
});

test('a view of damaged bytes gives an error or some value', () => {
  const { bytes, length } = encoded(sample());
  const original = bytes.u8.slice();
  const sizes = { small: 64, tiny: 16 };
  let errors = 0;
  for (let round = 0; round < loops(200); round++) {
    bytes.u8.set(original);
    for (let i = 0; i < 20; i++) bytes.u8[Math.floor(random() * (i < 10 ? 600 : length))] = Math.floor(random() * 256);
    try {
      const opened = openView(bytes, length, sizes);
      for (const key of Object.keys(opened)) {
        const part = opened[key];
        if (typeof part === 'object' && part !== null) for (const inner of Object.keys(part).slice(0, 50)) part[inner];
      }
    } catch (error) {
      assert.ok(error instanceof Error, String(error));
      errors++;
    }
  }
  console.log(`${errors} errors`);
  assert.ok(errors > 0);
});
