// What the watchers of sets, arrays and queues are told.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SharedArray, SharedQueue, SharedSet, transactionSync } from 'heddle';
import { stateOf } from '../support/wait.js';
import { apply, END, take, tell, told } from './support.js';

// ---------------------------------------------------------------- sets

test('an element of a set: when it comes and goes, and nothing when it is added again', async () => {
  const set = new SharedSet(['a']);
  const watcher = set.watch('a');
  set.add('a');
  set.add('b');
  set.delete('a');
  set.delete('a');
  set.add('a');
  transactionSync(() => {
    set.delete('a');
    set.add('a');
  });
  set.clear();
  set.add('a');
  assert.deepEqual(await tell(watcher, 4), [
    { type: 'delete', value: 'a' },
    { type: 'add', value: 'a' },
    { type: 'delete', value: 'a' },
    { type: 'add', value: 'a' },
  ]);
});

test('a whole set', async () => {
  const set = new SharedSet([['a', 1]]);
  const watcher = set.watchAll();
  set.add(2);
  set.add(2);
  set.add(['a', 1]);
  set.delete(['a', 1]);
  transactionSync(() => {
    set.clear();
    set.add(undefined);
  });
  const events = await take(watcher, 4);
  assert.equal(watcher.lag, 0);
  assert.deepEqual(
    events.map(({ type, value }) => [type, value]),
    [
      ['add', 2],
      ['delete', ['a', 1]],
      ['clear', undefined],
      ['add', undefined],
    ],
  );
  assert.equal(events[2].version, events[3].version);
  assert.ok(events[0].version < events[1].version);
});

test('what a bounded set has no room for is evicted', async () => {
  const set = new SharedSet({ eviction: 'lru', maxEntries: 1 });
  const [all, one] = [set.watchAll(), set.watch('a')];
  set.add('a');
  set.add('b');
  const events = [
    { type: 'add', value: 'a' },
    { type: 'delete', value: 'a', reason: 'evicted' },
  ];
  assert.deepEqual(await tell(one, 2), events);
  assert.deepEqual(new Set(await tell(all, 3)), new Set([...events, { type: 'add', value: 'b' }]));
});

// ---------------------------------------------------------------- arrays

test('a whole array: enough to do the same to a copy', async () => {
  const array = new SharedArray([1, 2, 3]);
  const watcher = array.watch();
  const copy = [1, 2, 3];
  const events = async (count, ...expected) => {
    const events = await take(watcher, count);
    assert.deepEqual(events.map(told), expected);
    assert.equal(watcher.lag, 0);
    for (const event of events) apply(copy, event);
    assert.deepEqual(copy, array.toArray());
    return events;
  };
  array.push(4, 5);
  await events(1, { type: 'splice', index: 3, removed: [], added: [4, 5] });
  array.unshift(0);
  await events(1, { type: 'splice', index: 0, removed: [], added: [0] });
  array.splice(1, 2, 'x', 'y', 'z');
  await events(1, { type: 'splice', index: 1, removed: [1, 2], added: ['x', 'y', 'z'] });
  array.set(0, { n: 1 });
  await events(1, { type: 'set', index: 0, oldValue: 0, newValue: { n: 1 } });
  array.set(0, { n: 1 });
  await events(1, { type: 'set', index: 0, oldValue: { n: 1 }, newValue: { n: 1 } });
  array.set(array.length, 'end');
  await events(1, { type: 'splice', index: 7, removed: [], added: ['end'] });
  array.pop();
  array.shift();
  await events(
    2,
    { type: 'splice', index: 7, removed: ['end'], added: [] },
    { type: 'splice', index: 0, removed: [{ n: 1 }], added: [] },
  );
  array.clear();
  const [clear] = await events(1, { type: 'clear' });
  for (const field of ['index', 'oldValue', 'newValue']) assert.equal(clear[field], undefined);
});

test('those of one transaction are to be applied one after the other', async () => {
  const array = new SharedArray(['a', 'b', 'c', 'd']);
  const watcher = array.watch();
  const copy = array.toArray();
  transactionSync(() => {
    array.splice(3, 1);
    array.unshift('front');
    array.set(2, 'B');
    array.push('back', undefined);
    transactionSync(() => array.splice(1, 0, 1, 2, 3));
  });
  const all = await take(watcher, watcher.lag);
  assert.ok(all.length > 1);
  assert.equal(new Set(all.map(({ version }) => version)).size, 1);
  for (const event of all) apply(copy, event);
  assert.deepEqual(copy, ['front', 1, 2, 3, 'a', 'B', 'c', 'back', undefined]);
  assert.deepEqual(array.toArray(), copy);
  transactionSync(() => {
    array.push('lost');
    array.clear();
    array.push('new');
  });
  assert.deepEqual(await tell(watcher, 2), [
    { type: 'clear' },
    { type: 'splice', index: 0, removed: [], added: ['new'] },
  ]);
});

