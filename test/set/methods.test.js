// The methods of ES2025, beside those of the runtime's own sets where it has them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  ReadOnlyTransactionError,
  readTransactionSync,
  runOutside,
  SharedMap,
  SharedSet,
  transactionSync,
} from 'heddle';
import { heddleError } from '../support/errors.js';

const COMBINING = ['union', 'intersection', 'difference', 'symmetricDifference'];
const COMPARING = ['isSubsetOf', 'isSupersetOf', 'isDisjointFrom'];
const METHODS = [...COMBINING, ...COMPARING];

/** Makes sets of both kinds: what is said of one holds for the other. Node 20 has no such methods. */
const KINDS = { SharedSet: (elements) => new SharedSet(elements) };
if ('union' in Set.prototype) KINDS.Set = (elements) => new Set(elements);

/** Other sets of elements, of every kind. */
const OTHERS = {
  Set: (elements) => new Set(elements),
  SharedSet: (elements) => new SharedSet(elements),
  Map: (elements) => new Map(elements.map((element) => [element, 1])),
  SharedMap: (elements) => new SharedMap(elements.map((element) => [element, 1])),
  'set-like': (elements) => {
    const set = new Set(elements);
    return { size: set.size, has: (element) => set.has(element), keys: () => elements.values() };
  },
};

const plain = (result) => (result instanceof Set ? [...result] : result);

/** Rows: elements, other elements, what each of METHODS gives. */
const RESULTS = [
  [[], [], [[], [], [], [], true, true, true]],
  [[1, 2], [], [[1, 2], [], [1, 2], [1, 2], false, true, true]],
  [[], [1, 2], [[1, 2], [], [], [1, 2], true, false, true]],
  [
    [3, 1, 2],
    [2, 3],
    [[3, 1, 2], [2, 3], [1], [1], false, true, false],
  ],
  [
    [2, 3],
    [3, 1, 2],
    [[2, 3, 1], [2, 3], [], [1], true, false, false],
  ],
  [
    [1, 2, 3],
    [4, 3, 2],
    [[1, 2, 3, 4], [2, 3], [1], [1, 4], false, false, false],
  ],
  [
    [1, 2],
    ['1', 2n],
    [[1, 2, '1', 2n], [], [1, 2], [1, 2, '1', 2n], false, false, true],
  ],
  [
    [Number.NaN, 0],
    [-0, Number.NaN, null],
    [[Number.NaN, 0, null], [Number.NaN, 0], [], [null], true, false, false],
  ],
];

for (const [kind, make] of Object.entries(KINDS)) {
  for (const [otherKind, makeOther] of Object.entries(OTHERS)) {
    test(`a ${kind} with a ${otherKind}`, () => {
      for (const [elements, others, results] of RESULTS) {
        for (const [i, method] of METHODS.entries()) {
          const [set, other] = [make(elements), makeOther(others)];
          assert.deepEqual(plain(set[method](other)), results[i], `${method} of ${elements} with ${others}`);
          assert.deepEqual([...set], [...make(elements)]);
          assert.deepEqual([...other.keys()], [...makeOther(others).keys()]);
        }
      }
    });
  }

  test(`a ${kind} with itself`, () => {
    const set = make([1, 'a']);
    const results = METHODS.map((method) => plain(set[method](set)));
    assert.deepEqual(results, [[1, 'a'], [1, 'a'], [], [], true, true, false]);
  });
}

test('results are plain sets of the caller’s own', () => {
  const set = new SharedSet(['a', ['b']]);
  for (const method of COMBINING) {
    const result = set[method](new Set());
    assert.equal(Object.getPrototypeOf(result), Set.prototype);
    for (const element of result) if (Array.isArray(element)) element.push('mine');
    result.add({}).add('mine');
  }
  assert.deepEqual([...set], ['a', ['b']]);
});

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

// ---------------------------------------------------------------- elements of the other set

test('what cannot be an element is not in the set, and comes into results', () => {
  const strangers = [{}, Symbol('s'), nothing, ['a', {}]];
  for (const elements of [['a'], ['a', 'b', 'c', 'd', 'e', 'f', 'g']]) {
    const set = new SharedSet(elements);
    const other = new Set([...strangers, 'a']);
    assert.deepEqual([...set.union(other)], [...elements, ...strangers]);
    assert.deepEqual([...set.intersection(other)], ['a']);
    assert.deepEqual([...set.difference(other)], elements.slice(1));
    assert.deepEqual([...set.symmetricDifference(other)], [...elements.slice(1), ...strangers]);
    assert.equal(set.isSupersetOf(other), false);
    assert.equal(set.isSubsetOf(other), elements.length === 1);
    assert.equal(set.isDisjointFrom(other), false);
    assert.equal(set.isDisjointFrom(new Set(strangers)), true);
    assert.equal(set.isDisjointFrom(new Set(strangers.slice(0, 1))), true);
  }
});

