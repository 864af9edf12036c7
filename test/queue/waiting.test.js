// Who waits for items, in one thread; workers.test.js has several.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  CollectionDestroyedError,
  QueueClosedError,
  QueueTimeoutError,
  SharedQueue,
  transaction,
  transactionSync,
} from 'heddle';
import { assertAllReject, heddleError, nativeError, same } from '../support/errors.js';
import { sleep, turn } from '../support/wait.js';

test('who waits first gets first, whoever adds', async () => {
  const queue = new SharedQueue();
  const got = [];
  const waiting = Array.from({ length: 6 }, (_, n) => queue.dequeue().then((item) => got.push([n, item])));
  assert.equal(queue.size, 0);
  queue.enqueue('a');
  assert.equal(queue.size, 0, 'on its way');
  transactionSync(() => queue.enqueueMany(['b', 'c']));
  queue.enqueue({ d: 1 });
  await transaction(async () => queue.enqueue('e'));
  await queue.enqueueAsync('f');
  queue.enqueue('g');
  await Promise.all(waiting);
  assert.deepEqual(got, [...['a', 'b', 'c', { d: 1 }, 'e', 'f'].entries()]);
  assert.equal(queue.tryDequeue(), 'g');
});

test('dequeueMany stands in line for its first item, and takes what has come beside it', async () => {
  const queue = new SharedQueue();
  const [first, many, last] = [queue.dequeue(), queue.dequeueMany(3), queue.dequeue()];
  queue.enqueueMany([1, 2, 3, 4, 5, 6]);
  assert.deepEqual(await Promise.all([first, many, last]), [1, [2, 4, 5], 3]);
  assert.equal(queue.tryDequeue(), 6);
});

test('who gives up leaves the line, and nothing is lost', async () => {
  const queue = new SharedQueue();
  const controller = new AbortController();
  const reason = new RangeError('mine');
  const { signal } = controller;
  const kept = queue.dequeue();
  const given = [queue.dequeue({ signal }), queue.dequeueMany(2, { signal }), queue.dequeue({ timeout: 5 })];
  const last = queue.dequeue();
  controller.abort(reason);
  const late = assert.rejects(given[2], (error) => {
    heddleError(QueueTimeoutError, /^This SharedQueue had no item within 5 ms/)(error);
    assert.equal(error.timeout, 5);
    return true;
  });
  await Promise.all([assertAllReject(given.slice(0, 2), same(reason)), late]);
  queue.enqueueMany([1, 2, 3]);
  assert.deepEqual(await Promise.all([kept, last]), [1, 2]);
  assert.equal(queue.tryDequeue(), 3);
});

test('an item on its way returns to the front if it is given up, in its order', async () => {
  const queue = new SharedQueue({ capacity: 2 });
  const controllers = Array.from({ length: 3 }, () => new AbortController());
  const given = controllers.map(({ signal }) => queue.dequeue({ signal }));
  queue.enqueueMany(['a', 'b', 'c']);
  queue.enqueueMany(['d', 'e']);
  for (const n of [1, 0]) {
    controllers[n].abort(new RangeError('mine'));
    await assert.rejects(given[n], RangeError);
  }
  assert.equal(queue.size, 4, 'more than the capacity');
  assert.equal(await given[2], 'c');
  assert.deepEqual(await queue.dequeueMany(9), ['a', 'b', 'd', 'e']);
});

test('an item that returns goes to who waits', async () => {
  const queue = new SharedQueue();
  const controller = new AbortController();
  const first = queue.dequeue({ signal: controller.signal });
  const second = queue.dequeue();
  queue.enqueue('a');
  controller.abort(new RangeError('mine'));
  await assert.rejects(first, RangeError);
  assert.equal(await second, 'a');
  queue.enqueue('b');
  assert.equal(await queue.dequeue(), 'b');
});

test('a signal that has aborted before takes nothing', async () => {
  const queue = new SharedQueue();
  queue.enqueue(1);
  const reason = new RangeError('mine');
  const options = { signal: AbortSignal.abort(reason) };
  for (const start of [
    () => queue.dequeue(options),
    () => queue.dequeueMany(2, options),
    () => queue.enqueueAsync(2, options),
  ]) {
    await assert.rejects(start(), same(reason));
  }
  assert.equal(queue.size, 1);
});

test('one that aborts afterwards changes nothing', async () => {
  const queue = new SharedQueue();
  const controller = new AbortController();
  const options = { signal: controller.signal, timeout: 250 };
  const waiting = queue.dequeue(options);
  await queue.enqueueAsync(1, options);
  assert.equal(await waiting, 1);
  controller.abort();
  await sleep(260);
  queue.enqueue(2);
  assert.equal(queue.size, 1);
});

