import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import vm from 'node:vm';
import fc from 'fast-check';
import { Arena, Bytes, decodeValue, encodeValue } from '../../../dist/codec/index.js';
import { assertSame } from '../../codec/support.js';
import { assertImportedOnNeed, assertShows, sent, sentWithoutScript } from './sending.js';
import * as script from './throwing.js';

afterEach(assertImportedOnNeed);

// ---------------------------------------------------------------- what is no error

for (const value of [
  42,
  -0,
  Number.NaN,
  undefined,
  null,
  '',
  'text',
  true,
  2n ** 70n,
  Object.assign(new Array(3), { 0: 1 }),
  { a: [1] },
  new Map([[1, new Date(0)]]),
]) {
  test(`what is no error arrives as it is: ${typeof value} ${JSON.stringify(value, (_, each) => (typeof each === 'bigint' ? `${each}` : each))}`, async () => {
    assertSame(await sentWithoutScript(value), value);
  });
}

test('any value that can be shared arrives as it is', async () => {
  let count = 0;
  await fc.assert(
    fc.asyncProperty(fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true }), async (value) => {
      // Without a prototype they arrive as ordinary objects, as values do.
      const expected = decodeValue(...encoding(value));
      assertSame(await sentWithoutScript(value), expected);
      count++;
    }),
    { seed: 7, numRuns: 200 * Number(process.env.HEDDLE_LOOPS ?? 1) },
  );
  console.log(`seed 7: ${count} values`);
  assert.ok(count > 0);
});

function encoding(value) {
  const arena = new Arena(64);
  const start = encodeValue(arena, value);
  return /** @type {const} */ ([new Bytes(arena.buffer.slice(start, (arena.tail + 7) & ~7)), 0, arena.tail - start]);
}

for (const [what, value, words] of [
  ['a function', function task() {}, /function task/],
  ['a symbol', Symbol('s'), /Symbol\(s\)/],
  ['a promise', Promise.resolve(), /Promise/],
  ['a WeakMap', new WeakMap(), /WeakMap/],
  ['an object of the runtime', new AbortController(), /AbortController/],
  ['a map with a function', new Map([[1, () => {}]]), /Map/],
]) {
  test(`what cannot leave its thread is told in words: ${what}`, async () => {
    const error = await sentWithoutScript(value);
    assert.equal(Object.getPrototypeOf(error), Error.prototype);
    assert.match(error.message, /^The task threw what cannot leave its worker: /);
    assert.match(error.message, words);
  });
}

test('what cannot even be looked at is a failure all the same', async () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  for (const thrown of [proxy, new Proxy({}, { getPrototypeOf: () => assert.fail(), ownKeys: () => assert.fail() })]) {
    const error = await sentWithoutScript(thrown);
    assert.match(error.message, /^The task threw what cannot leave/);
  }
});

test('the rest of an object that has a function arrives', async () => {
  const thrown = { code: 7, call() {}, inner: { list: [1, () => {}, Symbol('s')], fine: 'yes' } };
  assert.deepEqual(await sentWithoutScript(thrown), {
    code: 7,
    call: '[function call]',
    inner: { list: [1, '[function]', '[Symbol(s)]'], fine: 'yes' },
  });
  assert.deepEqual(await sentWithoutScript([1, () => {}]), [1, '[function]']);
});

// ---------------------------------------------------------------- errors of the language

for (const type of [Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError]) {
  test(`a ${type.name} is one again`, async () => {
    const thrown = new type('wrong');
    const error = await sentWithoutScript(thrown);
    assert.equal(Object.getPrototypeOf(error), type.prototype);
    assertShows(error, thrown);
    assert.deepEqual(Object.keys(error), []);
    assert.equal(Object.hasOwn(error, 'cause'), false);
    assert.equal(Object.hasOwn(error, 'name'), false);
  });
}

test('own properties, the cause and its cause arrive', async () => {
  const thrown = Object.assign(new TypeError('outer', { cause: new RangeError('inner', { cause: 'deep' }) }), {
    code: 'E_OUTER',
    details: { at: [1, 2], when: new Date(0) },
  });
  const error = await sentWithoutScript(thrown);
  assertShows(error, thrown);
  assert.deepEqual(Object.keys(error), ['code', 'details']);
  assert.equal(error.code, 'E_OUTER');
  assert.deepEqual(error.details, { at: [1, 2], when: new Date(0) });
  assert.ok(error.cause instanceof RangeError);
  assertShows(error.cause, thrown.cause);
  assert.equal(error.cause.cause, 'deep');
  assert.equal(Object.getOwnPropertyDescriptor(error, 'cause')?.enumerable, false);
});

test('a cause that is undefined is one', async () => {
  const error = await sentWithoutScript(new Error('x', { cause: undefined }));
  assert.ok(Object.hasOwn(error, 'cause'));
  assert.equal(error.cause, undefined);
});

