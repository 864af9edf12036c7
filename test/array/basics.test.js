import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CollectionDestroyedError,
  CollectionOptionsError,
  CollectionTypeError,
  MemoryLimitError,
  ReadOnlyTransactionError,
  readTransactionSync,
  SharedArray,
  SharedMap,
  transactionSync,
  ValidationError,
} from 'heddle';
import { heddleError, nativeError } from '../support/errors.js';

test('elements are there by their index', () => {
  const array = new SharedArray(['a', { b: [1] }]);
  assert.equal(array.length, 2);
  assert.equal(array.get(0), 'a');
  assert.deepEqual(array.get(1), { b: [1] });
  for (const none of [2, -1, 0.5, Number.NaN, '0', 1e300]) assert.equal(array.get(none), undefined);
  assert.deepEqual(array.at(-1), { b: [1] });
  assert.equal(array.at(-3), undefined);
  array.set(0, null);
  assert.equal(array.get(0), null);
  array.set(2, 'appended');
  assert.equal(array.length, 3);
  for (const none of [4, -1, 0.5, Number.NaN, '0']) {
    assert.throws(() => array.set(none, 1), RangeError);
    assert.throws(() => transactionSync(() => array.set(none, 1)), RangeError);
  }
  assert.deepEqual(array.slice(), [null, { b: [1] }, 'appended']);
});

test('values are copied in and out', () => {
  const value = { list: [1] };
  const array = new SharedArray([value]);
  value.list.push(2);
  const got = array.get(0);
  assert.deepEqual(got, { list: [1] });
  got.list.push(3);
  assert.deepEqual(array.get(0), { list: [1] });
  for (const each of array) each.list.push(4);
  assert.deepEqual(array.slice(), [{ list: [1] }]);
});

test('push returns the new length', () => {
  const array = new SharedArray();
  assert.equal(array.push('a'), 1);
  assert.equal(array.push('b', 'c'), 3);
  assert.equal(array.push(), 3);
  assert.equal(
    transactionSync(() => array.push('d') + array.push('e')),
    4 + 5,
  );
  assert.deepEqual([...array], ['a', 'b', 'c', 'd', 'e']);
});

test('many elements are pushed in one go', () => {
  const array = new SharedArray();
  const many = Array.from({ length: 5000 }, (_, i) => i);
  assert.equal(array.push(...many), 5000);
  assert.deepEqual(array.slice(), many);
  transactionSync(() => array.push(...many));
  assert.equal(array.length, 10_000);
});

test('update changes an element in one transaction', () => {
  const array = new SharedArray([{ n: 1 }, 5]);
  assert.deepEqual(
    array.update(0, (value) => {
      value.n++;
    }),
    { n: 2 },
  );
  assert.equal(
    array.update(1, (n) => n * 2),
    10,
  );
  assert.equal(
    array.update(2, (value) => value ?? 'new'),
    'new',
  );
  assert.throws(() => array.update(9, () => 1), RangeError);
  assert.deepEqual(array.slice(), [{ n: 2 }, 10, 'new']);
});

test('the methods of Array', () => {
  const array = new SharedArray([3, 1, 2, 1]);
  assert.deepEqual(
    array.map((value, index, whole) => [value, index, whole === array]),
    [3, 1, 2, 1].map((value, index) => [value, index, true]),
  );
  assert.deepEqual(
    array.filter((value) => value === 1),
    [1, 1],
  );
  assert.equal(
    array.reduce((a, b) => a + b),
    7,
  );
  assert.equal(
    array.reduce((a, b) => a + b, 'x'),
    'x3121',
  );
  assert.throws(() => new SharedArray().reduce((a) => a), TypeError);
  assert.equal(
    array.find((value) => value < 3),
    1,
  );
  assert.equal(
    array.findIndex((value) => value > 1 && value < 3),
    2,
  );
  assert.equal(
    array.findIndex(() => false),
    -1,
  );
  assert.ok(array.some((value) => value === 2));
  assert.ok(!array.every((value) => value === 2));
  assert.equal(array.indexOf(1), 1);
  assert.equal(array.indexOf(1, 2), 3);
  assert.ok(new SharedArray([Number.NaN]).includes(Number.NaN));
  assert.equal(array.join('-'), '3-1-2-1');
  const seen = [];
  array.forEach(
    function (value, index) {
      seen.push([this.self, value, index]);
    },
    { self: 1 },
  );
  assert.deepEqual(seen[3], [1, 1, 3]);
  assert.equal(array.sort(), array);
  assert.deepEqual(array.toArray(), [1, 1, 2, 3]);
  assert.equal(array.fill(0, 1, -1), array);
  assert.deepEqual(array.slice(), [1, 0, 0, 3]);
  assert.deepEqual([...array.keys()], [0, 1, 2, 3]);
  assert.deepEqual([...array.entries()].at(-1), [3, 3]);
  for (const method of ['map', 'filter', 'reduce', 'find', 'findIndex', 'forEach', 'some', 'every', 'update']) {
    assert.throws(() => array[method](), TypeError, method);
  }
});

