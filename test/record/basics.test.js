import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runOutside, SharedMap, SharedRecord } from 'heddle';
import { nativeError } from '../support/errors.js';

test('a record starts empty', () => {
  const record = new SharedRecord();
  assert.equal(record.size, 0);
  assert.equal(record.get('a'), undefined);
  assert.equal(record.view('a'), undefined);
  assert.equal(record.has('a'), false);
  assert.equal(record.delete('a'), false);
  assert.deepEqual(record.keys(), []);
  assert.deepEqual(record.values(), []);
  assert.deepEqual(record.toObject(), {});
});

test('fields are set, read and deleted', () => {
  const record = new SharedRecord();
  assert.equal(record.set('a', { n: 1 }), undefined);
  record.set('b', undefined);
  assert.deepEqual(record.get('a'), { n: 1 });
  assert.equal(record.get('b'), undefined);
  assert.equal(record.has('b'), true);
  assert.equal(record.size, 2);
  assert.equal(record.delete('a'), true);
  assert.equal(record.delete('a'), false);
  assert.equal(record.has('a'), false);
  assert.equal(record.clear(), undefined);
  assert.equal(record.size, 0);
});

test('what get and iteration hand out is owned, a view is one read-only object', () => {
  const record = new SharedRecord({ initial: { list: [1], n: 1 } });
  record.get('list').push(2);
  record.values()[0].push(2);
  record.toObject().list.push(2);
  assert.deepEqual(record.get('list'), [1]);
  const view = record.view('list');
  record.set('n', 2);
  assert.equal(record.view('list'), view);
  assert.equal(record.view('n'), 2);
  assert.throws(() => view.push(2), nativeError(TypeError));
  record.set('list', [3]);
  assert.deepEqual(record.view('list'), [3]);
  assert.deepEqual(view, [1]);
});

test('names are those that properties have', () => {
  const record = new SharedRecord();
  record.set(1, 'one');
  record.set(-0, 'zero');
  record.set(Number.NaN, 'NaN');
  assert.equal(record.get('1'), 'one');
  assert.equal(record.view(1), 'one');
  assert.equal(record.has('0'), true);
  assert.equal(record.delete(0), true);
  assert.deepEqual(record.keys(), ['1', 'NaN']);
  assert.deepEqual(record.toObject(), { 1: 'one', NaN: 'NaN' });
});

for (const name of [Symbol('s'), null, undefined, true, 1n, ['a'], { a: 1 }]) {
  test(`${typeof name} ${String(name)} is no name of a field`, () => {
    const record = new SharedRecord();
    for (const use of [
      () => record.get(name),
      () => record.view(name),
      () => record.has(name),
      () => record.set(name, 1),
      () => record.delete(name),
    ]) {
      assert.throws(use, nativeError(TypeError, /name of a field/));
    }
    assert.equal(record.size, 0);
  });
}

test('update leaves alone what is undefined, assign writes it', () => {
  const record = new SharedRecord({ initial: { a: 1, b: 2 } });
  assert.equal(record.update({ a: undefined, b: 3, c: undefined, d: 4 }), undefined);
  assert.deepEqual(record.toObject(), { a: 1, b: 3, d: 4 });
  assert.equal(record.has('c'), false);
  assert.equal(record.assign({ a: undefined, b: 5, c: undefined }), undefined);
  assert.deepEqual([...record], Object.entries({ a: undefined, b: 5, d: 4, c: undefined }));
});

test('update and assign take own enumerable fields with string names, as Object.assign does', () => {
  const source = Object.create({ inherited: 1 }, { hidden: { value: 2, enumerable: false } });
  Object.assign(source, { own: 3, [Symbol('s')]: 4, 7: 5 });
  for (const write of ['update', 'assign']) {
    const record = new SharedRecord();
    record[write](source);
    assert.deepEqual([...record], Object.entries({ own: 3, 7: 5 }));
  }
});

test('the getters of what update and assign take run once, before the transaction', () => {
  for (const write of ['update', 'assign']) {
    const record = new SharedRecord();
    const other = new SharedMap([['n', 0]]);
    let calls = 0;
    const source = {
      get a() {
        const n = other.get('n');
        // In a transaction that has read it, this would be a conflict.
        if (++calls === 1) runOutside(() => other.set('n', n + 1));
        return n;
      },
      b: 1,
    };
    record[write](source);
    assert.equal(calls, 1);
    assert.deepEqual(record.toObject(), { a: 0, b: 1 });
  }
});

test('update and assign write all or nothing', () => {
  for (const write of ['update', 'assign']) {
    const record = new SharedRecord({ initial: { a: 1 } });
    assert.throws(() => record[write]({ a: 2, b: () => {} }), {
      name: 'DataCloneError',
      message: /^value is a function/,
    });
    assert.deepEqual(record.toObject(), { a: 1 });
    const error = new Error('getter');
    const hostile = {
      a: 3,
      get b() {
        throw error;
      },
    };
    assert.throws(
      () => record[write](hostile),
      (thrown) => thrown === error,
    );
    assert.deepEqual(record.toObject(), { a: 1 });
  }
});

test('update and assign of nothing are nothing', () => {
  const record = new SharedRecord();
  record.update({});
  record.update({ a: undefined });
  record.assign([]);
  record.assign(new Map([['a', 1]]));
  assert.equal(record.size, 0);
});

for (const [what, argument] of [
  ['nothing', undefined],
  ['null', null],
  ['a name', 'a'],
  ['a function', () => ({})],
]) {
  test(`update, assign and initial do not take ${what}`, () => {
    const record = new SharedRecord();
    assert.throws(() => record.update(argument), nativeError(TypeError, /object of fields/));
    assert.throws(() => record.assign(argument), nativeError(TypeError, /object of fields/));
    if (argument !== undefined) {
      assert.throws(() => new SharedRecord({ initial: argument }), nativeError(TypeError, /object of fields/));
    }
  });
}

test('a field named __proto__ is a field like any other', () => {
  const record = new SharedRecord({ initial: JSON.parse('{"__proto__": {"evil": true}}') });
  record.set('constructor', 1);
  const object = record.toObject();
  assert.equal(Object.getPrototypeOf(object), Object.prototype);
  assert.deepEqual(Object.getOwnPropertyNames(object), ['__proto__', 'constructor']);
  assert.equal(object.evil, undefined);
  assert.deepEqual(Object.getOwnPropertyDescriptor(object, '__proto__').value, { evil: true });
});

test('a record has the name of its class', () => {
  assert.equal(Object.prototype.toString.call(new SharedRecord()), '[object SharedRecord]');
});

test('memory grows with what a record holds and shrinks when it goes', () => {
  const record = new SharedRecord();
  const empty = record.memory;
  record.set('text', 'x'.repeat(100_000));
  assert.ok(record.memory > empty + 100_000);
  record.delete('text');
  assert.ok(record.memory < empty + 1000);
});
