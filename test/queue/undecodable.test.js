// Items that a thread cannot decode: they stay in the queue, or go back to its front, and nothing that can be decoded is lost.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  collections,
  registerClass,
  SharedMap,
  SharedQueue,
  transaction,
  transactionSync,
  UnknownClassError,
} from 'heddle';
import { native } from '../../dist/runtime/native.js';
import { heddleError } from '../support/errors.js';
import { untilCollected } from '../support/gc.js';
import { turn } from '../support/wait.js';
import { runInWorker, sharedWords, spawn } from '../support/workers.js';

const tasks = new URL('./tasks.js', import.meta.url);

/** Can be decoded only while `Fragile.sound`. */
class Fragile {
  static sound = true;

  constructor(content) {
    this.content = content;
  }
}
registerClass(Fragile, {
  name: 'undecodable: Fragile',
  toValue: ({ content }) => content,
  fromValue(content) {
    if (!Fragile.sound) throw new Error('it broke');
    return new Fragile(content);
  },
});
const broke = { message: 'it broke' };

/** A queue of such items, which are broken until the test ends or mends them. */
function brokenQueue(context, items, options) {
  const queue = new SharedQueue(options);
  queue.enqueueMany(items);
  Fragile.sound = false;
  context.after(() => {
    Fragile.sound = true;
  });
  return queue;
}

const mend = () => {
  Fragile.sound = true;
};

const newMaps = () => [1, 2, 3].map((n) => new SharedMap([['n', n]]));
const newest = (count) =>
  collections()
    .map(({ id }) => id)
    .slice(-count);
const left = (ids) => collections().filter(({ id }) => ids.includes(id)).length;
/** Until this thread has let go of what it has no handles of any more: a map that is made last has gone. */
async function untilForgotten() {
  newMaps();
  const ids = newest(3);
  await untilCollected(() => left(ids) === 0, 'maps that nothing refers to');
}
const recounted = (name) => native.recount(native.find(name).id);

test('every way to take it fails and leaves it where it is; another time it succeeds', async (t) => {
  const fragile = new Fragile('x');
  for (const take of [
    (queue) => queue.peek(),
    (queue) => queue.tryDequeue(),
    (queue) => queue.dequeue(),
    (queue) => queue.dequeue({ timeout: 1000 }),
    (queue) => queue.dequeueMany(3),
    (queue) => queue[Symbol.asyncIterator]().next(),
    (queue) => transactionSync(() => queue.tryDequeue()),
    (queue) => transaction(() => queue.dequeue()),
    (queue) => transaction(() => queue.dequeueMany(3)),
  ]) {
    const queue = brokenQueue(t, [fragile, 2]);
    const { memory } = queue;
    for (let attempts = 0; attempts < 3; attempts++) {
      await assert.rejects(async () => take(queue), broke, `${take}`);
      assert.deepEqual([queue.size, queue.memory], [2, memory]);
    }
    mend();
    await take(queue);
    queue.enqueue('last');
    assert.deepEqual((await queue.dequeueMany(5)).at(-1), 'last');
  }
});

test('a dequeueMany returns what is before it, and takes nothing behind it', async (t) => {
  const queue = brokenQueue(t, [1, { two: 2 }, new Fragile(3), 4, new Fragile(5), 6]);
  assert.deepEqual(await queue.dequeueMany(10), [1, { two: 2 }]);
  await assert.rejects(queue.dequeueMany(10), broke);
  assert.equal(queue.size, 4);
  mend();
  assert.deepEqual(await queue.dequeueMany(10), [new Fragile(3), 4, new Fragile(5), 6], 'in their order');
});

test('likewise if it waits for the first one', async (t) => {
  const queue = brokenQueue(t, []);
  const waiting = queue.dequeueMany(10);
  mend();
  const items = ['first', 2, new Fragile(3), 4];
  transactionSync(() => {
    queue.enqueueMany(items);
    Fragile.sound = false;
  });
  assert.deepEqual(await waiting, ['first', 2]);
  mend();
  assert.deepEqual(await queue.dequeueMany(10), items.slice(2));
});

test('what is handed over goes back to the front', async (t) => {
  const queue = brokenQueue(t, []);
  const first = queue.dequeue();
  const second = queue.dequeue();
  mend();
  queue.enqueueMany([new Fragile(1), 2, 3]);
  Fragile.sound = false;
  await assert.rejects(first, broke);
  assert.equal(await second, 2);
  mend();
  assert.deepEqual(await queue.dequeueMany(3), [new Fragile(1), 3]);
});