test('an AggregateError has its errors, with their classes', async () => {
  const thrown = new AggregateError([new script.NotFoundError('a'), 7, new TypeError('b')], 'all failed');
  const error = await sent(thrown);
  assert.equal(Object.getPrototypeOf(error), AggregateError.prototype);
  assert.equal(error.errors.length, 3);
  assert.ok(error.errors[0] instanceof script.NotFoundError);
  assert.equal(error.errors[1], 7);
  assert.ok(error.errors[2] instanceof TypeError);
});

const { SuppressedError } = /** @type {any} */ (globalThis);

test('a SuppressedError has both', async () => {
  const own = { error: new script.NotFoundError('a'), suppressed: new TypeError('b') };
  const thrown =
    SuppressedError === undefined
      ? Object.defineProperties(new Error('both'), {
          error: { value: own.error },
          suppressed: { value: own.suppressed },
        })
      : new SuppressedError(own.error, own.suppressed, 'both');
  const error = await sent(thrown);
  assert.equal(Object.getPrototypeOf(error), Object.getPrototypeOf(thrown));
  assert.ok(error.error instanceof script.NotFoundError);
  assert.ok(error.suppressed instanceof TypeError);
  assert.deepEqual(Object.keys(error), Object.keys(thrown));
});

test('errors that refer to each other do so again', async () => {
  const thrown = /** @type {any} */ (new Error('outer'));
  thrown.self = thrown;
  thrown.list = [thrown, new Error('inner', { cause: thrown })];
  thrown.cause = thrown.list[1];
  const error = await sentWithoutScript(thrown);
  assert.equal(error.self, error);
  assert.equal(error.list[0], error);
  assert.equal(error.list[1], error.cause);
  assert.equal(error.cause.cause, error);
});

test('a long chain of causes arrives', async () => {
  let thrown = new Error('0');
  for (let i = 1; i < 3000; i++) thrown = new Error(String(i), { cause: thrown });
  let error = await sentWithoutScript(thrown);
  let length = 1;
  for (; error.cause !== undefined; error = error.cause) length++;
  assert.equal(length, 3000);
});

test('a DOMException is one again', async () => {
  const thrown = Object.assign(new DOMException('stop', 'AbortError'), { task: 7 });
  const error = await sentWithoutScript(thrown);
  assert.ok(error instanceof DOMException);
  assert.equal(error.name, 'AbortError');
  assert.equal(error.code, DOMException.ABORT_ERR);
  assert.equal(error.message, 'stop');
  assert.equal(error.stack, thrown.stack);
  assert.equal(Reflect.get(error, 'task'), 7);
});

test('an error of another realm is one of this', async () => {
  const thrown = vm.runInNewContext('Object.assign(new TypeError("there"), { code: 1, fn() {} })');
  const error = await sentWithoutScript(thrown);
  assert.ok(error instanceof Error);
  assertShows(error, thrown);
  assert.deepEqual({ ...error }, { code: 1, fn: '[function fn]' });
});

test('an error whose stack was taken away has none', async () => {
  const thrown = new Error('x');
  delete thrown.stack;
  // Nor anything else of the place where it is put together.
  assert.deepEqual(Reflect.ownKeys(await sentWithoutScript(thrown)), ['message']);
});

// ---------------------------------------------------------------- what cannot be sent of an error

test('a property that cannot leave its thread is told in words, and the rest arrives', async () => {
  const thrown = Object.assign(new TypeError('wrong', { cause: () => {} }), {
    fn: function retry() {},
    controller: new AbortController(),
    symbol: Symbol('s'),
    nested: { port: new AbortController(), deep: { ok: 1 } },
    map: new Map([[1, () => {}]]),
    bare: Object.assign(Object.create(null), { fn() {} }),
    revoked: revoked(),
    last: 'fine',
  });
  Object.defineProperty(thrown, 'broken', {
    enumerable: true,
    get() {
      throw new RangeError('not now');
    },
  });
  const error = await sentWithoutScript(thrown);
  assertShows(error, thrown);
  assert.match(String(error.cause), /^\[function ?\w*\]$/);
  assert.deepEqual(
    { ...error },
    {
      fn: '[function retry]',
      controller: '[AbortController]',
      symbol: '[Symbol(s)]',
      nested: { port: '[AbortController]', deep: { ok: 1 } },
      map: '[Map]',
      bare: { fn: '[function fn]' },
      revoked: '[object]',
      last: 'fine',
      broken: '[not readable: RangeError: not now]',
    },
  );
});

function revoked() {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

test('objects and lists that contain themselves and a function have an end', async () => {
  const thrown = /** @type {any} */ (new Error('round'));
  thrown.object = { fn() {} };
  thrown.object.again = thrown.object;
  thrown.list = [() => {}];
  thrown.list.push(thrown.list);
  const error = await sentWithoutScript(thrown);
  assert.equal(error.object.again, error.object);
  assert.equal(error.list[0], '[function]');
});
