import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { types } from 'node:util';
import { QueueTimeoutError, registerClass, SharedMap, TransactionConflictError, UnknownClassError } from 'heddle';
import { packFailure, unpackFailure } from '../../../dist/pool/shipping/failure.js';
import { assertImportedOnNeed, assertShows, importScript, neverImported, sent, sentWithoutScript } from './sending.js';
import * as script from './throwing.js';

afterEach(assertImportedOnNeed);

// ---------------------------------------------------------------- classes

test('an error of a class that the script exports is one of that class', async () => {
  const thrown = new script.NotFoundError('user 7', { cause: new script.NotFoundError('user') });
  const error = await sent(thrown);
  assert.equal(Object.getPrototypeOf(error), script.NotFoundError.prototype);
  assertShows(error, thrown);
  assert.equal(error.status, 404);
  assert.equal(error.explain(), thrown.explain());
  assert.ok(error.cause instanceof script.NotFoundError);
});

test('the class is found under the name of the export', async () => {
  const thrown = script.makeOther();
  const error = await sent(thrown);
  assert.equal(Object.getPrototypeOf(error), script.Exported.prototype);
});

test('an error of a class that the script does not export is one of the nearest that it does', async () => {
  const thrown = script.makeHidden();
  const error = await sent(thrown);
  assert.equal(Object.getPrototypeOf(error), script.NotFoundError.prototype);
  assertShows(error, thrown);
  assert.equal(error.name, 'HiddenError');
});

test('one whose class only shows in its prototype keeps its name', async () => {
  const thrown = script.makeNamedByPrototype();
  const error = await sentWithoutScript(thrown);
  assert.equal(Object.getPrototypeOf(error), RangeError.prototype);
  assert.equal(error.name, 'PrototypeError');
  assert.equal(error.message, 'told by an accessor');
  assert.deepEqual(Object.keys(error), []);
});

test('an error made in the old way is an error', async () => {
  const thrown = new script.OldError('old');
  const error = await sent(thrown);
  assert.ok(error instanceof script.OldError);
  assert.ok(types.isNativeError(error));
  assert.equal(error.message, 'old');
});

test('what is thrown need not be an error to have a class', async () => {
  const thrown = new script.Stop({ by: 'user' });
  const stop = await sent(thrown);
  assert.equal(Object.getPrototypeOf(stop), script.Stop.prototype);
  assert.deepEqual({ ...stop }, { reason: { by: 'user' } });
});

test('what arrives may be a thenable', async () => {
  const thenable = await sent(new script.Thenable()).then(
    (value) => value,
    () => 'awaited',
  );
  assert.equal(thenable, 'awaited', 'this test awaits it');
  const packed = packFailure(new script.Thenable(), script);
  const { thrown } = await unpackFailure(packed, importScript);
  assert.equal(Object.getPrototypeOf(thrown), script.Thenable.prototype);
});

test('the script is imported once, for a class of its own alone', async () => {
  let imports = 0;
  const counting = async () => {
    imports++;
    return script;
  };
  await sent(new TypeError('x'), { imports: counting });
  await sent(7, { imports: counting });
  await sent(new QueueTimeoutError('x', 1), { imports: counting });
  assert.equal(imports, 0);
  for (let i = 0; i < 3; i++) {
    const error = await sent(new AggregateError([new script.NotFoundError('a'), new script.NotFoundError('b')]), {
      imports: counting,
    });
    assert.ok(error.errors[1] instanceof script.NotFoundError);
  }
  assert.equal(imports, 1);
});

for (const [what, imports] of [
  ['fails', async () => Promise.reject(new Error('not here'))],
  ['throws', () => assert.fail('not here')],
  ['has no such class', async () => ({ NotFoundError: 7 })],
]) {
  test(`a script whose import ${what} leaves an error with the name of the class`, async () => {
    const thrown = script.makeHidden();
    const error = await sent(thrown, { imports });
    assert.equal(Object.getPrototypeOf(error), Error.prototype);
    assertShows(error, thrown);
    assert.equal(error.name, 'HiddenError');
    assert.equal(error.status, 404);
  });
}

test('an import that fails is not tried again', async () => {
  let imports = 0;
  const failing = async () => {
    imports++;
    throw new Error('not here');
  };
  for (let i = 0; i < 3; i++) await sent(new script.NotFoundError('a'), { imports: failing });
  assert.equal(imports, 1);
});

