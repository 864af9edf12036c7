// Handles in messages.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MessageChannel } from 'node:worker_threads';
import { attach, CollectionDestroyedError, SharedMap, SharedRecord } from 'heddle';
import { heddleError } from '../support/errors.js';
import { runInWorker, spawn } from '../support/workers.js';

const tasks = new URL('./tasks.js', import.meta.url);

test('structuredClone and attach', () => {
  const map = new SharedMap([['a', 1]]);
  const record = new SharedRecord({ name: 'transfer: record', initial: { port: 1 } });
  const clone = attach(structuredClone({ map, deep: [{ record }], text: 'x' }));
  assert.equal(clone.map, map);
  assert.equal(clone.deep[0].record, record);
  assert.equal(clone.text, 'x');
  assert.equal(attach(structuredClone(map)), map);
  record.destroy();
});

test('in Maps and Sets, in their order, and in cycles', () => {
  const first = new SharedMap();
  const second = new SharedMap();
  const message = {
    map: new Map([
      ['a', first],
      [second, 'b'],
      ['c', 1],
    ]),
    set: new Set([1, first, second, 2]),
  };
  message.self = message;
  const clone = structuredClone(message);
  assert.equal(attach(clone), clone);
  assert.deepEqual([...clone.map.keys()], ['a', second, 'c']);
  assert.equal(clone.map.get('a'), first);
  assert.deepEqual([...clone.set], [1, first, second, 2]);
  assert.equal(clone.self, clone);
});

test('what is no handle stays as it is', () => {
  const date = new Date(0);
  for (const message of [null, undefined, 1, 'text', date, new Uint8Array(2)]) assert.equal(attach(message), message);
  const lookalikes = [{ $heddle: 1 }, { $heddle: 'x' }, { $heddle: '1:1:1', more: true }];
  assert.deepEqual(attach(structuredClone(lookalikes)), lookalikes);
});

test('what was destroyed meanwhile cannot be attached, and then nothing is', () => {
  const map = new SharedMap();
  const gone = new SharedMap();
  const clone = structuredClone([map, gone]);
  gone.destroy();
  assert.throws(() => attach(clone), heddleError(CollectionDestroyedError));
  assert.equal(clone[0] instanceof SharedMap, false);
  assert.throws(() => attach({ $heddle: '1:999999999:1' }), heddleError(CollectionDestroyedError));
});

test('postMessage within a thread', async () => {
  const { port1, port2 } = new MessageChannel();
  const map = new SharedMap([['a', 1]]);
  const arrived = new Promise((resolve) => port2.once('message', resolve));
  port1.postMessage({ map });
  assert.equal(attach(await arrived).map, map);
  port1.close();
});

test('to a worker and back', async () => {
  const map = new SharedMap();
  const list = [new SharedRecord({ initial: { n: 5 } })];
  const result = attach(await runInWorker(tasks, 'useSent', { map, list }));
  assert.equal(map.get('seen'), 5);
  assert.deepEqual([...result.made], [['from', 'the worker']], 'a copy on its way keeps it alive');
});

test('in workerData', async () => {
  const map = new SharedMap([['a', 3]]);
  assert.equal(await spawn(tasks, 'isInWorkerData', map).result, 3);
});
