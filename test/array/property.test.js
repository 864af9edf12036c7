// Random programs on a shared array and on a plain one must give the same results, transactions and all.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { SharedArray } from 'heddle';
import { expectedLog, programsOf, sharedLog, sharedLogAsync } from '../support/programs.js';
import { loops, seed } from '../support/random.js';

const value = fc.oneof(
  { weight: 4, arbitrary: fc.integer() },
  fc.string(),
  fc.record({ id: fc.nat(), name: fc.string() }, { noNullPrototype: true }),
  fc.constantFrom(undefined, null, true, 1n, Number.NaN),
);
const values = fc.array(value, { maxLength: 4 });
const many = fc.nat(200).map((length) => Array.from({ length }, (_, i) => i));
const index = fc.nat(60);
const relative = fc.option(fc.oneof(fc.integer({ min: -50, max: 60 }), fc.constantFrom(-0, 1.5, -1e9, 1e9)), {
  nil: undefined,
});

const operation = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ op: fc.constant('push'), values: fc.oneof({ weight: 4, arbitrary: values }, many) }),
  },
  { weight: 4, arbitrary: fc.record({ op: fc.constantFrom('set', 'update'), index, value }) },
  { weight: 4, arbitrary: fc.record({ op: fc.constantFrom('get', 'at'), index: fc.integer({ min: -60, max: 60 }) }) },
  { weight: 4, arbitrary: fc.record({ op: fc.constantFrom('pop', 'shift', 'length', 'elements', 'entries') }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant('unshift'), values }) },
  { weight: 3, arbitrary: fc.record({ op: fc.constantFrom('slice', 'fill'), start: relative, end: relative, value }) },
  {
    weight: 6,
    arbitrary: fc.record({ op: fc.constant('splice'), start: relative, count: relative, values, rest: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ op: fc.constantFrom('clear', 'sort', 'join') }) },
  // Objects in a shared array are copies, equal to nothing else.
  { weight: 1, arbitrary: fc.record({ op: fc.constantFrom('indexOf', 'includes'), value: fc.integer() }) },
);

const program = programsOf(operation);

/** What a call gives, or the class of what it throws. */
function outcome(call) {
  try {
    return call();
  } catch (error) {
    if (error instanceof RangeError) return 'RangeError';
    throw error;
  }
}

const PERFORM = {
  push: (array, { values }) => array.push(...values),
  set: (array, { index, value }) => outcome(() => array.set(index, value)),
  update: (array, { index, value }) => (index < array.length ? array.update(index, () => value ?? 0) : undefined),
  get: (array, { index }) => array.get(index),
  at: (array, { index }) => array.at(index),
  pop: (array) => array.pop(),
  shift: (array) => array.shift(),
  unshift: (array, { values }) => array.unshift(...values),
  length: (array) => array.length,
  elements: (array) => [...array],
  entries: (array) => [...array.entries()],
  slice: (array, { start, end }) => array.slice(start, end),
  fill: (array, { value, start, end }) => void array.fill(value, start, end),
  splice: (array, { start, count, values, rest }) =>
    rest ? array.splice(start) : array.splice(start, count, ...values),
  clear: (array) => array.clear(),
  sort: (array) => void array.sort((a, b) => (typeof a === typeof b && typeof a === 'number' ? a - b : 0)),
  join: (array) => array.join('|'),
  indexOf: (array, { value }) => array.indexOf(value),
  includes: (array, { value }) => array.includes(value),
};

/** The shared array's methods, on a plain one. */
class PlainArray extends Array {
  get(index) {
    return index >= 0 ? this[index] : undefined;
  }
  set(index, value) {
    if (index > this.length) throw new RangeError();
    this[index] = value;
  }
  update(index, fn) {
    const value = fn(this[index]);
    this[index] = value;
    return value;
  }
  clear() {
    this.length = 0;
  }
  slice(start, end) {
    return Array.from(this).slice(start, end);
  }
  splice(...args) {
    return Array.from(super.splice(...args));
  }
  static get [Symbol.species]() {
    return Array;
  }
  save() {
    return Array.from(this);
  }
  restore(saved) {
    this.length = 0;
    for (const value of saved) this.push(value);
  }
}

function run(program, shared, log) {
  const expected = expectedLog(program, PERFORM, new PlainArray());
  assert.deepEqual(log, expected);
  assert.equal(shared.length, shared.slice().length);
}

test('synchronous programs do what they do on a plain array', () => {
  let runs = 0;
  fc.assert(
    fc.property(program, (program) => {
      const shared = new SharedArray();
      run(program, shared, sharedLog(program, PERFORM, shared));
      runs++;
    }),
    { seed, numRuns: loops(400) },
  );
  console.log(`${runs} programs`);
});

test('asynchronous programs do what they do on a plain array', async () => {
  let runs = 0;
  await fc.assert(
    fc.asyncProperty(program, async (program) => {
      const shared = new SharedArray();
      run(program, shared, await sharedLogAsync(program, PERFORM, shared));
      runs++;
    }),
    { seed, numRuns: loops(150) },
  );
  console.log(`${runs} programs`);
});
