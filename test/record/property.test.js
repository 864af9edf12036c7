// Random programs on a shared record and on a plain object must give the same results, transactions and all.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { SharedRecord } from 'heddle';
import { expectedLog, programsOf, sharedLog, sharedLogAsync } from '../support/programs.js';
import { loops, seed } from '../support/random.js';

// Not those that look like indices: a plain object puts them first.
const NAMES = ['a', 'b', 'c', '', '__proto__', 'constructor', 'size', 'ünï \ud800'];

const key = fc.constantFrom(...NAMES);
const value = fc.oneof(
  fc.integer(),
  fc.string(),
  fc.record({ id: fc.nat(), name: fc.string() }, { noNullPrototype: true }),
  fc.array(fc.option(fc.double())),
  fc.constantFrom(undefined, undefined, null, true, 1n),
);
const entries = fc.array(fc.tuple(key, value), { maxLength: 5 });

const operation = fc.oneof(
  { weight: 6, arbitrary: fc.record({ op: fc.constant('set'), key, value }) },
  { weight: 4, arbitrary: fc.record({ op: fc.constant('delete'), key }) },
  { weight: 4, arbitrary: fc.record({ op: fc.constantFrom('get', 'view', 'has'), key }) },
  {
    weight: 3,
    arbitrary: fc.record({ op: fc.constantFrom('size', 'entries', 'keys', 'values', 'toObject', 'forEach') }),
  },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('clear') }) },
  { weight: 4, arbitrary: fc.record({ op: fc.constantFrom('update', 'assign'), entries }) },
);

const program = programsOf(operation);

const PERFORM = {
  set: (record, { key, value }) => record.set(key, value),
  delete: (record, { key }) => record.delete(key),
  clear: (record) => record.clear(),
  get: (record, { key }) => record.get(key),
  view: (record, { key }) => record.view(key),
  has: (record, { key }) => record.has(key),
  size: (record) => record.size,
  entries: (record) => [...record],
  keys: (record) => record.keys(),
  values: (record) => record.values(),
  toObject: (record) => Object.getOwnPropertyDescriptors(record.toObject()),
  forEach: (record) => {
    const seen = [];
    record.forEach((value, key) => {
      seen.push([key, value]);
    });
    return seen;
  },
  update: (record, { entries }) => record.update(Object.fromEntries(entries)),
  assign: (record, { entries }) => record.assign(Object.fromEntries(entries)),
};

/** The shared record's methods, on a plain object. */
class PlainRecord {
  #fields = Object.create(null);
  set(key, value) {
    this.#fields[key] = value;
  }
  get(key) {
    return this.#fields[key];
  }
  view(key) {
    return this.get(key);
  }
  has(key) {
    return Object.hasOwn(this.#fields, key);
  }
  delete(key) {
    return this.has(key) && delete this.#fields[key];
  }
  clear() {
    this.#fields = Object.create(null);
  }
  get size() {
    return this.keys().length;
  }
  keys() {
    return Object.keys(this.#fields);
  }
  values() {
    return Object.values(this.#fields);
  }
  [Symbol.iterator]() {
    return Object.entries(this.#fields)[Symbol.iterator]();
  }
  toObject() {
    return this.#fields;
  }
  forEach(fn) {
    for (const [key, value] of this) fn(value, key);
  }
  update(partial) {
    for (const [key, value] of Object.entries(partial)) if (value !== undefined) this.set(key, value);
  }
  assign(object) {
    Object.assign(this.#fields, object);
  }
  /** As of now; `restore` goes back to it. */
  save() {
    return Object.entries(this.#fields);
  }
  restore(saved) {
    this.clear();
    for (const [key, value] of saved) this.set(key, value);
  }
}

const FINALLY = [{ op: 'entries' }, { op: 'size' }, { op: 'toObject' }];

test('programs of sync transactions give what they give on a plain object', () => {
  fc.assert(
    fc.property(fc.array(program, { minLength: 1, maxLength: 4 }), (programs) => {
      const whole = [...programs.flat(), ...FINALLY];
      assert.deepEqual(sharedLog(whole, PERFORM, new SharedRecord()), expectedLog(whole, PERFORM, new PlainRecord()));
    }),
    { seed, numRuns: loops(1500) },
  );
});

test('programs of async transactions give what they give on a plain object', async () => {
  await fc.assert(
    fc.asyncProperty(program, async (program) => {
      const whole = [...program, ...FINALLY];
      assert.deepEqual(
        await sharedLogAsync(whole, PERFORM, new SharedRecord()),
        expectedLog(whole, PERFORM, new PlainRecord()),
      );
    }),
    { seed, numRuns: loops(500) },
  );
});