for (const [otherKind, makeOther] of Object.entries(OTHERS).slice(0, 4)) {
  test(`arrays are compared by what they hold, those of a ${otherKind} too`, () => {
    const few = [['a', 1]];
    const many = [['b'], ['a', 1], ['c'], ['d']];
    const rows = [
      [few, many, [[['a', 1], ['b'], ['c'], ['d']], few, [], [['b'], ['c'], ['d']], true, false, false]],
      [many, few, [many, few, [['b'], ['c'], ['d']], [['b'], ['c'], ['d']], false, true, false]],
      [many, [['a'], [1]], [[...many, ['a'], [1]], [], many, [...many, ['a'], [1]], false, false, true]],
      [[['a'], [1]], many, [[['a'], [1], ...many], [], [['a'], [1]], [['a'], [1], ...many], false, false, true]],
    ];
    for (const [elements, others, results] of rows) {
      for (const [i, method] of METHODS.entries()) {
        const result = plain(new SharedSet(elements)[method](makeOther(structuredClone(others))));
        assert.deepEqual(result, results[i], method);
      }
    }
  });
}

for (const [kind, make] of Object.entries(KINDS)) {
  test(`a ${kind} takes a shared set`, () => {
    const shared = new SharedSet(['b', 'c']);
    const results = METHODS.map((method) => plain(make(['a', 'b'])[method](shared)));
    assert.deepEqual(results, [['a', 'b', 'c'], ['b'], ['a'], ['a', 'c'], false, false, false]);
    if (kind !== 'Set') return;
    const stranger = {};
    const set = make([stranger, 'b']);
    assert.deepEqual(plain(set.difference(shared)), [stranger]);
    assert.equal(set.isSubsetOf(shared), false);
  });
}

// ---------------------------------------------------------------- one snapshot

/** A shared set that, when it is first asked anything, writes as another thread might. */
class Disturbed extends SharedSet {
  #write;
  disturbBy(write) {
    this.#write = write;
    return this;
  }
  #disturb() {
    const write = this.#write;
    this.#write = undefined;
    if (write !== undefined) runOutside(write);
  }
  get size() {
    this.#disturb();
    return super.size;
  }
  has(element) {
    this.#disturb();
    return super.has(element);
  }
  keys() {
    this.#disturb();
    return super.keys();
  }
}

test('both sets are seen in one snapshot, whatever is written meanwhile', () => {
  const results = [['a', 'b', 'c', 'd'], ['a', 'b'], ['c'], ['c', 'd'], false, false, false];
  for (const run of [(look) => look(), readTransactionSync]) {
    for (const [i, method] of METHODS.entries()) {
      const set = new SharedSet(['a', 'b', 'c']);
      const other = new Disturbed(['b', 'a', 'd']).disturbBy(() =>
        transactionSync(() => {
          set.clear();
          set.add('z');
          other.clear();
          other.addMany(['a', 'b', 'c']);
        }),
      );
      assert.deepEqual(
        run(() => plain(set[method](other))),
        results[i],
        method,
      );
      assert.deepEqual([...set], ['z'], method);
    }
  }
});

test('a set-like can change nothing shared, but in a body', () => {
  const set = new SharedSet(['a', 'b', 'c']);
  const busy = {
    size: 5,
    has(element) {
      set.delete(element);
      set.add(`${element}!`);
      return element === 'a';
    },
    keys: () => [][Symbol.iterator](),
  };
  assert.throws(() => set.difference(busy), heddleError(ReadOnlyTransactionError));
  assert.deepEqual([...set], ['a', 'b', 'c']);
  transactionSync(() => assert.deepEqual([...set.difference(busy)], ['b', 'c']));
  assert.deepEqual([...set], ['a!', 'b!', 'c!']);
});

test('in a body its own writes count', () => {
  const set = new SharedSet(['a', 'b']);
  const other = new SharedSet(['b']);
  transactionSync(() => {
    set.delete('a');
    set.add('c');
    other.addMany(['d', ['e']]);
    set.add(['e']);
    assert.deepEqual([...set.union(other)], ['b', 'c', ['e'], 'd']);
    assert.deepEqual([...set.intersection(other)], ['b', ['e']]);
    assert.deepEqual([...set.difference(other)], ['c']);
    assert.deepEqual([...set.symmetricDifference(other)], ['c', 'd']);
    other.add('c');
    assert.equal(set.isSubsetOf(other), true);
    set.clear();
    assert.equal(set.isDisjointFrom(other), true);
    assert.equal(other.isSupersetOf(set), true);
  });
});

test('what a method has asked is what its transaction depends on', () => {
  const set = new SharedSet(Array.from({ length: 100 }, (_, i) => i));
  const log = new SharedMap();
  const runsOf = (look, write) => {
    let runs = 0;
    transactionSync(() => {
      look();
      if (++runs === 1) runOutside(write);
      log.set('last', runs);
    });
    return runs;
  };
  const few = new Set([1, 2]);
  const swap = (gone, come) => () =>
    transactionSync(() => {
      set.delete(gone);
      set.add(come);
    });
  assert.equal(
    runsOf(() => set.isSupersetOf(few), swap(50, 'new')),
    1,
  );
  assert.equal(
    runsOf(() => set.isSupersetOf(few), swap(2, 'newer')),
    2,
  );
  assert.equal(
    runsOf(() => set.union(few), swap(51, 'newest')),
    2,
  );
});
