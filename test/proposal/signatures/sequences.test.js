// Each member of the proposal's SharedArray and SharedQueue does what its signature says. The name of a test is the signature, as it
// is written there; `conformance.test.js` sees to it that none is missing. What else they do is tested elsewhere.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SharedArray, SharedQueue } from 'heddle';
import { stateOf } from '../../support/wait.js';
import { assertAsyncIterator, eventsOf } from './support.js';

// ---------------------------------------------------------------- SharedArray

const numbers = () => new SharedArray([10, 20, 30]);

test('SharedArray: get length(): number', () => {
  assert.equal(numbers().length, 3);
});

test('SharedArray: get(index: number): T | undefined', () => {
  assert.deepEqual([numbers().get(1), numbers().get(3)], [20, undefined]);
});

test('SharedArray: set(index: number, value: T): void', () => {
  const array = numbers();
  assert.equal(array.set(1, 25), undefined);
  assert.deepEqual([...array], [10, 25, 30]);
  assert.throws(() => array.set(4, 0), RangeError);
});

test('SharedArray: push(...items: T[]): number', () => {
  const array = numbers();
  assert.equal(array.push(40, 50), 5);
  assert.deepEqual([...array], [10, 20, 30, 40, 50]);
});

test('SharedArray: pop(): T | undefined', () => {
  const array = numbers();
  assert.deepEqual([array.pop(), array.length, new SharedArray().pop()], [30, 2, undefined]);
});

test('SharedArray: slice(start?: number, end?: number): T[]', () => {
  const array = numbers();
  const slices = [array.slice(), array.slice(1), array.slice(-2, -1)];
  assert.deepEqual(slices, [[10, 20, 30], [20, 30], [20]]);
  assert.ok(Array.isArray(slices[0]));
});

test('SharedArray: splice(start: number, deleteCount?: number, ...items: T[]): T[]', () => {
  const array = numbers();
  assert.deepEqual(array.splice(1, 1, 21, 22), [20]);
  assert.deepEqual([...array], [10, 21, 22, 30]);
  assert.deepEqual(array.splice(2), [22, 30]);
  assert.deepEqual([...array], [10, 21]);
});

test('SharedArray: [Symbol.iterator](): IterableIterator<T>', () => {
  const iterator = numbers()[Symbol.iterator]();
  assert.equal(iterator[Symbol.iterator](), iterator);
  assert.deepEqual([iterator.next(), ...iterator], [{ value: 10, done: false }, 20, 30]);
});

test('SharedArray: entries(): IterableIterator<[number, T]>', () => {
  const entries = numbers().entries();
  assert.equal(entries[Symbol.iterator](), entries);
  assert.deepEqual(
    [...entries],
    [
      [0, 10],
      [1, 20],
      [2, 30],
    ],
  );
});

test('SharedArray: watch(): AsyncIterableIterator<ArrayChangeEvent<T>>', async () => {
  const array = numbers();
  const watcher = array.watch();
  assertAsyncIterator(watcher);
  const events = await eventsOf(watcher, () => {
    array.set(0, 11);
    array.splice(1, 1, 21, 22);
    array.clear();
  });
  assert.deepEqual(
    events.map(({ type, index }) => [type, index]),
    [
      ['set', 0],
      ['splice', 1],
      ['clear', undefined],
    ],
  );
  assert.deepEqual([events[1].removed, events[1].added], [[20], [21, 22]]);
});

test('SharedArray: watchIndex(index: number): AsyncIterableIterator<ChangeEvent<T>>', async () => {
  const array = numbers();
  const watcher = array.watchIndex(1);
  assertAsyncIterator(watcher);
  const events = await eventsOf(watcher, () => {
    array.set(1, 25);
    array.set(0, 15);
    array.shift();
  });
  assert.deepEqual(
    events.map(({ type, oldValue, newValue }) => [type, oldValue, newValue]),
    [
      ['set', 20, 25],
      ['set', 25, 30],
    ],
  );
});

// ---------------------------------------------------------------- SharedQueue

function jobs() {
  const queue = new SharedQueue();
  queue.enqueueMany(['a', 'b', 'c']);
  return queue;
}

test('SharedQueue: enqueue(item: T): void', async () => {
  const queue = jobs();
  assert.equal(queue.enqueue('d'), undefined);
  assert.deepEqual(await queue.dequeueMany(9), ['a', 'b', 'c', 'd']);
});

test('SharedQueue: dequeue(): Promise<T>', async () => {
  const queue = jobs();
  assert.equal(await queue.dequeue(), 'a');
  queue.clear();
  const waiting = queue.dequeue();
  assert.equal(await stateOf(waiting), 'pending');
  queue.enqueue('late');
  assert.equal(await waiting, 'late');
});

test('SharedQueue: tryDequeue(): T | undefined', () => {
  assert.deepEqual([jobs().tryDequeue(), new SharedQueue().tryDequeue()], ['a', undefined]);
});

test('SharedQueue: peek(): T | undefined', () => {
  const queue = jobs();
  assert.deepEqual([queue.peek(), queue.peek(), queue.size, new SharedQueue().peek()], ['a', 'a', 3, undefined]);
});

test('SharedQueue: clear(): void', () => {
  const queue = jobs();
  assert.equal(queue.clear(), undefined);
  assert.equal(queue.tryDequeue(), undefined);
});

test('SharedQueue: readonly size: number', () => {
  const queue = jobs();
  assert.throws(() => {
    queue.size = 0;
  }, TypeError);
  assert.equal(queue.size, 3);
});

test('SharedQueue: readonly isEmpty: boolean', () => {
  const queue = jobs();
  assert.throws(() => {
    queue.isEmpty = true;
  }, TypeError);
  assert.deepEqual([queue.isEmpty, new SharedQueue().isEmpty], [false, true]);
});

test('SharedQueue: enqueueMany(items: T[]): void', async () => {
  const queue = new SharedQueue();
  assert.equal(queue.enqueueMany([1, 2, 3]), undefined);
  assert.deepEqual([queue.tryDequeue(), queue.tryDequeue(), queue.tryDequeue()], [1, 2, 3]);
});

test('SharedQueue: dequeueMany(count: number): Promise<T[]>', async () => {
  const queue = jobs();
  assert.deepEqual([await queue.dequeueMany(2), await queue.dequeueMany(2)], [['a', 'b'], ['c']]);
  const waiting = queue.dequeueMany(2);
  assert.equal(await stateOf(waiting), 'pending');
  queue.enqueue('late');
  assert.deepEqual(await waiting, ['late']);
});

test('SharedQueue: [Symbol.asyncIterator](): AsyncIterableIterator<T>', async () => {
  const queue = jobs();
  assertAsyncIterator(queue[Symbol.asyncIterator]());
  queue.close();
  const taken = [];
  for await (const item of queue) taken.push(item);
  assert.deepEqual(taken, ['a', 'b', 'c']);
});
