// How watches are asked for, and how they end.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SharedArray, SharedMap, SharedQueue, SharedRecord, SharedSet, transaction } from 'heddle';
import { nativeError, same } from '../support/errors.js';
import { stateOf, turn } from '../support/wait.js';
import { assertNoMore, END, held, take, tell } from './support.js';

const map = new SharedMap([['a', 0]]);
const record = new SharedRecord({ initial: { a: 0 } });
const set = new SharedSet(['a']);
const array = new SharedArray(['a']);
const queue = new SharedQueue();

/** Every way to watch, with its options. */
const WATCHES = {
  'map.watch': (options) => map.watch('a', options),
  'map.watchAll': (options) => map.watchAll(options),
  'record.watch': (options) => record.watch('a', options),
  'record.watchAll': (options) => record.watchAll(options),
  'set.watch': (options) => set.watch('a', options),
  'set.watchAll': (options) => set.watchAll(options),
  'array.watch': (options) => array.watch(options),
  'array.watchIndex': (options) => array.watchIndex(0, options),
  'queue.watch': (options) => queue.watch(options),
};
const SUBSCRIPTIONS = {
  'map.subscribe': (options) => map.subscribe(() => {}, options),
  'record.subscribe': (options) => record.subscribe(() => {}, options),
  'set.subscribe': (options) => set.subscribe(() => {}, options),
  'array.subscribe': (options) => array.subscribe(() => {}, options),
  'queue.subscribe': (options) => queue.subscribe(() => {}, options),
};

/** Asserts that `call` throws an error of just this type, and leaves nothing behind. */
function assertRefused(call, type, message) {
  const before = held();
  assert.throws(call, nativeError(type, message));
  assertNoMore(before);
}

for (const [what, options, type, message] of [
  ['no object', 5, TypeError, /object/],
  ['null', null, TypeError, /object/],
  ['a function', () => {}, TypeError, /object/],
  ['an unknown option', { singal: AbortSignal.abort() }, TypeError, /singal/],
  ['a signal that is none', { signal: { aborted: false } }, TypeError, /AbortSignal/],
  ['a signal that is null', { signal: null }, TypeError, /AbortSignal/],
]) {
  test(`refused: ${what}`, () => {
    for (const watch of Object.values({ ...WATCHES, ...SUBSCRIPTIONS }))
      assertRefused(() => watch(options), type, message);
  });
}

test('refused: initial that is no boolean', () => {
  for (const watch of Object.values(WATCHES)) assertRefused(() => watch({ initial: 1 }), TypeError, /initial/);
});

for (const [options, type, message] of [
  [{ buffer: '5' }, TypeError, /buffer/],
  [{ buffer: null }, TypeError, /buffer/],
  [{ buffer: 0 }, RangeError, /buffer/],
  [{ buffer: -1 }, RangeError, /buffer/],
  [{ buffer: 1.5 }, RangeError, /buffer/],
  [{ buffer: Number.NaN }, RangeError, /buffer/],
  [{ buffer: Number.POSITIVE_INFINITY }, RangeError, /buffer/],
  [{ buffer: 2 ** 20 + 1 }, RangeError, /buffer/],
  [{ overflow: 'drop' }, TypeError, /overflow/],
  [{ overflow: null }, TypeError, /overflow/],
]) {
  const [[name, value]] = Object.entries(options);
  test(`refused: ${name}: ${typeof value === 'string' ? `'${value}'` : value}`, () => {
    for (const [watch, call] of Object.entries(WATCHES)) {
      assertRefused(() => call(options), watch === 'queue.watch' ? TypeError : type, message);
    }
  });
}

