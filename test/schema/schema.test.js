// The option schema: what is written is checked, and what the schema makes of it is stored.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type } from 'arktype';
import {
  AsyncSchemaError,
  CollectionOptionsError,
  SharedMap,
  SharedRecord,
  transaction,
  transactionSync,
  ValidationError,
} from 'heddle';
import * as v from 'valibot';
import { z } from 'zod';
import { heddleError, nativeError } from '../support/errors.js';
import { runInWorker } from '../support/workers.js';

/** A schema without a library. */
const schemaOf = (validate) => ({ '~standard': { version: 1, vendor: 'test', validate } });

/** A user with a name that is trimmed, and an age: the same in three languages. */
const USER = {
  zod: z.object({
    name: z.string().trim(),
    address: z.object({ zip: z.number() }).optional(),
    role: z.string().default('guest'),
  }),
  valibot: v.object({
    name: v.pipe(v.string(), v.trim()),
    address: v.optional(v.object({ zip: v.number() })),
    role: v.optional(v.string(), 'guest'),
  }),
  arktype: type({ name: 'string.trim', 'address?': { zip: 'number' }, role: "string = 'guest'" }),
};

for (const [library, schema] of Object.entries(USER)) {
  /** @returns {any} */
  const open = (entries) => (entries ? new SharedMap(entries, { schema }) : new SharedMap({ schema }));
  const stored = { name: 'Ada', role: 'guest' };

  test(`${library}: every write stores what the schema gives`, async () => {
    const map = open([['constructor', { name: ' Ada ' }]]);
    map.set('set', { name: ' Ada ' });
    map.setMany([['setMany', { name: ' Ada ' }]]);
    assert.deepEqual(
      map.update('update', () => ({ name: ' Ada ' })),
      stored,
    );
    assert.deepEqual(map.getOrInsert('getOrInsert', { name: ' Ada ' }), stored);
    assert.deepEqual(
      map.getOrInsertComputed('getOrInsertComputed', () => ({ name: ' Ada ' })),
      stored,
    );
    transactionSync(() => map.set('transactionSync', { name: ' Ada ' }));
    await transaction(async () => {
      await null;
      map.set('transaction', { name: ' Ada ' });
      assert.deepEqual(map.get('transaction'), stored);
    });
    assert.equal(map.size, 8);
    for (const [key, value] of map) assert.deepEqual(value, stored, key);
    map.update('set', (user) => {
      user.name = '  Grace';
    });
    assert.deepEqual(map.get('set'), { name: 'Grace', role: 'guest' });
  });

  test(`${library}: what the schema refuses changes nothing, and the error says where`, async () => {
    const map = open([['a', { name: 'Ada' }]]);
    const bad = { name: 'Ada', address: { zip: 'none' } };
    for (const write of [
      () => map.set('a', bad),
      () =>
        map.setMany([
          ['b', { name: 'Ada' }],
          ['a', bad],
        ]),
      () => map.update('a', (user) => void Object.assign(user, bad)),
      () => map.update('a', () => bad),
      () => map.getOrInsert('b', bad),
      () => map.getOrInsertComputed('b', () => bad),
      () => open([['a', bad]]),
      () =>
        transactionSync(() => {
          map.set('b', { name: 'Ada' });
          map.set('a', bad);
        }),
    ]) {
      assert.throws(write, heddleError(ValidationError, /value\.address\.zip: .*/));
      await assert.rejects(transaction(write), ValidationError);
    }
    assert.deepEqual([...map], [['a', stored]]);
    assert.deepEqual(map.getOrInsert('a', bad), stored); // which is not written
    try {
      map.set(['a', 1n], bad);
      assert.fail();
    } catch (error) {
      assert.deepEqual([error.code, error.path, error.key], ['ERR_HEDDLE_VALIDATION', ['address', 'zip'], ['a', 1n]]);
      assert.match(error.message, /for the key \["a", 1n\]/);
      assert.equal(error.issues.length, 1);
      assert.equal(typeof error.issues[0].message, 'string');
    }
    assert.throws(
      () => map.set('a', 5),
      (error) => error.path.length === 0 && /: value: /.test(error.message),
    );
  });

  test(`${library}: the fields of a record, as a whole`, () => {
    /** @type {any} */
    const record = new SharedRecord({ schema, initial: { name: ' Ada ' } });
    assert.deepEqual(record.toObject(), stored);
    record.set('name', ' Grace ');
    record.assign({ address: { zip: 1 }, stranger: undefined });
    record.update({ role: 'host', address: undefined });
    assert.deepEqual(record.toObject(), {
      name: 'Grace',
      role: 'host',
      address: { zip: 1 },
      ...(record.has('stranger') && { stranger: undefined }),
    });
    for (const write of [
      () => record.set('name', 1),
      () => record.update({ role: 'guest', name: 1 }),
      () => record.assign({ role: 'guest', name: undefined }),
      () => new SharedRecord({ schema, initial: /** @type {any} */ ({ name: 1 }) }),
    ]) {
      assert.throws(write, (error) => heddleError(ValidationError, /value\.name: /)(error) && error.key === undefined);
      assert.throws(() => transactionSync(write), ValidationError);
    }
    assert.equal(record.get('name'), 'Grace');
    assert.equal(record.get('role'), 'host');
  });
}