test('sort puts undefined last and is stable', () => {
  const array = new SharedArray([{ k: 1, n: 'a' }, undefined, { k: 0, n: 'b' }, { k: 1, n: 'c' }]);
  array.sort((a, b) => a.k - b.k);
  assert.deepEqual(
    array.map((value) => value?.n),
    ['b', 'a', 'c', undefined],
  );
});

test('an iterator sees one snapshot', () => {
  const array = new SharedArray(Array.from({ length: 5000 }, (_, i) => i));
  let count = 0;
  for (const value of array) {
    assert.equal(value, count++);
    if (count === 10) {
      array.push('more');
      array.set(4000, 'changed');
      array.splice(2000, 1000);
    }
  }
  assert.equal(count, 5000);
  assert.equal(array.length, 4001);
  for (const [index, value] of array.entries()) {
    if (index === 3000) assert.equal(value, 'changed');
    if (index === 3500) break;
  }
  const iterator = array.values();
  assert.equal(Object.prototype.toString.call(iterator), '[object SharedArray Iterator]');
  iterator.next();
  array.destroy(); // it ends when it needs the array again
  assert.ok([...iterator].length < 2000);
});

test('elements of all kinds are iterated in their order', () => {
  const large = 'x'.repeat(200_000);
  const kinds = [1, 2, 'text', { a: 1 }, 3n, large, new Uint8Array(100_000), true, false, null, undefined, [4]];
  const all = Array.from({ length: 3000 }, (_, i) => (i % 100 === 0 ? kinds[(i / 100) % kinds.length] : i));
  const array = new SharedArray(all);
  assert.deepEqual([...array], all);
  assert.deepEqual(array.slice(95, 305), all.slice(95, 305));
  const flags = new SharedArray(Array.from({ length: 200 }, (_, i) => i % 2 === 0));
  assert.deepEqual([...flags], flags.slice());
  assert.equal(flags.get(1), false);
});

test('a body has its own writes on top of its snapshot', () => {
  const array = new SharedArray([0, 1, 2, 3]);
  transactionSync(() => {
    array.set(0, 'zero');
    array.push('end');
    const iterator = array.values();
    array.shift();
    assert.deepEqual([...iterator], ['zero', 1, 2, 3, 'end']);
    assert.deepEqual([...array], [1, 2, 3, 'end']);
    assert.equal(array.length, 4);
    array.splice(1, 1, 'a', 'b');
    assert.deepEqual(array.slice(), [1, 'a', 'b', 3, 'end']);
    assert.equal(array.at(-1), 'end');
    array.clear();
    assert.equal(array.length, 0);
    assert.deepEqual([...array], []);
    array.push('only');
    assert.equal(array.get(0), 'only');
  });
  assert.deepEqual(array.slice(), ['only']);
});

test('a nested transaction that fails leaves the array as the outer one had it', () => {
  const array = new SharedArray([0, 1, 2]);
  transactionSync(() => {
    array.push('outer');
    for (let round = 0; round < 2; round++) {
      assert.throws(() =>
        transactionSync(() => {
          array.set(0, 'inner');
          array.splice(1, 2);
          array.push('inner');
          throw new Error('no');
        }),
      );
      assert.deepEqual(array.slice(), [0, 1, 2, 'outer']);
    }
    transactionSync(() => array.unshift('kept'));
  });
  assert.deepEqual(array.slice(), ['kept', 0, 1, 2, 'outer']);
});

test('handles, and a map of arrays', () => {
  const lists = new SharedMap();
  lists.set('a', new SharedArray([1]));
  lists.get('a').push(2);
  assert.deepEqual(lists.get('a').slice(), [1, 2]);
  const nested = new SharedArray([lists, new SharedArray(['deep'])]);
  assert.equal(nested.get(0), lists);
  assert.deepEqual(nested.slice()[1].slice(), ['deep']);
  assert.deepEqual([...nested][1].slice(), ['deep']);
});

