import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SharedSet, transactionSync, ValidationError } from 'heddle';
import { z } from 'zod';
import { heddleError, nativeError } from '../support/errors.js';

const schema = z.string().trim().min(2);

test('what the schema makes of an element is added', () => {
  const set = new SharedSet([' ada '], { schema });
  set.add('ada ').add(' grace');
  set.addMany([' grace ', 'edsger ']);
  assert.deepEqual([...set], ['ada', 'grace', 'edsger']);
  assert.equal(set.has(' ada '), false);
  assert.equal(set.delete(' ada '), false);
  assert.deepEqual([...set.union(new Set([' ']))], ['ada', 'grace', 'edsger', ' ']);
});

test('what the schema refuses changes nothing, and the error says which element', () => {
  const set = new SharedSet(['ada'], { schema });
  for (const write of [
    () => set.add('a'),
    () => set.addMany(['grace', 'a']),
    () => new SharedSet(['grace', 'a'], { schema }),
    () =>
      transactionSync(() => {
        set.add('grace');
        set.add('a');
      }),
  ]) {
    assert.throws(
      write,
      (error) => heddleError(ValidationError, /for the key "a": value: /)(error) && error.key === 'a',
    );
  }
  for (const element of [{}, Object.create(null), Symbol('s'), [{}]]) {
    assert.throws(
      () => set.add(/** @type {any} */ (element)),
      (error) => heddleError(ValidationError, /refuses the value: value: /)(error) && error.key === undefined,
    );
  }
  assert.deepEqual([...set], ['ada']);
});

test('what it makes must be an element itself; what it is made of need not', () => {
  const dates = new SharedSet({ schema: /** @type {any} */ (z.date().transform((date) => date.getTime())) });
  dates.add(/** @type {any} */ (new Date(5)));
  assert.deepEqual([...dates], [5]);
  const objects = new SharedSet({ schema: /** @type {any} */ (z.string().transform((id) => ({ id }))) });
  assert.throws(() => objects.add('ada'), nativeError(TypeError, /^A key cannot be of the type Object/));
  assert.equal(objects.size, 0);
});

test('another handle has no schema', () => {
  const checked = new SharedSet({ name: 'set:schema', schema });
  const unchecked = new SharedSet({ name: 'set:schema' });
  unchecked.add('a');
  assert.deepEqual([...checked], ['a']);
  checked.destroy();
});