test('all who wait meet it once, then it is at the front', async (t) => {
  const queue = brokenQueue(t, []);
  const waiting = [queue.dequeue(), queue.dequeueMany(2), queue[Symbol.asyncIterator]().next()];
  mend();
  queue.enqueue(new Fragile(1));
  Fragile.sound = false;
  const met = await Promise.allSettled(waiting);
  assert.deepEqual(
    met.map(({ reason }) => reason?.message),
    Array(3).fill('it broke'),
  );
  assert.equal(queue.size, 1);
  mend();
  assert.deepEqual(queue.tryDequeue(), new Fragile(1));
});

test('it goes to the next in line, who may know what it is', async () => {
  const name = 'undecodable: line';
  const queue = new SharedQueue({ name });
  const mine = queue.dequeue();
  const theirs = runInWorker(tasks, 'waitBehind', name);
  await assert.rejects(mine, heddleError(UnknownClassError));
  assert.equal(await theirs, 'for whoever knows it');
  queue.destroy();
});

test('a class that this thread does not know', async () => {
  const name = 'undecodable: unknown';
  const queue = new SharedQueue({ name });
  await runInWorker(tasks, 'enqueueStrangers', name);
  const unknown = heddleError(UnknownClassError);
  assert.throws(() => queue.tryDequeue(), unknown);
  await assert.rejects(queue.dequeueMany(9), unknown);
  class Stranger {
    n = 0;
  }
  registerClass(Stranger, { name: `${name}: Stranger` });
  const items = await queue.dequeueMany(9);
  assert.deepEqual([items[0].n, items[1], items[2].deep.n, items[3]], [1, 2, 3, 4]);
  assert.ok(items[2].deep instanceof Stranger);
  queue.destroy();
});

test('large values, long binary and texts go back as they were', async (t) => {
  const items = [
    new Fragile('x'.repeat(200_000)),
    { bytes: new Uint8Array(300_000).fill(7), fragile: new Fragile(1) },
    'y'.repeat(100_000),
    [new Fragile('ünï')],
    new Float64Array(10_000).fill(0.5),
  ];
  const name = 'undecodable: large';
  const queue = brokenQueue(t, ['first', ...items], { name });
  const { memory } = queue;
  assert.equal(queue.tryDequeue(), 'first');
  const rest = queue.memory;
  assert.ok(rest < memory);
  await assert.rejects(queue.dequeueMany(10), broke);
  assert.throws(() => queue.tryDequeue(), broke);
  assert.deepEqual([queue.memory, recounted(name)], [rest, rest]);
  mend();
  assert.deepEqual(await queue.dequeueMany(10), items);
  assert.deepEqual([queue.memory, recounted(name)], [0, 0]);
  queue.destroy();
});

test('what it refers to stays alive as long as it is in the queue, and no longer', async (t) => {
  const queue = new SharedQueue();
  // In functions of their own, so that no frame keeps a map.
  const enqueueMaps = () => {
    const [one, two, three] = newMaps();
    queue.enqueueMany([[one, new Fragile(0)], two, { large: 'x'.repeat(100_000), three, fragile: new Fragile(0) }]);
    return newest(3);
  };
  const numbers = async () => {
    const [[one], two, { three }] = await queue.dequeueMany(3);
    return [one, two, three].map((map) => map.get('n'));
  };
  let ids = enqueueMaps();
  Fragile.sound = false;
  t.after(mend);
  for (let attempts = 0; attempts < 3; attempts++) {
    await assert.rejects(queue.dequeueMany(3), broke);
    assert.throws(() => queue.tryDequeue(), broke);
  }
  await untilForgotten();
  assert.equal(left(ids), 3);
  mend();
  assert.deepEqual(await numbers(), [1, 2, 3]);
  await untilCollected(() => left(ids) === 0, 'the maps to go');
  ids = enqueueMaps();
  Fragile.sound = false;
  await assert.rejects(queue.dequeueMany(3), broke);
  await untilForgotten();
  assert.equal(left(ids), 3);
  queue.clear();
  await untilCollected(() => left(ids) === 0, 'those to go that were put back and never read');
});

test('it comes back to a queue that is closed, or full', async (t) => {
  const queue = brokenQueue(t, [new Fragile(1), 2], { capacity: 2 });
  queue.close();
  await assert.rejects(queue.dequeueMany(2), broke);
  mend();
  const items = [];
  for await (const item of queue) items.push(item);
  assert.deepEqual(items, [new Fragile(1), 2]);
});

