// Code in a vm context, another realm with an Object, a Promise and an Error of its own, uses heddle as code of this realm does.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import vm from 'node:vm';
import * as heddle from 'heddle';
import { heddleError, nativeError } from '../support/errors.js';

const { SharedMap, SharedRecord, TransactionConflictError, transaction, transactionSync } = heddle;

/** A context that has heddle's names, what is in `globals`, and a clock. */
function contextWith(globals) {
  return vm.createContext({ ...heddle, setTimeout, queueMicrotask, ...globals });
}

/** What `code` gives in a context of its own. */
const inContext = (code, globals = {}) => vm.runInContext(code, contextWith(globals));

// ---------------------------------------------------------------- values

for (const [what, code, expected] of [
  ['an object', `({ a: 1, b: { c: 'x' }, ['__proto__']: 2 })`, JSON.parse('{"a":1,"b":{"c":"x"},"__proto__":2}')],
  ['an array', '[1, , [2n, undefined, null]]', Object.assign(new Array(3), { 0: 1, 2: [2n, undefined, null] })],
  ['a Map', 'new Map([[{ a: 1 }, [1]]])', new Map([[{ a: 1 }, [1]]])],
  ['a Set', 'new Set([[1]])', new Set([[1]])],
  ['a Date', 'new Date(5)', new Date(5)],
  ['a RegExp', '/a(b)/giu', /a(b)/giu],
  ['bytes', 'new Uint8Array([1, 2])', new Uint8Array([1, 2])],
  ['an ArrayBuffer', 'new Uint16Array([1, 2]).buffer', new Uint16Array([1, 2]).buffer],
  ['a DataView', 'new DataView(new ArrayBuffer(2))', new DataView(new ArrayBuffer(2))],
  ['boxed primitives', '[Object(1), Object("s"), Object(true), Object(1n)]', [1, 's', true, 1n].map(Object)],
  ['an instance', 'new (class User { name = "Ada"; get size() { return 1; } })()', { name: 'Ada' }],
  ['an object without a prototype', 'Object.assign(Object.create(null), { a: 1 })', { a: 1 }],
  ['arguments', '(function () { return arguments; })(1)', { 0: 1 }],
]) {
  test(`${what} of another realm arrives as one of this`, () => {
    const map = new SharedMap();
    const value = inContext(code);
    map.set('one', value);
    map.set('deep', { list: [value] });
    assert.deepEqual(map.get('one'), expected);
    assert.deepEqual(map.view('deep').list[0], expected);
    transactionSync(() => {
      map.set('two', value);
      assert.deepEqual(map.get('two'), expected);
    });
    assert.deepEqual(map.get('two'), expected);
  });
}

test('an Error of another realm keeps its class, message, cause and stack', () => {
  const error = inContext(
    `Object.assign(new RangeError('far', { cause: new TypeError('farther') }), { code: 'E_FAR' })`,
  );
  assert.ok(!(error instanceof RangeError));
  const map = new SharedMap([['error', error]]);
  const { stack } = error;
  const got = map.get('error');
  assert.ok(got instanceof RangeError && got.cause instanceof TypeError);
  assert.deepEqual([got.message, got.cause.message, got.code, got.stack], ['far', 'farther', 'E_FAR', stack]);
});

for (const [code, path] of [
  ['() => {}', /^value is a function/],
  ['({ list: [new Map([["k", { f() {} }]])] })', /^value\.list\[0\]\.get\("k"\)\.f is a function/],
  ['[new Set([Symbol()])]', /^value\[0\]\.values\(\)\[0\] is a symbol/],
  ['[Promise.resolve()]', /^value\[0\] is a Promise/],
  ['new WeakMap()', /WeakMap/],
  ['new WeakSet()', /WeakSet/],
  ['new WeakRef({})', /WeakRef/],
  ['new FinalizationRegistry(() => {})', /FinalizationRegistry/],
  ['(function* () {})()', /Generator/],
  ['[][Symbol.iterator]()', /Iterator/],
  ['new Intl.NumberFormat()', /NumberFormat/],
  ['new SharedArrayBuffer(8)', /SharedArrayBuffer/],
  ['new Uint8Array(new SharedArrayBuffer(8))', /shared/],
  ['Object(Symbol())', /Symbol/],
]) {
  test(`${code} of another realm is refused`, () => {
    const map = new SharedMap();
    assert.throws(
      () => map.set('a', inContext(code)),
      (error) => error instanceof DOMException && error.name === 'DataCloneError' && path.test(error.message),
    );
    assert.equal(map.size, 0);
  });
}

