// What the methods of sets ask a set-like, in which order, and what they refuse. Beside the runtime's own where it has them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SharedSet } from 'heddle';
import { KINDS, METHODS, plain } from './kinds.js';

for (const [kind, make] of Object.entries(KINDS)) {
  test(`a ${kind} takes an element that the other set gives twice once`, () => {
    const given = ['c', 'b', 'c', 'b'];
    const other = { size: 1, has: (element) => given.includes(element), keys: () => given.values() };
    const results = METHODS.map((method) => plain(make(['a', 'b'])[method](other)));
    assert.deepEqual(results, [['a', 'b', 'c'], ['b'], ['a'], ['a', 'c'], false, false, false]);
  });
}

// ---------------------------------------------------------------- what is no set

/** A set-like that logs what is asked of it. `parts` replaces parts. */
function logging(log, elements, parts = {}) {
  const set = new Set(elements);
  const target = {
    size: set.size,
    has: (element) => log.push(`has ${String(element)}`) && set.has(element),
    keys() {
      log.push('keys()');
      const keys = set.keys();
      // No iterable.
      const iterator = {
        next() {
          log.push('next()');
          return keys.next();
        },
        return() {
          log.push('return()');
          return {};
        },
      };
      return new Proxy(iterator, logged('iterator.'));
    },
    ...parts,
  };
  function logged(prefix) {
    return {
      get(object, key) {
        log.push(`${prefix}${String(key)}`);
        return object[key];
      },
    };
  }
  return new Proxy(target, logged(''));
}

const SIZE = ['size'];
const RECORD = ['size', 'has', 'keys'];
const nothing = () => {};

/** What is refused, by which error, after what was asked of it. */
const REFUSED = [
  ['undefined', () => undefined, TypeError, []],
  ['null', () => null, TypeError, []],
  ['a number', () => 5, TypeError, []],
  ['a text', () => 'ab', TypeError, []],
  ['an array', () => ['a'], TypeError, []],
  ['an object', () => ({}), TypeError, []],
  ['no size', (log) => logging(log, [], { size: undefined }), TypeError, SIZE],
  ['a size that is no number', (log) => logging(log, [], { size: 'many', has: 1 }), TypeError, SIZE],
  ['a bigint size', (log) => logging(log, [], { size: 1n }), TypeError, SIZE],
  ['a symbol as size', (log) => logging(log, [], { size: Symbol('s') }), TypeError, SIZE],
  ['a negative size', (log) => logging(log, [], { size: -1, has: 1, keys: 1 }), RangeError, SIZE],
  ['a size of -Infinity', (log) => logging(log, [], { size: Number.NEGATIVE_INFINITY }), RangeError, SIZE],
  ['no has', (log) => logging(log, [], { has: undefined, keys: undefined }), TypeError, ['size', 'has']],
  ['a has that is no function', (log) => logging(log, [], { has: {} }), TypeError, ['size', 'has']],
  ['no keys', (log) => logging(log, [], { keys: null }), TypeError, RECORD],
  ['keys that are no function', (log) => logging(log, [], { keys: ['a'] }), TypeError, RECORD],
];

for (const [kind, make] of Object.entries(KINDS)) {
  for (const [what, other, type, asked] of REFUSED) {
    test(`a ${kind} refuses ${what}: ${type.name}`, () => {
      for (const method of METHODS) {
        const log = [];
        assert.throws(
          () => make(['a'])[method](other(log)),
          (error) => Object.getPrototypeOf(error) === type.prototype,
          method,
        );
        assert.deepEqual(log, asked, method);
      }
    });
  }

  test(`a ${kind} refuses keys() that gives no iterator, and a next() that gives no object`, () => {
    for (const keys of [nothing, () => 'a', () => ({}), () => ({ next: 1 }), () => ({ next: () => 1 })]) {
      const other = { size: 1, has: nothing, keys };
      const set = make(['a', 'b']);
      for (const method of METHODS) {
        // It is not gone through.
        if (method === 'isSubsetOf') assert.equal(set[method](other), false);
        else assert.throws(() => set[method](other), TypeError, method);
      }
    }
  });

  test(`a ${kind} takes whatever is a number as size`, () => {
    const sizes = ['2', { valueOf: () => 2 }, 2.9, true, null, '', -0.5, Number.POSITIVE_INFINITY];
    const all = sizes.map((size) => {
      const log = [];
      const other = logging(log, ['a'], { size });
      return [make(['a', 'b']).isDisjointFrom(other), log.length > RECORD.length && log[3], String(size)];
    });
    const byHas = ['has a', 'keys()'];
    assert.deepEqual(
      all.map(([disjoint, asked]) => [disjoint, byHas.indexOf(asked)]),
      [0, 0, 0, 1, 1, 1, 1, 0].map((asked) => [false, asked]),
    );
  });
}

// ---------------------------------------------------------------- which set is asked what

const through = (...calls) => [...RECORD, 'keys()', 'iterator.next', ...calls];
const asking = (...elements) => [...RECORD, ...elements.map((element) => `has ${element}`)];
const nexts = (count) => Array(count).fill('next()');

/** Rows: elements, other elements, and for each of METHODS what it asks the other set. */
const ASKED = [
  [
    ['a', 'b'],
    ['b', 'c'],
    {
      union: through(...nexts(3)),
      intersection: asking('a', 'b'),
      difference: asking('a', 'b'),
      symmetricDifference: through(...nexts(3)),
      isSubsetOf: asking('a'),
      isSupersetOf: through(...nexts(2), 'iterator.return', 'return()'),
      isDisjointFrom: asking('a', 'b'),
    },
  ],
  [
    ['a', 'b', 'c'],
    ['b', 'a'],
    {
      union: through(...nexts(3)),
      intersection: through(...nexts(3)),
      difference: through(...nexts(3)),
      symmetricDifference: through(...nexts(3)),
      isSubsetOf: RECORD,
      isSupersetOf: through(...nexts(3)),
      isDisjointFrom: through(...nexts(1), 'iterator.return', 'return()'),
    },
  ],
  [
    ['a'],
    ['b', 'c'],
    {
      union: through(...nexts(3)),
      intersection: asking('a'),
      difference: asking('a'),
      symmetricDifference: through(...nexts(3)),
      isSubsetOf: asking('a'),
      isSupersetOf: RECORD,
      isDisjointFrom: asking('a'),
    },
  ],
];

for (const [kind, make] of Object.entries(KINDS)) {
  test(`a ${kind} asks the other set what the specification says`, () => {
    for (const [elements, others, asked] of ASKED) {
      for (const method of METHODS) {
        const log = [];
        make(elements)[method](logging(log, others));
        assert.deepEqual(log, asked[method], `${method} of ${elements} with ${others}`);
      }
    }
  });
}

test('what the other set throws is thrown', () => {
  const set = new SharedSet(['a']);
  const error = new Error('mine');
  const fails = () => {
    throw error;
  };
  for (const method of METHODS) {
    for (const other of [
      Object.defineProperty({}, 'size', { get: fails }),
      { size: 1, has: fails, keys: fails },
      { size: 1, has: fails, keys: () => ({ next: fails }) },
    ]) {
      assert.throws(
        () => set[method](other),
        (thrown) => thrown === error,
        method,
      );
    }
  }
});