test('a thread that tries again takes nothing out of sight', async (t) => {
  const queue = brokenQueue(t, [new Fragile(1), 2]);
  assert.throws(() => queue.tryDequeue(), broke);
  const { commits } = queue.stats();
  for (const take of [() => queue.tryDequeue(), () => queue.dequeue(), () => queue.dequeueMany(2)]) {
    await assert.rejects(async () => take(), broke);
  }
  assert.equal(queue.stats().commits, commits, 'it looks first');
  mend();
  assert.deepEqual(await queue.dequeueMany(2), [new Fragile(1), 2]);
  assert.equal(queue.stats().commits, commits + 1);
});

test('who tries again and again keeps nobody from their turn', async (t) => {
  const queue = brokenQueue(t, [new Fragile(1)]);
  for (const take of [() => queue.dequeue(), () => queue.dequeueMany(2)]) {
    let others = false;
    turn().then(() => {
      others = true;
    });
    let attempts = 0;
    while (!others && attempts < 1000) {
      attempts++;
      await assert.rejects(take(), broke);
    }
    assert.ok(others, `${attempts} attempts`);
  }
});

test('discard removes it unread', async (t) => {
  const queue = brokenQueue(t, [new Fragile(1), new Fragile('x'.repeat(100_000)), new Fragile(3), 4]);
  assert.equal(queue.discard(), true);
  const discarded = () => {
    assert.throws(() => queue.peek(), broke);
    return queue.discard();
  };
  assert.throws(
    () =>
      transactionSync(() => {
        discarded();
        throw new RangeError('undone');
      }),
    RangeError,
  );
  assert.equal(queue.size, 3);
  assert.equal(transactionSync(discarded), true);
  assert.equal(await transaction(discarded), true);
  transactionSync(() => {
    assert.equal(queue.tryDequeue(), 4);
    queue.enqueueMany([undefined, 6]);
    assert.equal(queue.discard(), true, 'what the body has added itself');
    assert.equal(queue.discard(), true);
    assert.equal(queue.discard(), false);
  });
  assert.equal(queue.discard(), false);
  assert.deepEqual([queue.size, queue.memory], [0, 0]);
  queue.enqueue(1);
  queue.close();
  assert.deepEqual([queue.discard(), queue.discard()], [true, false]);
});

test('what this thread has never seen goes as well', async () => {
  const name = 'undecodable: foreign maps';
  const queue = new SharedQueue({ name });
  const ids = await runInWorker(tasks, 'enqueueMapsOfStrangers', name, 6);
  assert.throws(() => queue.tryDequeue(), heddleError(UnknownClassError));
  await untilForgotten();
  assert.equal(left(ids), 6);
  queue.discard();
  queue.discard();
  transactionSync(() => queue.discard());
  await untilCollected(() => left(ids) === 3, 'what was discarded to go');
  await assert.rejects(queue.dequeueMany(9), heddleError(UnknownClassError));
  queue.clear();
  await untilCollected(() => left(ids) === 0, 'what was put back to go');
  queue.destroy();
});

test('of all that threads take beside each other each item arrives once, where it can', async () => {
  const name = 'undecodable: threads';
  const queue = new SharedQueue({ name });
  const COUNT = 300;
  const taken = sharedWords(1);
  const there = spawn(tasks, 'produceAndTake', name, COUNT, taken);
  const end = new AbortController();
  there.result.catch(() => {}).then(() => end.abort());
  const here = [];
  let refused = 0;
  for (let n = 0; !end.signal.aborted; n++) {
    try {
      const items = n % 2 === 0 ? [await queue.dequeue(end)] : await queue.dequeueMany(1 + (n % 50), end);
      here.push(...items.map((item) => item.n));
      Atomics.add(taken, 0, items.length);
    } catch (error) {
      if (end.signal.aborted) break;
      heddleError(UnknownClassError)(error);
      refused++;
    }
  }
  const seen = [...here, ...(await there.result)];
  assert.deepEqual(
    seen.sort((a, b) => a - b),
    Array.from({ length: COUNT }, (_, n) => n),
  );
  assert.equal(queue.size, 0);
  console.log(`${here.length} taken here, ${refused} refused`);
  assert.ok(refused > 0 && here.length > 0);
  queue.destroy();
});