test('a read-only transaction reads and does not write', () => {
  const array = new SharedArray([1, 2]);
  readTransactionSync(() => {
    assert.deepEqual(array.slice(), [1, 2]);
    assert.equal(array.length, 2);
    for (const write of [
      () => array.push(1),
      () => array.set(0, 1),
      () => array.pop(),
      () => array.splice(0, 1),
      () => array.clear(),
    ]) {
      assert.throws(write, heddleError(ReadOnlyTransactionError));
    }
  });
  assert.deepEqual(array.slice(), [1, 2]);
});

test('limits refuse the whole transaction', () => {
  const array = new SharedArray([1, 2], { maxEntries: 3 });
  assert.throws(() => array.push(3, 4), heddleError(MemoryLimitError));
  assert.throws(() => transactionSync(() => array.splice(0, 1, 'a', 'b', 'c')), heddleError(MemoryLimitError));
  assert.deepEqual(array.slice(), [1, 2]);
  array.push(3);
  array.splice(0, 1, 'a');
  const light = new SharedArray({ maxMemory: 1000 });
  assert.throws(() => light.push('x'.repeat(2000)), heddleError(MemoryLimitError));
  light.push('x');
  assert.ok(light.memory > 0 && light.memory < 1000);
});

test('options and names', () => {
  const array = new SharedArray([1], { name: 'array:options', maxEntries: 9 });
  assert.deepEqual(new SharedArray(['ignored'], { name: 'array:options' }).slice(), [1]);
  assert.throws(() => new SharedArray({ name: 'array:options', maxEntries: 8 }), heddleError(CollectionOptionsError));
  assert.throws(() => new SharedMap({ name: 'array:options' }), heddleError(CollectionTypeError));
  assert.throws(() => new SharedArray({ eviction: 'lru', maxEntries: 1 }), TypeError);
  assert.throws(() => new SharedArray({ capacity: 1 }), TypeError);
  assert.equal(array.name, 'array:options');
  assert.equal(String(array), '[object SharedArray]');
  array.destroy();
  assert.throws(() => array.get(0), heddleError(CollectionDestroyedError));
  assert.throws(() => array.push(0), heddleError(CollectionDestroyedError));
});

test('a schema checks what is written', () => {
  const schema = {
    '~standard': {
      version: 1,
      vendor: 'test',
      validate: (value) => (typeof value === 'number' ? { value } : { issues: [{ message: 'not a number' }] }),
    },
  };
  const array = new SharedArray([1], { schema });
  const refused = heddleError(ValidationError);
  assert.throws(() => array.push('x'), refused);
  assert.throws(() => array.push(1, 'x'), refused);
  assert.throws(() => array.set(0, 'x'), refused);
  assert.throws(() => array.splice(0, 1, 'x'), refused);
  assert.throws(() => array.fill('x'), refused);
  assert.throws(() => new SharedArray(['x'], { schema }), refused);
  assert.deepEqual(array.slice(), [1]);
});

test('splice of nothing removes nothing', () => {
  const array = new SharedArray([1, 2]);
  assert.deepEqual(Reflect.apply(array.splice, array, []), []);
  assert.deepEqual(array.splice(undefined), [1, 2]);
});

test('an array that becomes shorter while what is inserted is encoded or validated', () => {
  for (const shorten of [(array) => array.pop(), (array) => array.clear()]) {
    const array = new SharedArray([1, 2, 3, 4]);
    const item = {
      get x() {
        shorten(array);
        return 1;
      },
    };
    assert.throws(() => array.splice(0, 4, item), nativeError(RangeError, /become shorter while/));
    assert.deepEqual(array.toArray(), [1, 2, 3, 4], 'nothing has happened');
    transactionSync(() => {
      assert.throws(() => array.splice(0, 4, item), nativeError(RangeError, /become shorter while/));
    });
    let checked = 0;
    const validate = (value) => {
      if (++checked > 4) shorten(checking);
      return { value };
    };
    const checking = new SharedArray([1, 2, 3, 4], {
      schema: { '~standard': { version: 1, vendor: 'mine', validate } },
    });
    assert.throws(() => checking.splice(0, 4, 9), nativeError(RangeError, /become shorter while/));
    assert.deepEqual(checking.toArray(), [1, 2, 3, 4]);
  }
  const array = new SharedArray([1, 2, 3, 4]);
  const item = {
    get x() {
      array.pop();
      return 1;
    },
  };
  assert.deepEqual(array.splice(0, 2, item), [1, 2], 'what is left is enough');
  assert.deepEqual(array.toArray(), [{ x: 1 }, 3]);
});