test('an index of an array: what is put there, moves there, or is there no more', async () => {
  const array = new SharedArray(['a', 'b']);
  const [one, beyond] = [array.watchIndex(1), array.watchIndex(3)];
  array.set(1, 'B');
  array.set(1, 'B');
  array.set(0, 'A');
  array.push('c');
  array.unshift('x');
  array.splice(0, 2);
  array.clear();
  transactionSync(() => {
    array.push('n');
    array.push('m');
    array.set(1, 'M');
  });
  assert.deepEqual(await tell(one, 6), [
    { type: 'set', index: 1, oldValue: 'b', newValue: 'B' },
    { type: 'set', index: 1, oldValue: 'B', newValue: 'B' },
    { type: 'set', index: 1, oldValue: 'B', newValue: 'A' },
    { type: 'set', index: 1, oldValue: 'A', newValue: 'c' },
    { type: 'delete', index: 1, oldValue: 'c' },
    { type: 'set', index: 1, newValue: 'M' },
  ]);
  assert.deepEqual(await tell(beyond, 2), [
    { type: 'set', index: 3, newValue: 'c' },
    { type: 'delete', index: 3, oldValue: 'c' },
  ]);
});

test('what is far from an index is not told of', async () => {
  const array = new SharedArray(Array.from({ length: 3000 }, (_, n) => n));
  const watchers = [0, 1500, 2999].map((index) => array.watchIndex(index));
  array.set(1499, 'x');
  array.push('end');
  array.splice(2000, 1);
  array.pop();
  assert.deepEqual(
    watchers.map(({ lag }) => lag),
    [0, 0, 2],
  );
  assert.deepEqual(await tell(watchers[2], 2), [
    { type: 'set', index: 2999, oldValue: 2999, newValue: 'end' },
    { type: 'delete', index: 2999, oldValue: 'end' },
  ]);
});

// ---------------------------------------------------------------- queues

test('a queue: how many items came and went since the event before', async () => {
  const queue = new SharedQueue();
  const watcher = queue.watch();
  queue.enqueue('a');
  assert.deepEqual(await tell(watcher, 1), [{ type: 'change', size: 1, added: 1, removed: 0, closed: false }]);
  queue.enqueueMany(['b', 'c']);
  queue.tryDequeue();
  transactionSync(() => {
    queue.tryDequeue();
    queue.enqueue('d');
  });
  assert.equal(watcher.lag, 3);
  const [event] = await take(watcher, 1);
  assert.deepEqual(told(event), { type: 'change', size: 2, added: 3, removed: 2, closed: false, skipped: 2 });
  assert.equal(watcher.lag, 0);
  queue.clear();
  queue.close();
  const [last] = await take(watcher, 1);
  assert.deepEqual(told(last), { type: 'change', size: 0, added: 0, removed: 2, closed: true, skipped: 1 });
  assert.ok(last.version > event.version);
  assert.equal(await stateOf(watcher.next()), 'pending', 'it may be destroyed yet');
  await watcher.return();
});

test('an item that goes to somebody who waits came and went', async () => {
  const queue = new SharedQueue();
  const watcher = queue.watch();
  const items = [queue.dequeue(), queue.dequeue()];
  queue.enqueue('a');
  assert.deepEqual(await tell(watcher, 1), [{ type: 'change', size: 0, added: 1, removed: 1, closed: false }]);
  transactionSync(() => queue.enqueueMany(['b', 'c']));
  assert.deepEqual(await tell(watcher, 1), [{ type: 'change', size: 1, added: 2, removed: 1, closed: false }]);
  assert.deepEqual(await Promise.all(items), ['a', 'b']);
});

test('what returns to a queue is told of', async () => {
  const queue = new SharedQueue();
  const controller = new AbortController();
  const item = queue.dequeue({ signal: controller.signal });
  const watcher = queue.watch();
  queue.enqueue('a');
  controller.abort(new RangeError('mine'));
  await assert.rejects(item, RangeError);
  const [{ size, added, removed }] = await take(watcher, 1);
  assert.deepEqual([size, added, removed], [1, 2, 1]);
  assert.throws(() => {
    transactionSync(() => {
      queue.tryDequeue();
      throw new RangeError('mine');
    });
  }, RangeError);
  queue.enqueue('b');
  assert.deepEqual(await tell(watcher, 1), [{ type: 'change', size: 2, added: 1, removed: 0, closed: false }]);
});

// ---------------------------------------------------------------- all of them

for (const [what, make, change, watches] of [
  ['a set', () => new SharedSet(), (set) => set.add('a'), [(set) => set.watch('a'), (set) => set.watchAll()]],
  [
    'an array',
    () => new SharedArray(),
    (array) => array.push('a'),
    [(array) => array.watch(), (array) => array.watchIndex(0)],
  ],
  ['a queue', () => new SharedQueue(), (queue) => queue.enqueue('a'), [(queue) => queue.watch()]],
]) {
  test(`destroying ${what} ends its watchers after what they have to tell`, async () => {
    const collection = make();
    const watchers = watches.map((watch) => watch(collection));
    const waiting = watches.map((watch) => watch(collection).next());
    change(collection);
    const early = await Promise.all(waiting);
    assert.ok(early.every(({ done }) => done === false));
    collection.destroy();
    for (const watcher of watchers) {
      const { done, value } = await watcher.next();
      assert.equal(done, false);
      assert.ok(['add', 'splice', 'set', 'change'].includes(value.type));
      assert.deepEqual(await watcher.next(), END);
    }
    for (const watch of watches) assert.throws(() => watch(collection), { name: 'CollectionDestroyedError' });
  });
}
