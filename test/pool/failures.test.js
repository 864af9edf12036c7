// What tasks throw, as their callers get it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SharedMap } from 'heddle';
import { tasks, withPool } from './support.js';
import { NotFoundError } from './tasks/failures.js';

const script = tasks('failures');

const failureOf = (promise) =>
  promise.then(
    () => assert.fail('it did not fail'),
    (error) => error,
  );

for (const task of ['classed', 'classedLater']) {
  test(`${task}: class, code, properties, cause and the worker's stack`, () =>
    withPool(script, { size: 1 }, async (pool) => {
      const errors = [
        await failureOf(pool.run(task, ['E_GONE'])),
        ...(await pool.map(['E_GONE'], (await import('./tasks/failures.js'))[task], { settle: true })).map(
          ({ reason }) => reason,
        ),
      ];
      for (const error of errors) {
        assert.ok(error instanceof NotFoundError && error instanceof RangeError);
        assert.equal(error.constructor, NotFoundError);
        assert.deepEqual([error.message, error.status, error.code], ['no such page', 404, 'E_GONE']);
        assert.deepEqual(error.where, { page: 7 });
        assert.equal(error.explain(), 'no such page: 404');
        assert.ok(error.cause instanceof TypeError);
        assert.equal(error.cause.message, 'deep');
        assert.match(error.stack, /failures\.js/);
        assert.match(error.stack, /classed/);
      }
      assert.equal(errors.length, 2);
    }));
}

test('several in one', () =>
  withPool(script, { size: 1 }, async (pool) => {
    const error = await failureOf(pool.run('many'));
    assert.ok(error instanceof AggregateError);
    const [one, two, three] = error.errors;
    assert.ok(one instanceof NotFoundError && two instanceof Error);
    assert.deepEqual([one.message, two.message, three], ['one', 'two', 3]);
  }));

for (const task of ['throwValue', 'rejectValue']) {
  test(`${task}: what is no error comes as it is`, () =>
    withPool(script, { size: 1 }, async (pool) => {
      for (const value of [undefined, null, 0, 'text', 7n, { a: [1] }, [1, 2], new Map([[1, 2]])]) {
        assert.deepEqual(await failureOf(pool.run(task, [value])), value);
      }
      const map = new SharedMap([['a', 1]]);
      assert.equal((await failureOf(pool.run(task, [map]))).get('a'), 1);
    }));
}

test('what cannot be sent of an error loses no other part of it', () =>
  withPool(script, { size: 1 }, async (pool) => {
    const error = await failureOf(pool.run('withFunction'));
    assert.ok(error instanceof NotFoundError);
    assert.deepEqual([error.message, error.kept, error.status], ['with what cannot be sent', 1, 404]);
    assert.notEqual(typeof error.retry, 'function');
    const thrown = await failureOf(pool.run('throwFunction'));
    assert.notEqual(typeof thrown, 'function');
    assert.ok(thrown !== undefined);
    assert.equal((await failureOf(pool.run('throwThenable'))).message, 'thenable');
    const dom = await failureOf(pool.run('dom'));
    assert.ok(dom instanceof DOMException);
    assert.deepEqual([dom.name, dom.message], ['NotFoundError', 'gone']);
  }));

test('an error of a function that came with its source', () =>
  withPool(undefined, { size: 1 }, async (pool) => {
    const error = await failureOf(
      pool.execute(function fails() {
        throw Object.assign(new SyntaxError('by source'), { code: 7 });
      }),
    );
    assert.ok(error instanceof SyntaxError);
    assert.deepEqual([error.message, error.code], ['by source', 7]);
    assert.match(error.stack, /fails/);
  }));
