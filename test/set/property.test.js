// Random programs on a shared set and on a plain Set must give the same results, transactions and all.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { SharedMap, SharedSet } from 'heddle';
import { expectedLog, programsOf, sharedLog, sharedLogAsync } from '../support/programs.js';
import { loops, seed } from '../support/random.js';
import { METHODS, plain } from './kinds.js';

// The plain Set finds the arrays among these by identity, the shared one by value.
const ELEMENTS = ['a', 'b', '', 0, 1, Number.NaN, 7n, null, undefined, true, [1], ['a', [2]]];
const STRANGERS = [{ no: 'element' }, ['a', { no: 'element' }]];

const element = fc.constantFrom(...ELEMENTS);
const elements = fc.array(element, { maxLength: 8 });
const pairs = (elements) => elements.map((element) => [element, 1]);

/** Another set as a shared one gets it, and the same as a plain one. Made beforehand: one made in a body may have it run again. */
const otherOf = (make, element) =>
  fc.array(element, { maxLength: 8 }).map((elements) => ({ given: make(elements), plain: new Set(elements) }));
const stranger = fc.constantFrom(...ELEMENTS, ...STRANGERS);
const other = fc.oneof(
  otherOf((elements) => new Set(elements), stranger),
  otherOf((elements) => new Map(pairs(elements)), stranger),
  otherOf((elements) => new SharedSet(elements), element),
  otherOf((elements) => new SharedMap(pairs(elements)), element),
);

const operation = fc.oneof(
  { weight: 6, arbitrary: fc.record({ op: fc.constant('add'), element }) },
  { weight: 4, arbitrary: fc.record({ op: fc.constantFrom('delete', 'has'), element }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constantFrom('size', 'keys', 'values', 'entries', 'forEach') }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('clear') }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant('addMany'), elements }) },
  { weight: 4, arbitrary: fc.record({ op: fc.constantFrom(...METHODS), other }) },
);

const program = programsOf(operation);

const otherFor = (set, { given, plain }) => (set instanceof SharedSet ? given : plain);

const PERFORM = {
  add: (set, { element }) => set.add(element) === set,
  addMany: (set, { elements }) => set.addMany(elements),
  has: (set, { element }) => set.has(element),
  delete: (set, { element }) => set.delete(element),
  clear: (set) => set.clear(),
  size: (set) => set.size,
  keys: (set) => [...set.keys()],
  values: (set) => [...set],
  entries: (set) => [...set.entries()],
  forEach: (set) => {
    const seen = [];
    set.forEach((value, key) => {
      seen.push([value, key]);
    });
    return seen;
  },
};
for (const method of METHODS) PERFORM[method] = (set, { other }) => plain(set[method](otherFor(set, other)));

/** What Node 20 does not have of Set, for plain sets alone. */
const DEFINITIONS = {
  union: (set, other) => new Set([...set, ...other]),
  intersection: (set, other) =>
    new Set(
      set.size <= other.size ? [...set].filter((each) => other.has(each)) : [...other].filter((each) => set.has(each)),
    ),
  difference: (set, other) => new Set([...set].filter((each) => !other.has(each))),
  symmetricDifference: (set, other) =>
    new Set([...DEFINITIONS.difference(set, other), ...[...other].filter((each) => !set.has(each))]),
  isSubsetOf: (set, other) => [...set].every((each) => other.has(each)),
  isSupersetOf: (set, other) => [...other].every((each) => set.has(each)),
  isDisjointFrom: (set, other) => ![...set].some((each) => other.has(each)),
};

/** What the shared set has beyond Set, for a plain one. */
class PlainSet extends Set {
  addMany(elements) {
    for (const element of elements) this.add(element);
  }
  /** As of now; `restore` goes back to it. */
  save() {
    return [...this];
  }
  restore(saved) {
    this.clear();
    this.addMany(saved);
  }
}
for (const [name, method] of Object.entries(DEFINITIONS)) {
  if (name in Set.prototype) continue;
  PlainSet.prototype[name] = function (other) {
    return method(this, other);
  };
}

const FINALLY = [{ op: 'values' }, { op: 'size' }];

test('programs of sync transactions give what they give on a plain Set', () => {
  fc.assert(
    fc.property(fc.array(program, { minLength: 1, maxLength: 4 }), (programs) => {
      const whole = [...programs.flat(), ...FINALLY];
      assert.deepEqual(sharedLog(whole, PERFORM, new SharedSet()), expectedLog(whole, PERFORM, new PlainSet()));
    }),
    { seed, numRuns: loops(1500) },
  );
});

test('programs of async transactions give what they give on a plain Set', async () => {
  await fc.assert(
    fc.asyncProperty(program, async (program) => {
      const whole = [...program, ...FINALLY];
      assert.deepEqual(
        await sharedLogAsync(whole, PERFORM, new SharedSet()),
        expectedLog(whole, PERFORM, new PlainSet()),
      );
    }),
    { seed, numRuns: loops(500) },
  );
});
