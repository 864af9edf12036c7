// The options of a queue, its limits, and what it counts.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CollectionOptionsError,
  CollectionTypeError,
  configure,
  MemoryLimitError,
  runOutside,
  SharedMap,
  SharedQueue,
  SharedRecord,
  stats,
  transactionSync,
} from 'heddle';
import { native } from '../../dist/runtime/native.js';
import { assertCounted } from '../support/counted.js';
import { heddleError, nativeError } from '../support/errors.js';
import { loops } from '../support/random.js';

for (const [what, options, type] of [
  ['options that are no object', 5, TypeError],
  ['items in place of options', [1, 2], TypeError],
  ['an unknown option', { capactiy: 1 }, TypeError],
  ['eviction', { eviction: 'lru', maxEntries: 1 }, TypeError],
  ['initial', { initial: [1] }, TypeError],
  ['a name that is no string', { name: 5 }, TypeError],
  ['an empty name', { name: '' }, TypeError],
  ['a capacity that is no number', { capacity: '1' }, TypeError],
  ['a capacity of 0', { capacity: 0 }, RangeError],
  ['a capacity that is not whole', { capacity: 1.5 }, RangeError],
  ['an infinite capacity', { capacity: Number.POSITIVE_INFINITY }, RangeError],
  ['a limit out of range', { maxMemory: -1 }, RangeError],
  ['another lifetime', { lifetime: 'process' }, TypeError],
  ['a schema that is none', { schema: {} }, TypeError],
]) {
  test(`${what}: ${type.name}`, () => {
    assert.throws(() => new SharedQueue(options), nativeError(type, /SharedQueue|option/));
  });
}

test('a map has no capacity', () => {
  assert.throws(() => new SharedMap({ capacity: 1 }), nativeError(TypeError, /SharedMap has no option "capacity"/));
});

test('a name of another kind is refused, both ways', () => {
  const [map, queue] = [new SharedMap({ name: 'queue limits: map' }), new SharedQueue({ name: 'queue limits: queue' })];
  for (const [open, message] of [
    [() => new SharedQueue({ name: map.name }), /"queue limits: map" is a SharedMap, not a SharedQueue/],
    [() => new SharedMap({ name: queue.name }), /"queue limits: queue" is a SharedQueue, not a SharedMap/],
    [() => new SharedMap([['a', 1]], { name: queue.name }), /is a SharedQueue, not a SharedMap/],
    [() => new SharedRecord({ name: queue.name }), /is a SharedQueue, not a SharedRecord/],
  ]) {
    assert.throws(open, heddleError(CollectionTypeError, message));
  }
  map.destroy();
  queue.destroy();
});

test('options that disagree with the creator are refused, none agree', () => {
  const options = { name: 'queue limits: options', capacity: 3, maxEntries: 9 };
  const queue = new SharedQueue(options);
  for (const other of [{ capacity: 4 }, { maxEntries: 10 }, { maxMemory: 1 }, { lifetime: 'handles' }]) {
    assert.throws(
      () => new SharedQueue({ ...options, ...other }),
      heddleError(CollectionOptionsError, /^SharedQueue "queue limits: options" was created with/),
    );
  }
  new SharedQueue(options).enqueue(1);
  new SharedQueue({ name: options.name }).enqueueMany([2, 3]);
  assert.throws(() => new SharedQueue({ name: options.name }).enqueue(4), { name: 'QueueFullError' });
  assert.equal(queue.size, 3);
  queue.destroy();
});

test('an item past maxEntries or maxMemory is refused and undoes its transaction', async () => {
  const other = new SharedMap();
  for (const [options, item] of [
    [{ maxEntries: 2 }, 1],
    [{ maxMemory: 100_000 }, 'x'.repeat(40_000)],
    [{ maxMemory: 1_000_000 }, new Uint8Array(400_000)],
  ]) {
    const queue = new SharedQueue({ name: 'queue limits: full', ...options });
    const refused = heddleError(
      MemoryLimitError,
      /^SharedQueue "queue limits: full" would pass its max(Entries|Memory)/,
    );
    queue.enqueueMany([item, item]);
    const tooMany = () => {
      other.set('written', 1);
      queue.enqueue(item);
    };
    assert.throws(() => queue.enqueue(item), refused);
    assert.throws(() => transactionSync(tooMany), refused);
    await assert.rejects(queue.enqueueAsync(item), refused, 'it waits for room, not for memory');
    assert.deepEqual([queue.size, other.size], [2, 0]);
    queue.tryDequeue();
    queue.enqueue(item);
    transactionSync(() => {
      queue.tryDequeue();
      queue.enqueue(item);
    });
    assert.equal(queue.size, 2);
    assertCounted(queue);
    queue.destroy();
  }
});

test('what is handed over takes no room', async () => {
  const queue = new SharedQueue({ capacity: 1, maxEntries: 2 });
  const waiting = [queue.dequeue(), queue.dequeue(), queue.dequeue()];
  queue.enqueueMany([1, 2, 3]);
  queue.enqueue(4);
  assert.throws(() => queue.enqueue(5), { name: 'QueueFullError' });
  assert.deepEqual(await Promise.all(waiting), [1, 2, 3]);
});

test('the limit of the process holds for queues, and takes are never refused', () => {
  const { memoryLimit } = native.stats();
  const queue = new SharedQueue();
  queue.enqueueMany(['first', 'second']);
  configure({ maxMemory: 1 });
  try {
    const refused = heddleError(MemoryLimitError, /limit of the process/);
    for (const item of [1, {}, 'x'.repeat(100_000)]) {
      assert.throws(() => queue.enqueue(item), refused);
      assert.throws(() => transactionSync(() => queue.enqueue(item)), refused);
    }
    assert.equal(queue.tryDequeue(), 'first');
    assert.equal(
      transactionSync(() => queue.tryDequeue()),
      'second',
    );
  } finally {
    configure({ maxMemory: memoryLimit });
  }
});

test('what was enqueued once costs no more after a million others', () => {
  const queue = new SharedQueue();
  queue.enqueue(1);
  const { memory } = queue;
  const held = native.stats().memory;
  for (let n = 0; n < loops(20_000); n++) {
    queue.enqueue(n);
    queue.tryDequeue();
  }
  assert.equal(queue.memory, memory);
  assert.ok(native.stats().memory < held + 100_000);
});

test('a queue tells what has happened to it', async () => {
  const name = 'queue limits: stats';
  const queue = new SharedQueue({ name, capacity: 4, maxEntries: 3 });
  queue.enqueueMany([1, 2, 3]);
  queue.tryDequeue();
  await queue.dequeue();
  assert.throws(() => queue.enqueueMany([4, 5, 6]), { name: 'MemoryLimitError' });
  assert.throws(() => queue.enqueueMany([4, 5, 6, 7]), { name: 'QueueFullError' }, 'which is no refusal: others wait');
  let runs = 0;
  transactionSync(() => {
    queue.tryDequeue();
    if (++runs === 1) runOutside(() => queue.enqueue(queue.tryDequeue()));
  });
  const { id, misses, ...counts } = queue.stats();
  assert.ok(id > 0 && misses >= 0);
  assert.deepEqual(counts, {
    kind: 'SharedQueue',
    name,
    memory: 0,
    entries: 0,
    commits: 6,
    conflicts: 1,
    evictions: 0,
    refusals: 1,
    watches: 0,
  });
  assert.deepEqual(
    stats().collections.find((one) => one.name === name),
    queue.stats(),
  );
  queue.destroy();
});
