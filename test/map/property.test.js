// Random programs on a shared map and on a plain Map must give the same results, transactions and all.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readTransaction, SharedMap } from 'heddle';
import { expectedLog, programsOf, sharedLog, sharedLogAsync } from '../support/programs.js';
import { loops, random, seed } from '../support/random.js';
import { deferred } from '../support/wait.js';

// The plain Map finds the arrays among these by identity, the shared one by value.
const KEYS = ['a', 'b', '', 0, 1, Number.NaN, 7n, null, undefined, true, [1], ['a', [2]]];

const key = fc.constantFrom(...KEYS);
const value = fc.oneof(
  fc.integer(),
  fc.string(),
  fc.record({ id: fc.nat(), name: fc.string() }, { noNullPrototype: true }),
  fc.array(fc.option(fc.double())),
  fc.constantFrom(undefined, null, true, 1n),
);
const entries = fc.array(fc.tuple(key, value), { maxLength: 5 });

const operation = fc.oneof(
  { weight: 6, arbitrary: fc.record({ op: fc.constant('set'), key, value }) },
  { weight: 4, arbitrary: fc.record({ op: fc.constant('delete'), key }) },
  { weight: 4, arbitrary: fc.record({ op: fc.constantFrom('get', 'view', 'has'), key }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constantFrom('size', 'entries', 'keys', 'values', 'forEach') }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('clear') }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('setMany'), entries }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('getMany'), keys: fc.array(key, { maxLength: 5 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({ op: fc.constantFrom('getOrInsert', 'getOrInsertComputed', 'update'), key, value }),
  },
);

const program = programsOf(operation);

const PERFORM = {
  set: (map, { key, value }) => map.set(key, value),
  delete: (map, { key }) => map.delete(key),
  clear: (map) => map.clear(),
  get: (map, { key }) => map.get(key),
  view: (map, { key }) => map.view(key),
  has: (map, { key }) => map.has(key),
  size: (map) => map.size,
  entries: (map) => [...map],
  keys: (map) => [...map.keys()],
  values: (map) => [...map.values()],
  forEach: (map) => {
    const seen = [];
    map.forEach((value, key) => {
      seen.push([key, value]);
    });
    return seen;
  },
  setMany: (map, { entries }) => map.setMany(entries),
  getMany: (map, { keys }) => [...map.getMany(keys)],
  getOrInsert: (map, { key, value }) => map.getOrInsert(key, value),
  getOrInsertComputed: (map, { key, value }) => map.getOrInsertComputed(key, () => value),
  update: (map, { key, value }) => void map.update(key, (old) => [old, value]),
};

/** What the shared map has beyond Map, for a plain one. */
class PlainMap extends Map {
  set(key, value) {
    super.set(key, value);
  }
  view(key) {
    return this.get(key);
  }
  setMany(entries) {
    for (const [key, value] of entries) this.set(key, value);
  }
  getMany(keys) {
    return new Map(keys.filter((key) => this.has(key)).map((key) => [key, this.get(key)]));
  }
  getOrInsert(key, value) {
    if (!this.has(key)) this.set(key, value);
    return this.get(key);
  }
  getOrInsertComputed(key, compute) {
    return this.getOrInsert(key, compute(key));
  }
  update(key, fn) {
    this.set(key, fn(this.get(key)));
  }
  /** As of now; `restore` goes back to it. */
  save() {
    return [...this];
  }
  restore(saved) {
    this.clear();
    this.setMany(saved);
  }
}

const FINALLY = [{ op: 'entries' }, { op: 'size' }];

test('programs of sync transactions give what they give on a plain Map', () => {
  fc.assert(
    fc.property(fc.array(program, { minLength: 1, maxLength: 4 }), (programs) => {
      const whole = [...programs.flat(), ...FINALLY];
      assert.deepEqual(sharedLog(whole, PERFORM, new SharedMap()), expectedLog(whole, PERFORM, new PlainMap()));
    }),
    { seed, numRuns: loops(1500) },
  );
});

test('programs of async transactions give what they give on a plain Map', async () => {
  await fc.assert(
    fc.asyncProperty(program, async (program) => {
      const whole = [...program, ...FINALLY];
      assert.deepEqual(
        await sharedLogAsync(whole, PERFORM, new SharedMap()),
        expectedLog(whole, PERFORM, new PlainMap()),
      );
    }),
    { seed, numRuns: loops(500) },
  );
});

test('an open snapshot stays what it was over thousands of random writes', async () => {
  const map = new SharedMap();
  const plain = new PlainMap();
  const snapshots = [];
  for (let step = 0; step < loops(30_000); step++) {
    const some = Math.floor(random() * 300);
    if (random() < 0.6) {
      map.set(some, step);
      plain.set(some, step);
    } else if (random() < 0.999) {
      assert.equal(map.delete(some), plain.delete(some));
    } else {
      map.clear();
      plain.clear();
    }
    if (step % 3000 === 0) snapshots.push(hold(map, [...plain]));
    if (step % 500 === 0) assert.deepEqual([...map], [...plain]);
  }
  for (const { end, outcome } of snapshots.sort(() => random() - 0.5)) {
    end();
    await outcome;
    assert.deepEqual([...map], [...plain]);
  }
});

/** A read transaction that stays open until `end()` and then must still see `expected`. */
function hold(map, expected) {
  const gate = deferred();
  const outcome = readTransaction(async () => {
    await gate.promise;
    assert.deepEqual([...map], expected);
    assert.equal(map.size, expected.length);
    for (const [key, value] of expected.slice(0, 20)) assert.equal(map.get(key), value);
  });
  return { end: gate.resolve, outcome };
}