test('a record begins with what the schema adds, and a first write must make it whole', () => {
  /** @type {any} */
  const record = new SharedRecord({ schema: USER.zod });
  assert.throws(() => record.set('role', 'host'), heddleError(ValidationError, /value\.name/));
  assert.equal(record.size, 0);
  record.set('name', 'Ada');
  assert.deepEqual(record.toObject(), { name: 'Ada', role: 'guest' });
});

test('an asynchronous schema is refused, and its rejection goes nowhere', async () => {
  const schema = schemaOf(async () => {
    throw new Error('nobody hears this');
  });
  for (const each of [
    schema,
    z.string().refine(async () => true),
    v.pipeAsync(
      v.string(),
      v.checkAsync(async () => true),
    ),
  ]) {
    /** @type {any} */
    const map = new SharedMap({ schema: each });
    const refused = heddleError(AsyncSchemaError, /asynchronously/);
    assert.throws(() => map.set('a', 'x'), refused);
    assert.throws(() => map.setMany([['a', 'x']]), refused);
    assert.throws(() => map.update('a', () => 'x'), refused);
    assert.throws(() => new SharedMap([['a', 'x']], { schema: each }), refused);
    await assert.rejects(
      transaction(() => map.set('a', 'x')),
      refused,
    );
    assert.equal(map.size, 0);
  }
  /** @type {any} */
  const record = new SharedRecord({ schema });
  assert.throws(() => record.set('a', 'x'), heddleError(AsyncSchemaError, /\(test\)/));
  assert.equal(record.size, 0);
  await new Promise((resolve) => setTimeout(resolve, 10));
});

test('a schema is code of the user: it may throw, and use collections', () => {
  const failure = new RangeError('from the schema');
  const seen = new SharedMap();
  let fails = false;
  /** @type {any} */
  const map = new SharedMap({
    schema: schemaOf((value) => {
      if (fails) throw failure;
      seen.set('last', { text: 'x'.repeat(5000), value });
      return { value: { stored: seen.get('last').value } };
    }),
  });
  map.set('a', [1]);
  assert.deepEqual(map.get('a'), { stored: [1] });
  transactionSync(() => map.set('b', [2]));
  assert.deepEqual([map.get('b'), seen.get('last').value], [{ stored: [2] }, [2]]);
  fails = true;
  assert.throws(
    () => map.set('a', 1),
    (error) => error === failure,
  );
  assert.deepEqual(map.get('a'), { stored: [1] });
});

test('issues without a path, with odd ones, and none at all', () => {
  let issues;
  /** @type {any} */
  const map = new SharedMap({ schema: schemaOf(() => ({ issues })) });
  const message = (next, expected) => {
    issues = next;
    assert.throws(() => map.set('a', 1), heddleError(ValidationError, expected));
  };
  message([], /: value: it does not say why$/);
  message([{ message: 'no' }], /: value: no$/);
  message(
    [{ message: 'no', path: [{ key: 'first name' }, 3, Symbol('s')] }, { message: 'x' }],
    /: value\["first name"\]\[3\]\[Symbol\(s\)\]: no \(and 1 more\)$/,
  );
});

test('a schema belongs to the handle', async () => {
  const name = 'schema: handles';
  /** @type {any} */
  const map = new SharedMap({ name, schema: USER.zod });
  /** @type {any} */
  const record = new SharedRecord({
    name: `${name} record`,
    schema: z.object({ port: z.number() }),
    initial: { port: 1 },
  });
  const inner = new SharedMap({ schema: z.number() });
  const values = new SharedMap({ name });
  values.set('handle', inner); // by a handle without one
  await runInWorker(new URL('./tasks.js', import.meta.url), 'writeAnything', name);
  assert.deepEqual(map.get('from the worker'), { anything: 1 });
  assert.equal(inner.get('n'), /** @type {any} */ ('no number'));
  assert.equal(record.get('port'), 'none');
  assert.throws(() => inner.set('n', /** @type {any} */ ('no number')), ValidationError);
  assert.throws(() => map.set('a', { anything: 1 }), ValidationError);
  record.set('port', 2);
  assert.throws(() => new SharedMap({ name, schema: USER.zod, maxEntries: 1 }), CollectionOptionsError);
  map.destroy();
  record.destroy();
});

test('what answers as no schema does writes nothing', () => {
  for (const answer of [true, undefined, null, {}]) {
    const schema = { '~standard': { version: 1, vendor: 'mine', validate: () => answer } };
    const map = new SharedMap({ schema: /** @type {any} */ (schema) });
    assert.throws(
      () => map.set('a', 1),
      nativeError(TypeError, /\(mine\) does not follow Standard Schema: .*\{ value \}/),
    );
    assert.equal(map.size, 0);
  }
});

test('what is no schema', () => {
  for (const schema of [
    null,
    'zod',
    {},
    () => {},
    { '~standard': { version: 2, validate() {} } },
    { '~standard': { version: 1 } },
  ]) {
    for (const open of [
      () => new SharedMap({ schema }),
      () => new SharedMap([], { schema }),
      () => new SharedRecord({ schema }),
    ]) {
      assert.throws(/** @type {any} */ (open), nativeError(TypeError, /The option schema must be/));
    }
  }
  new SharedMap({ schema: undefined });
});