test('refused: what does not suit the collection', () => {
  assertRefused(() => array.watch({ overflow: 'coalesce' }), TypeError, /cannot coalesce/);
  for (const options of [{ buffer: 5 }, { overflow: 'coalesce' }]) {
    assertRefused(() => queue.watch(options), TypeError, /no option/);
  }
  for (const index of ['0', undefined, null]) assertRefused(() => array.watchIndex(index), TypeError, /index/);
  for (const index of [-1, 0.5, Number.NaN, 2 ** 53]) assertRefused(() => array.watchIndex(index), RangeError, /index/);
  for (const key of [Symbol('key'), {}, () => {}]) {
    assertRefused(() => map.watch(key), TypeError);
    assertRefused(() => set.watch(key), TypeError);
    assertRefused(() => map.subscribe(() => {}, { key }), TypeError);
  }
  assertRefused(() => record.watch(Symbol('key')), TypeError);
  assertRefused(() => record.subscribe(() => {}, { key: Symbol('key') }), TypeError);
  for (const collection of [array, queue]) assertRefused(() => collection.subscribe(() => {}, { key: 0 }), TypeError);
  for (const collection of [map, record, set, array, queue]) {
    for (const listener of [undefined, null, 'f', {}]) assertRefused(() => collection.subscribe(listener), TypeError);
  }
});

test('what is left undefined is as if it were not there', async () => {
  const nothing = { signal: undefined, buffer: undefined, overflow: undefined, initial: undefined };
  const watchers = Object.entries(WATCHES)
    .filter(([name]) => name !== 'queue.watch')
    .map(([, watch]) => watch(nothing));
  watchers.push(queue.watch({ signal: undefined, initial: undefined }), map.watch('a', { buffer: 1 << 20 }));
  for (const watcher of watchers) {
    assert.equal(watcher.lag, 0);
    await watcher.return();
  }
});

// ---------------------------------------------------------------- ends

test('a signal that has aborted before: nothing is subscribed', async () => {
  const before = held();
  const signal = AbortSignal.abort();
  for (const watch of Object.values(WATCHES)) {
    const watcher = watch({ signal });
    assertNoMore(before);
    assert.deepEqual(await watcher.next(), END);
  }
  for (const subscribe of Object.values(SUBSCRIPTIONS)) {
    const end = subscribe({ signal });
    assertNoMore(before);
    end();
  }
});

test('a signal that aborts while next waits', async () => {
  const before = held();
  const controller = new AbortController();
  const { signal } = controller;
  const watchers = Object.values(WATCHES).map((watch) => watch({ signal }));
  const waiting = watchers.flatMap((watcher) => [watcher.next(), watcher.next()]);
  for (const subscribe of Object.values(SUBSCRIPTIONS)) subscribe({ signal });
  assert.equal(held().watches, before.watches + watchers.length + Object.keys(SUBSCRIPTIONS).length);
  await turn();
  controller.abort(new RangeError('mine'));
  assertNoMore(before);
  assert.deepEqual(await Promise.all(waiting), Array(waiting.length).fill(END));
  for (const watcher of watchers) assert.deepEqual(await watcher.next(), END);
});

test('a signal drops what has not been taken', async () => {
  const before = held();
  const controller = new AbortController();
  const watcher = map.watchAll({ signal: controller.signal, initial: true });
  for (let n = 0; n < 300; n++) map.set('a', n);
  await take(watcher, 5);
  assert.ok(held().memoryTold > before.memoryTold);
  controller.abort();
  assertNoMore(before);
  assert.equal(watcher.lag, 0);
  assert.deepEqual(await watcher.next(), END);
});

for (const [how, leave] of [
  ['break', () => 'break'],
  ['return', () => 'return'],
  [
    'an error',
    () => {
      throw new RangeError('mine');
    },
  ],
]) {
  test(`leaving for await by ${how} ends the watch`, async () => {
    const before = held();
    const watcher = map.watchAll();
    map.set('a', 1);
    map.set('a', 2);
    const seen = [];
    const loop = async () => {
      for await (const { newValue } of watcher) {
        seen.push(newValue);
        const what = leave();
        if (what === 'break') break;
        if (what === 'return') return;
      }
    };
    await loop().catch((error) => assert.ok(error instanceof RangeError));
    assert.deepEqual(seen, [1]);
    assertNoMore(before);
    assert.deepEqual(await watcher.next(), END);
  });
}

