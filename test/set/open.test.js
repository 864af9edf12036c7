import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CollectionDestroyedError,
  CollectionOptionsError,
  CollectionTypeError,
  collections,
  DestroyInTransactionError,
  MemoryLimitError,
  ReadOnlyTransactionError,
  readTransactionSync,
  SharedMap,
  SharedRecord,
  SharedSet,
  transactionSync,
} from 'heddle';
import { heddleError, nativeError } from '../support/errors.js';

test('one name is one set', () => {
  const first = new SharedSet({ name: 'set:one' });
  first.add('a');
  const second = new SharedSet({ name: 'set:one' });
  assert.equal(second.has('a'), true);
  second.delete('a');
  assert.equal(first.size, 0);
  assert.equal(first.name, 'set:one');
  assert.equal(collections().find(({ name }) => name === 'set:one').kind, 'SharedSet');
  first.destroy();
});

test('sets without a name are their own', () => {
  const sets = [new SharedSet(null), new SharedSet({}), new SharedSet([]), new SharedSet(undefined, {})];
  sets[0].add('a');
  for (const set of sets.slice(1)) assert.equal(set.size, 0);
  assert.equal(sets[0].name, undefined);
});

test('a set is made of anything that is iterable', () => {
  const elements = new SharedSet(new Set(['a', 'b']));
  assert.deepEqual([...elements], ['a', 'b']);
  assert.deepEqual([...new SharedSet(elements)], ['a', 'b']);
  assert.deepEqual([...new SharedSet(new Map([['a', 1]]).keys())], ['a']);
  assert.deepEqual([...new SharedSet(new Map([['a', 1]]))], [['a', 1]]);
});

test('the elements that a set begins with are the creator’s, all or none of them', () => {
  const first = new SharedSet(['a'], { name: 'set:initial' });
  const second = new SharedSet(['b'], { name: 'set:initial' });
  assert.deepEqual([...second], ['a']);
  first.destroy();
  assert.throws(() => new SharedSet(['a', {}], { name: 'set:initial' }), nativeError(TypeError));
  assert.throws(() => new SharedSet(['a', 'b'], { name: 'set:initial', maxEntries: 1 }), heddleError(MemoryLimitError));
  const third = new SharedSet({ name: 'set:initial' });
  assert.equal(third.size, 0);
  third.destroy();
});

test('they are no part of the transaction that creates the set', () => {
  let set;
  assert.throws(() =>
    transactionSync(() => {
      set = new SharedSet(['a'], { name: 'set:inside' });
      throw new Error('undone');
    }),
  );
  assert.deepEqual([...set], ['a']);
  set.destroy();
});

test('a name of another kind is refused, all ways', () => {
  const kinds = { SharedMap, SharedRecord, SharedSet };
  for (const [kind, type] of Object.entries(kinds)) {
    const name = `set:kind:${kind}`;
    const made = new type({ name });
    for (const [otherKind, other] of Object.entries(kinds)) {
      if (other === type) continue;
      const expected = heddleError(CollectionTypeError, new RegExp(`^"${name}" is a ${kind}, not a ${otherKind}`));
      assert.throws(() => new other({ name }), expected);
      if (other !== SharedRecord) assert.throws(() => new other([], { name }), expected);
    }
    made.destroy();
  }
});

test('options that disagree with the creator are refused, none agree', () => {
  const set = new SharedSet({ name: 'set:options', maxEntries: 10 });
  for (const options of [{ maxEntries: 11 }, { maxMemory: 10 }, { eviction: 'lru' }, { lifetime: 'handles' }]) {
    const [option] = Object.keys(options);
    assert.throws(
      () => new SharedSet({ name: 'set:options', ...options }),
      heddleError(CollectionOptionsError, new RegExp(`^SharedSet "set:options" .*${option}`)),
    );
  }
  new SharedSet({ name: 'set:options' }).add('a');
  new SharedSet(['c'], { name: 'set:options', maxEntries: 10 }).add('b');
  assert.deepEqual([...set], ['a', 'b']);
  set.destroy();
});