test('keys, entries, fields and options of another realm', () => {
  const map = inContext(`
    const map = new SharedMap([[['row', [1]], 'a']], { maxEntries: 4 });
    map.setMany(new Map([['b', 2]]));
    map.setMany({ *[Symbol.iterator]() { yield ['c', 3]; } });
    map;
  `);
  assert.equal(map.get(['row', [1]]), 'a');
  assert.deepEqual([...map.keys()], [['row', [1]], 'b', 'c']);
  assert.deepEqual([...map.getMany(inContext('new Set(["b", "c"])'))], [...new Map(Object.entries({ b: 2, c: 3 }))]);
  map.set('d', 4);
  assert.throws(() => map.set('e', 5), { name: 'MemoryLimitError' });
  assert.throws(() => map.get(inContext('({})')), nativeError(TypeError));

  const record = inContext(`
    const record = new SharedRecord({ initial: { a: 1 } });
    record.update({ a: 2, b: undefined });
    record.assign({ c: [1], d: undefined });
    record;
  `);
  assert.deepEqual([...record], Object.entries({ a: 2, c: [1], d: undefined }));
});

test('what code of another realm gets works there', () => {
  const map = new SharedMap([['a', { list: [1] }]]);
  const seen = inContext(
    `
    const seen = [];
    for (const [key, value] of map) seen.push(key, ...value.list);
    map.forEach((value, key) => seen.push(key, ...value.list));
    seen.push(...map.keys(), map.view('a') === map.view('a'));
    map.update('a', (value) => { value.list.push(2); });
    map.update('b', () => [3]);
    seen.push(...map.get('a').list, ...map.getOrInsertComputed('c', (key) => [key]));
    seen;
  `,
    { map },
  );
  assert.deepEqual(Array.from(seen), ['a', 1, 'a', 1, 'a', true, 1, 2, 'c']);
  assert.deepEqual(map.get('b'), [3]);
});

// ---------------------------------------------------------------- transactions

test('a body of another realm commits, and throws what it threw', () => {
  const map = new SharedMap([['n', 1]]);
  assert.equal(
    inContext(`transactionSync(() => { map.set('n', map.get('n') + 1); return map.get('n'); })`, { map }),
    2,
  );
  const error = inContext('new RangeError("mine")');
  const caught = inContext(
    `
    let caught;
    try { transactionSync(() => { map.set('n', 9); throw error; }); } catch (thrown) { caught = thrown; }
    caught;
  `,
    { map, error },
  );
  assert.equal(caught, error);
  assert.equal(map.get('n'), 2);
});

test('an asynchronous body of another realm is followed over its awaits', async () => {
  const map = new SharedMap([['n', 1]]);
  const body = inContext(
    `
    async () => {
      map.set('n', 2);
      await null;
      map.set('n', map.get('n') + 1);
      await new Promise((resolve) => setTimeout(resolve, 1));
      map.set('n', map.get('n') + 1);
      await { then(resolve) { map.set('thenable', isInTransaction()); resolve(); } };
      return [isInTransaction(), getTransactionId() !== null];
    }
  `,
    { map },
  );
  const outcome = transaction(body);
  assert.equal(map.get('n'), 1);
  assert.deepEqual(Array.from(await outcome), [true, true]);
  assert.deepEqual([...map], Object.entries({ n: 4, thenable: true }));
});

test('asynchronous bodies of several realms overlap and stay apart', async () => {
  const map = new SharedMap();
  const body = `
    async () => {
      const seen = [];
      for (let i = 0; i < 5; i++) {
        map.set(name, i);
        await new Promise((resolve) => setTimeout(resolve, 0));
        seen.push(...map.keys());
        if (map.get(name) !== i) throw new Error(name + ' does not see what it wrote');
      }
      return seen.join();
    }
  `;
  const names = ['a', 'b', 'c'];
  const bodies = names.map((name) => inContext(body, { map, name }));
  const seen = await Promise.all(bodies.map((body) => transaction(body)));
  const keys = seen.map((list) => new Set(list.split(',')).size);
  assert.deepEqual(
    names.map((name) => map.get(name)),
    [4, 4, 4],
  );
  // Whoever commits later may see what the earlier ones have committed; nobody sees more.
  assert.equal(Math.min(...keys), 1);
});

test('an asynchronous body of another realm that fails writes nothing and rejects with its error', async () => {
  const map = new SharedMap([['n', 1]]);
  const error = inContext('new TypeError("mine")');
  const outcome = inContext(`transaction(async () => { await null; map.set('n', 2); await null; throw error; })`, {
    map,
    error,
  });
  await assert.rejects(outcome, (thrown) => thrown === error);
  assert.equal(map.get('n'), 1);
});

