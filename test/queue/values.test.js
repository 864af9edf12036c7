// What items may be: large values, collections, instances of classes, what a schema accepts.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  attach,
  CollectionDestroyedError,
  collections,
  registerClass,
  SharedMap,
  SharedQueue,
  transaction,
  transactionSync,
  ValidationError,
} from 'heddle';
import { heddleError } from '../support/errors.js';
import { untilCollected } from '../support/gc.js';
import { runInWorker } from '../support/workers.js';

const tasks = new URL('./tasks.js', import.meta.url);

const ITEMS = {
  primitives: [1, -0, Number.NaN, 'text', '', true, null, undefined, 10n ** 30n],
  objects: [
    { a: [1, { b: 2 }] },
    new Map([[{ k: 1 }, new Set([1])]]),
    new Date(5),
    /x/g,
    new RangeError('r'),
    new Array(3),
  ],
  'texts beyond Latin': ['ünï', '日本', '\ud800', 'x'.repeat(20_000)],
  binary: [new Uint8Array([1, 2, 3]), new Float64Array(10_000).fill(0.5), new ArrayBuffer(8)],
  'values of 200 KB': [
    'y'.repeat(200_000),
    new Uint8Array(200_000).fill(7),
    { rows: Array.from({ length: 9000 }, (_, i) => ({ i })) },
  ],
};

for (const [what, items] of Object.entries(ITEMS)) {
  test(`${what} come through every way in and out`, async () => {
    const queue = new SharedQueue();
    const add = [
      () => items.forEach((item) => void queue.enqueue(item)),
      () => queue.enqueueMany(items),
      () => Promise.all(items.map((item) => queue.enqueueAsync(item))),
      () => transactionSync(() => queue.enqueueMany(items)),
      () =>
        transaction(async () => {
          for (const item of items) {
            queue.enqueue(item);
            await null;
          }
        }),
    ];
    const take = [
      () => items.map(() => queue.tryDequeue()),
      () => Promise.all(items.map(() => queue.dequeue())),
      () => queue.dequeueMany(items.length),
      () => transactionSync(() => items.map(() => queue.tryDequeue())),
      () => transaction(() => queue.dequeueMany(items.length)),
    ];
    for (const enqueue of add) {
      for (const dequeue of take) {
        await enqueue();
        assert.deepEqual(queue.peek(), items[0]);
        assert.deepEqual(await dequeue(), items);
      }
      const waiting = items.map(() => queue.dequeue());
      await enqueue();
      assert.deepEqual(await Promise.all(waiting), items, 'handed over');
    }
    assert.deepEqual(
      transactionSync(() => {
        queue.enqueueMany(items);
        return items.map(() => queue.tryDequeue());
      }),
      items,
      'own ones',
    );
    assert.deepEqual([queue.size, queue.memory], [0, 0]);
  });
}

test('what cannot be shared is refused, and nothing changes', async () => {
  const queue = new SharedQueue();
  queue.enqueue(1);
  const refused = { name: 'DataCloneError' };
  for (const item of [() => {}, Symbol('s'), { deep: [new WeakMap()] }]) {
    for (const add of [() => queue.enqueue(item), () => queue.enqueueMany([2, item])]) {
      assert.throws(add, refused);
      assert.throws(() => transactionSync(add), refused);
    }
    await assert.rejects(queue.enqueueAsync(item), refused);
    await assert.rejects(
      transaction(() => queue.enqueueAsync(item)),
      refused,
    );
  }
  transactionSync(() => {
    assert.throws(() => queue.enqueue(() => {}), refused);
    queue.enqueue(2);
  });
  assert.deepEqual(await queue.dequeueMany(5), [1, 2]);
});

test('user code that runs while an item is read may use the queue', () => {
  const queue = new SharedQueue();
  queue.enqueue({
    get inner() {
      queue.enqueue({ text: 'x'.repeat(5000) });
      return transactionSync(() => queue.size);
    },
  });
  assert.equal(queue.tryDequeue().text.length, 5000);
  assert.deepEqual(queue.tryDequeue(), { inner: 1 });
});

test('collections are items, and queues are values', async () => {
  const queue = new SharedQueue();
  const map = new SharedMap([['a', 1]]);
  const work = { map, reply: new SharedQueue() };
  queue.enqueue(work);
  assert.equal(queue.peek().map, map);
  const waiting = queue.dequeue();
  const { map: same, reply } = await waiting;
  assert.equal(same, map);
  assert.equal(reply, work.reply);
  reply.enqueue('done');
  assert.equal(work.reply.tryDequeue(), 'done');
  const handedOver = queue.dequeue();
  queue.enqueue([map]);
  assert.equal((await handedOver)[0], map);
  map.set('queue', queue);
  assert.equal(map.get('queue'), queue);
  const [cloned] = attach(structuredClone([queue]));
  assert.equal(cloned, queue);
  queue.enqueue(queue);
  assert.equal(queue.tryDequeue(), queue);
  const gone = new SharedMap();
  gone.destroy();
  assert.throws(() => queue.enqueue({ gone }), heddleError(CollectionDestroyedError));
});

test('an item keeps what it refers to alive, and lets go of it when it has been taken', async () => {
  const name = 'queue values: handles';
  const queue = new SharedQueue({ name });
  const ids = await runInWorker(tasks, 'enqueueMaps', name, 3);
  const left = () => collections().filter(({ id }) => ids.includes(id)).length;
  assert.equal(await runInWorker(tasks, 'takeAndPeek', name), 1);
  await untilCollected(() => left() === 2, 'the first to go');
  assert.equal(queue.peek().get('n'), 1);
  // In a function of its own, so that no frame keeps what it has taken.
  const numbers = async () => (await queue.dequeueMany(5)).map((map) => map.get('n'));
  assert.deepEqual(await numbers(), [1, 2]);
  await untilCollected(() => left() === 0, 'the others to go');
  queue.destroy();
});

test('instances of registered classes arrive as such', async () => {
  class Job {
    constructor(cost) {
      this.cost = cost;
    }
    get price() {
      return this.cost * 2;
    }
  }
  registerClass(Job, { name: 'queue values: Job' });
  const queue = new SharedQueue();
  queue.enqueueMany([new Job(1), [new Job(2)]]);
  assert.equal(queue.peek().price, 2);
  assert.ok(queue.tryDequeue() instanceof Job);
  assert.equal((await queue.dequeue())[0].price, 4);
});

test('a schema checks what goes in, and what it makes of it is what comes out', async () => {
  const even = {
    '~standard': {
      version: 1,
      vendor: 'test',
      validate: (value) =>
        value % 2 === 0 ? { value: { even: value } } : { issues: [{ message: 'Expected an even number' }] },
    },
  };
  const name = 'queue values: schema';
  const queue = new SharedQueue({ name, schema: even });
  const refused = heddleError(ValidationError, /value: Expected an even number/);
  for (const add of [() => queue.enqueue(1), () => queue.push(1), () => queue.enqueueMany([2, 1])]) {
    assert.throws(add, refused);
    assert.throws(() => transactionSync(add), refused);
  }
  await assert.rejects(queue.enqueueAsync(1), refused);
  queue.enqueue(2);
  queue.enqueueMany([4]);
  await queue.enqueueAsync(6);
  new SharedQueue({ name }).enqueue(7);
  assert.deepEqual(await queue.dequeueMany(5), [{ even: 2 }, { even: 4 }, { even: 6 }, 7]);
  queue.destroy();
});