test('return ends a watch, and those of its next that wait', async () => {
  const before = held();
  for (const [name, watch] of Object.entries(WATCHES)) {
    const watcher = watch();
    assert.equal(watcher[Symbol.asyncIterator](), watcher, name);
    const waiting = [watcher.next(), watcher.next()];
    assert.deepEqual(await watcher.return(), END);
    assert.deepEqual(await Promise.all(waiting), [END, END]);
    assert.deepEqual(await watcher.return(), END);
    assert.deepEqual(await watcher.next(), END);
    assert.equal(watcher.lag, 0);
  }
  assertNoMore(before);
});

test('throw ends a watch and rejects with what was given', async () => {
  const before = held();
  const watcher = map.watch('a');
  const waiting = watcher.next();
  const reason = new RangeError('mine');
  await assert.rejects(watcher.throw(reason), same(reason));
  assert.deepEqual(await waiting, END);
  assertNoMore(before);
});

test('so does disposing of it', async () => {
  const before = held();
  const watcher = map.watch('a');
  await watcher[Symbol.asyncDispose]();
  assert.deepEqual(await watcher.next(), END);
  assertNoMore(before);
});

test('an end in the middle of what was taken at once', async () => {
  const before = held();
  const watcher = map.watchAll();
  const waiting = Array.from({ length: 5 }, () => watcher.next());
  for (let n = 0; n < 3; n++) map.set('a', n);
  const first = await waiting[0];
  assert.equal(first.value.newValue, 0);
  await watcher.return();
  const rest = await Promise.all(waiting.slice(1));
  assert.deepEqual(rest.slice(2), [END, END]);
  assertNoMore(before);
});

test('several next get the events in their order', async () => {
  const watcher = map.watchAll();
  const waiting = Array.from({ length: 10 }, () => watcher.next());
  for (let n = 0; n < 4; n++) map.set('a', n);
  const first = await Promise.all(waiting.slice(0, 4));
  assert.deepEqual(
    first.map(({ value }) => value.newValue),
    [0, 1, 2, 3],
  );
  assert.equal(await stateOf(waiting[4]), 'pending');
  await transaction(async () => {
    for (let n = 4; n < 10; n++) map.set(n, n);
  });
  const rest = await Promise.all(waiting.slice(4));
  assert.deepEqual(
    rest.map(({ value }) => value.newValue),
    [4, 5, 6, 7, 8, 9],
  );
  const later = watcher.next();
  map.set('a', 'later');
  assert.equal((await later).value.newValue, 'later');
  await watcher.return();
});

test('destroying ends all watches, after what they have to tell', async () => {
  const before = held();
  const own = new SharedMap([['a', 0]]);
  const watchers = [own.watch('a'), own.watchAll(), own.watchAll({ initial: true }), own.watch('b')];
  const waiting = own.watch('b').next();
  const unsubscribe = own.subscribe(() => {});
  own.set('a', 1);
  own.destroy();
  assert.equal(held().watches, before.watches);
  assert.deepEqual(await waiting, END);
  const set = { type: 'set', key: 'a', oldValue: 0, newValue: 1 };
  assert.deepEqual(await tell(watchers[0], 1), [set]);
  assert.deepEqual(await tell(watchers[1], 1), [set]);
  assert.deepEqual((await take(watchers[2], 1))[0].newValue, 0);
  for (const watcher of [watchers[0], watchers[1], watchers[3]]) assert.deepEqual(await watcher.next(), END);
  for await (const event of watchers[2]) assert.equal(event.newValue, 1);
  unsubscribe();
  assertNoMore(before);
  assert.throws(() => own.watch('a'), { name: 'CollectionDestroyedError' });
  assert.throws(() => own.subscribe(() => {}), { name: 'CollectionDestroyedError' });
});