test('a thenable of another realm is awaited', async () => {
  const map = new SharedMap();
  const then = `({ then(resolve) { map.set('a', 1); setTimeout(() => resolve('value'), 1); } })`;
  assert.equal(await inContext(`transaction(() => (${then}))`, { map }), 'value');
  assert.equal(map.get('a'), 1);
});

test('a synchronous body of another realm must not be asynchronous', async () => {
  const map = new SharedMap();
  for (const body of [
    `async () => { map.set('a', 1); }`,
    `() => { map.set('a', 1); return Promise.reject(new Error('of no interest')); }`,
    `() => ({ then() { map.set('a', 1); } })`,
  ]) {
    assert.throws(() => transactionSync(inContext(body, { map })), nativeError(TypeError, /use transaction\(\)/));
  }
  // The rejection is nobody's: were it reported, it would be by now, and fail this test.
  await new Promise((resolve) => setTimeout(resolve, 5));
  assert.equal(map.size, 0);
});

test('a promise that a body of another realm leaves behind is refused', async () => {
  const map = new SharedMap();
  const codes = inContext(
    `
    const codes = [];
    const late = () => { try { map.set('a', 1); } catch ({ code }) { codes.push(code); } };
    transactionSync(() => { queueMicrotask(late); Promise.resolve().then(late); });
    codes;
  `,
    { map },
  );
  await new Promise((resolve) => setTimeout(resolve, 5));
  assert.deepEqual(Array.from(codes), Array(2).fill('ERR_HEDDLE_TRANSACTION_ENDED'));
  assert.equal(map.size, 0);
});

test('a conflict reruns a body of another realm', () => {
  const map = new SharedMap([['n', 1]]);
  const globals = { map, runs: 0 };
  const body = `() => {
    runs++;
    const n = map.get('n');
    if (runs < 3) runOutside(() => map.set('n', n + 10));
    map.set('n', n + 1);
    return runs;
  }`;
  assert.equal(transactionSync(inContext(body, globals)), 3);
  assert.equal(map.get('n'), 22);
  const options = inContext(`({ maxRetries: 1, backoff: 'linear', label: 'far' })`);
  assert.throws(
    () => transactionSync(inContext(body, globals), options),
    heddleError(TransactionConflictError, /"far"/),
  );
});

test('an AbortSignal of another realm cancels', async () => {
  const map = new SharedMap();
  const { controller, signal, reason } = inContext(`
    const listeners = new Set();
    const signal = {
      aborted: false,
      reason: undefined,
      addEventListener(type, listener) { listeners.add(listener); },
      removeEventListener(type, listener) { listeners.delete(listener); },
    };
    const reason = new Error('enough');
    const controller = {
      abort() { signal.aborted = true; signal.reason = reason; for (const listener of listeners) listener({ type: 'abort' }); },
    };
    ({ controller, signal, reason });
  `);
  const waiting = async () => {
    map.set('a', 1);
    await new Promise(() => {});
  };
  const outer = transaction(waiting, { signal });
  const nested = transaction(() => transaction(waiting, { signal }));
  controller.abort();
  const isReason = (thrown) => thrown === reason;
  await assert.rejects(outer, isReason);
  await assert.rejects(nested, isReason);
  await assert.rejects(
    transaction(() => 1, { signal }),
    isReason,
  );
  await assert.rejects(
    transaction(() => transaction(() => 1, { signal })),
    isReason,
  );
  await assert.rejects(
    transaction(() => 1, { signal: {} }),
    nativeError(TypeError, /AbortSignal/),
  );
  assert.equal(map.size, 0);
});

test('hooks of another realm are called', () => {
  const log = [];
  inContext(
    `transactionSync(() => {
      afterCommit(({ version }) => { log.push(typeof version); });
      map.set('a', 1);
    })`,
    { map: new SharedMap(), log },
  );
  assert.deepEqual(log, ['number']);
});

// ---------------------------------------------------------------- import from within a context

test('a context gets the heddle of its thread by a function that imports or requires', async () => {
  const globals = { load: (name) => import(name), require: createRequire(import.meta.url) };
  const imported = await inContext(`load('heddle').then(({ SharedMap }) => SharedMap)`, globals);
  assert.equal(imported, SharedMap);
  assert.equal(inContext(`require('heddle').SharedRecord`, globals), SharedRecord);
});

test('and by import(), where the context uses the loader of the program', async () => {
  const options = {
    filename: import.meta.filename,
    importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  };
  const code = `import('heddle').then(({ SharedMap }) => SharedMap)`;
  assert.equal(await vm.runInContext(code, contextWith({}), options), SharedMap);
});