for (const [what, options, type] of [
  ['options that are no object', 5, TypeError],
  ['null', null, TypeError],
  ['an option that there is not', { timout: 5 }, TypeError],
  ['a signal that is none', { signal: {} }, TypeError],
  ['a timeout that is no number', { timeout: '5' }, TypeError],
  ['a negative timeout', { timeout: -1 }, RangeError],
  ['a timeout that is NaN', { timeout: Number.NaN }, RangeError],
]) {
  test(`${what}: ${type.name}`, async () => {
    const queue = new SharedQueue();
    queue.enqueue(1);
    for (const start of [
      () => queue.dequeue(options),
      () => queue.dequeueMany(2, options),
      () => queue.enqueueAsync(2, options),
    ]) {
      await assert.rejects(start(), nativeError(type));
      await assert.rejects(transaction(start), nativeError(type));
    }
    assert.equal(queue.size, 1);
  });
}

test('closing tells all who wait; what is on its way still arrives', async () => {
  const queue = new SharedQueue();
  const waiting = [queue.dequeue(), queue.dequeueMany(2), queue.dequeue({ timeout: 60_000 }), queue.dequeue()];
  transactionSync(() => {
    queue.enqueue('last');
    queue.close();
  });
  const closed = assertAllReject(waiting.slice(1), heddleError(QueueClosedError));
  assert.equal(await waiting[0], 'last');
  await closed;
  const other = new SharedQueue();
  const alone = other.dequeue();
  other.close();
  await assert.rejects(alone, heddleError(QueueClosedError));
});

test('destroying rejects all who wait, and ends iterators', async () => {
  const queue = new SharedQueue();
  const waiting = [queue.dequeue(), queue.dequeueMany(2), transaction(() => queue.dequeue())];
  const loop = (async () => {
    for await (const item of queue) assert.fail(`${item}`);
    return 'ended';
  })();
  await turn();
  queue.destroy();
  await assertAllReject(waiting, heddleError(CollectionDestroyedError));
  assert.equal(await loop, 'ended');
});

test('what dequeueMany has been handed before the queue is destroyed is not lost', async () => {
  const queue = new SharedQueue();
  const first = queue.dequeue().then(() => queue.destroy());
  const many = queue.dequeueMany(3);
  queue.enqueueMany([1, 2]); // the thread hears of both at once
  await first;
  assert.deepEqual(await many, [2]);
});

// ---------------------------------------------------------------- for await

test('several loops share the items, and end when the queue is closed and drained', async () => {
  const queue = new SharedQueue();
  const loop = async () => {
    const items = [];
    for await (const item of queue) {
      items.push(item);
      await turn();
    }
    return items;
  };
  const three = [loop(), loop(), loop()];
  for (let n = 0; n < 30; n++) {
    queue.enqueue(n);
    if (n % 7 === 0) await turn();
  }
  queue.close();
  const shares = await Promise.all(three);
  assert.ok(shares.every((items) => items.length > 0));
  const inOrder = (items) => [...items].sort((a, b) => a - b);
  for (const items of shares) assert.deepEqual(items, inOrder(items));
  assert.deepEqual(
    inOrder(shares.flat()),
    Array.from({ length: 30 }, (_, n) => n),
  );
  assert.deepEqual(await loop(), []);
});

test('break leaves the rest', async () => {
  const queue = new SharedQueue();
  queue.enqueueMany([1, 2, 3]);
  for await (const item of queue) if (item === 2) break;
  assert.deepEqual(await queue.dequeueMany(5), [3]);
});

test('return ends the next that still wait, and what is on its way to them returns', async () => {
  const queue = new SharedQueue();
  const iterator = queue[Symbol.asyncIterator]();
  assert.equal(iterator[Symbol.asyncIterator](), iterator);
  const done = { done: true, value: undefined };
  const pending = [iterator.next(), iterator.next(), iterator.next()];
  queue.enqueue('a');
  assert.deepEqual(await pending[0], { done: false, value: 'a' });
  queue.enqueue('b');
  assert.deepEqual(await iterator.return(), done);
  assert.deepEqual(await Promise.all(pending.slice(1)), [done, done]);
  assert.deepEqual(await iterator.next(), done);
  assert.equal(queue.tryDequeue(), 'b');
});

// ---------------------------------------------------------------- the process

const flags = globalThis.Deno === undefined ? [] : ['run', '--allow-all', '--no-lock'];

for (const what of ['dequeue', 'iterator', 'room', 'transaction']) {
  test(`a process stays alive for a waiting ${what}, and no longer`, async () => {
    const program = fileURLToPath(new URL('./fixtures/stays.js', import.meta.url));
    const child = spawn(process.execPath, [...flags, program, what], { stdio: ['ignore', 'pipe', 'pipe'] });
    let printed = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (printed += text));
    const [code] = await once(child, 'close');
    assert.equal(printed, `waiting\n${what} done\n`);
    assert.equal(code, 0);
  });
}
