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
import { COMBINING, KINDS, METHODS, plain } from './kinds.js';

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

// ---------------------------------------------------------------- elements of the other set

test('what cannot be an element is not in the set, and comes into results', () => {
  const strangers = [{}, Symbol('s'), () => {}, ['a', {}]];
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