test('a script that waits for the failure while it is imported does not wait for ever', async () => {
  let finish;
  const imports = () => new Promise((resolve) => (finish = resolve));
  const first = await sent(new script.NotFoundError('a'), { imports });
  assert.equal(Object.getPrototypeOf(first), Error.prototype);
  finish(script);
  await Promise.resolve();
  await Promise.resolve();
  const second = await sent(new script.NotFoundError('b'), { imports });
  assert.ok(second instanceof script.NotFoundError);
});

test("heddle's own errors are what they were", async () => {
  const conflicts = [{ collection: 'a', key: 1 }];
  for (const thrown of [
    new TransactionConflictError(3, conflicts, 'move'),
    new QueueTimeoutError('Nothing', 50),
    new UnknownClassError('Point'),
  ]) {
    const error = await sentWithoutScript(thrown);
    assert.equal(Object.getPrototypeOf(error), Object.getPrototypeOf(thrown));
    assertShows(error, thrown);
    assert.deepEqual({ ...error }, { ...thrown });
    assert.match(error.code, /^ERR_HEDDLE_/);
  }
});

// ---------------------------------------------------------------- registered classes and handles

class Registered extends Error {
  constructor(message, extra) {
    super(message);
    this.extra = extra;
  }
}
registerClass(Registered, { name: 'failure: Registered' });

class Converted extends Error {
  #secret;
  constructor(secret) {
    super('converted');
    this.#secret = secret;
  }
  get secret() {
    return this.#secret;
  }
}
registerClass(Converted, {
  name: 'failure: Converted',
  toValue: (error) => error.secret,
  fromValue: (secret) => {
    if (secret === 'no') throw new TypeError('not this one');
    return new Converted(secret);
  },
});

class Point {
  constructor(x) {
    this.x = x;
  }
}
registerClass(Point, {
  name: 'failure: Point',
  toValue: ({ x }) => x,
  fromValue: (x) => {
    if (x === 'no') throw new UnknownClassError('failure: Point');
    return new Point(x);
  },
});

test('an error of a registered class is one, without the script', async () => {
  const thrown = new Registered('wrong', { fn() {}, fine: 1 });
  const error = await sentWithoutScript(thrown);
  assert.equal(Object.getPrototypeOf(error), Registered.prototype);
  assertShows(error, thrown);
  assert.deepEqual(error.extra, { fn: '[function fn]', fine: 1 });
});

test('a class that is registered and exported is not imported', async () => {
  const error = await sent(new Registered('wrong'), { exports: { Registered }, imports: neverImported });
  assert.ok(error instanceof Registered);
});

test('what was registered with toValue is made by fromValue, or put together if that fails', async () => {
  const error = await sentWithoutScript(new Converted('x'));
  assert.equal(error.secret, 'x');
  const failed = await sentWithoutScript(new Converted('no'));
  assert.equal(Object.getPrototypeOf(failed), Error.prototype);
  assert.equal(failed.message, 'converted');
});

test('a property that cannot be decoded is told in words', async () => {
  const thrown = Object.assign(new Error('wrong'), { good: new Point(1), bad: { deep: new Point('no') } });
  const error = await sentWithoutScript(thrown);
  assert.equal(error.message, 'wrong');
  assert.deepEqual(error.good, new Point(1));
  assert.match(error.bad, /^\[UnknownClassError: .*failure: Point/);
});

test('handles in an error are handles', async () => {
  const map = new SharedMap([['a', 1]]);
  const packed = packFailure(Object.assign(new Error('wrong'), { map, in: { list: [map] } }), undefined);
  const { thrown } = await unpackFailure(packed, neverImported);
  assert.equal(Reflect.get(thrown, 'map'), map);
  assert.equal(Reflect.get(thrown, 'in').list[0], map);
  assert.equal((await unpackFailure(packFailure(map, undefined), neverImported)).thrown, map);
});

test('a failure can be packed without its handles, and is if they have ended', async () => {
  const map = new SharedMap([['a', 1]]);
  const error = Object.assign(new Error('wrong'), { map, in: { list: [map] } });
  const without = async (withHandles) => {
    const { thrown } = await unpackFailure(packFailure(error, undefined, withHandles), neverImported);
    return { .../** @type {object} */ (thrown) };
  };
  const expected = { map: '[SharedMap]', in: { list: ['[SharedMap]'] } };
  assert.deepEqual(await without(false), expected);
  map.destroy();
  assert.deepEqual(await without(true), expected);
});