for (const [what, options, type] of [
  ['options that are no object', 5, TypeError],
  ['a text in place of elements', 'abc', TypeError],
  ['an unknown option', { nmae: 'a' }, TypeError],
  ['a name that is no string', { name: 5 }, TypeError],
  ['a limit out of range', { maxMemory: 0 }, RangeError],
  ['eviction without a limit', { eviction: 'lru' }, TypeError],
]) {
  test(`${what}: ${type.name}`, () => {
    assert.throws(() => new SharedSet(options), nativeError(type, /SharedSet|option/));
    assert.throws(() => new SharedSet([], options), nativeError(type, /SharedSet|option/));
  });
}

test('an element past a limit undoes its transaction and says whose limit it is', () => {
  const set = new SharedSet(['a'], { name: 'set:limits', maxEntries: 2 });
  const tooMany = heddleError(MemoryLimitError, /^SharedSet "set:limits" would pass its maxEntries/);
  assert.throws(() => set.addMany(['b', 'c']), tooMany);
  assert.deepEqual([...set], ['a']);
  set.addMany(['a', 'b', 'a']);
  assert.throws(() => set.add('c'), tooMany);
  set.add('b');
  set.delete('a');
  set.add('c');
  assert.deepEqual([...set], ['b', 'c']);
  set.destroy();

  const small = new SharedSet({ maxMemory: 10_000 });
  assert.throws(
    () => small.add('x'.repeat(10_000)),
    heddleError(MemoryLimitError, /^This SharedSet would pass its maxMemory/),
  );
  assert.equal(small.size, 0);
});

test('a set that evicts keeps what is used: added again, or asked for', () => {
  const set = new SharedSet(['a', 'b', 'c'], { eviction: 'lru', maxEntries: 3 });
  set.add('a');
  assert.equal(set.has('b'), true);
  set.add('d');
  assert.equal(set.size, 3);
  assert.deepEqual([...set], ['a', 'b', 'd']);
  for (let i = 0; i < 100; i++) set.add(i);
  assert.equal(set.size, 3);
  assert.equal(set.stats().evictions, 101);
});

test('writes in a read-only transaction are refused', () => {
  const set = new SharedSet(['a']);
  for (const write of [() => set.add('a'), () => set.delete('a'), () => set.clear(), () => set.addMany(['b'])]) {
    assert.throws(() => readTransactionSync(write), heddleError(ReadOnlyTransactionError));
  }
  assert.deepEqual([...set], ['a']);
});

test('a destroyed set can be used no longer, and its name is free at once', () => {
  const set = new SharedSet(['a'], { name: 'set:destroyed' });
  const plain = new Set(['a']);
  set.has('a');
  assert.throws(
    () => transactionSync(() => set.destroy()),
    heddleError(DestroyInTransactionError, /^SharedSet "set:destroyed"/),
  );
  set.destroy();
  set.destroy();
  for (const use of [
    () => set.has('a'),
    () => set.has('b'),
    () => set.add('a'),
    () => set.delete('a'),
    () => set.clear(),
    () => set.addMany(['a']),
    () => set.size,
    () => set.memory,
    () => set.keys(),
    () => set.values(),
    () => set.entries(),
    () => [...set],
    () => set.forEach(() => {}),
    () => set.union(plain),
    () => set.intersection(plain),
    () => set.difference(plain),
    () => set.symmetricDifference(plain),
    () => set.isSubsetOf(plain),
    () => set.isSupersetOf(plain),
    () => set.isDisjointFrom(plain),
    () => new SharedSet(['a']).union(set),
    () => transactionSync(() => set.add('a')),
  ]) {
    assert.throws(use, heddleError(CollectionDestroyedError, /^SharedSet "set:destroyed"/));
  }
  const map = new SharedMap([['a', 3]], { name: 'set:destroyed' });
  assert.equal(map.get('a'), 3);
  map.destroy();
});
