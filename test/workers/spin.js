// Loops that end only if a read of shared memory stays in them. Each is a function of its own, so that it is compiled alone.

import { readTransactionSync, SharedMap, transactionSync } from 'heddle';
import { latest, refresh } from '../../dist/runtime/clock.js';
import { native } from '../../dist/runtime/native.js';
import { SEGMENT_MASK, segmentOf } from '../../dist/runtime/thread.js';

export function get(name, ready) {
  const map = new SharedMap({ name });
  let spins = 0;
  map.get('flag');
  Atomics.store(ready, 0, 1);
  while (map.get('flag') === 0) spins++;
  return spins;
}

export function getOfArrayKey(name, ready) {
  const map = new SharedMap({ name });
  const key = ['flag', 1];
  let spins = 0;
  map.get(key);
  Atomics.store(ready, 0, 1);
  while (map.get(key) === 0) spins++;
  return spins;
}

export function view(name, ready) {
  const map = new SharedMap({ name });
  let spins = 0;
  const before = map.view('object');
  Atomics.store(ready, 0, 1);
  while (map.view('object') === before) spins++;
  return spins;
}

export function has(name, ready) {
  const map = new SharedMap({ name });
  let spins = 0;
  map.has('doomed');
  Atomics.store(ready, 0, 1);
  while (map.has('doomed')) spins++;
  return spins;
}

export function size(name, ready) {
  const map = new SharedMap({ name });
  let spins = 0;
  const before = map.size;
  Atomics.store(ready, 0, 1);
  while (map.size === before) spins++;
  return spins;
}

export function getInBody(name, ready) {
  const map = new SharedMap({ name });
  let spins = 0;
  map.get('flag');
  Atomics.store(ready, 0, 1);
  const read = () => map.get('flag');
  while (transactionSync(read) === 0) spins++;
  return spins;
}

export function viewInBody(name, ready) {
  const map = new SharedMap({ name });
  let spins = 0;
  const before = map.view('object');
  Atomics.store(ready, 0, 1);
  while (transactionSync(() => map.view('object')) === before) spins++;
  return spins;
}

export function getInReadTransaction(name, ready) {
  const map = new SharedMap({ name });
  let spins = 0;
  map.get('flag');
  Atomics.store(ready, 0, 1);
  while (readTransactionSync(() => map.get('flag')) === 0) spins++;
  return spins;
}

/** Nothing in the loop but what clock.ts makes of a load. */
export function clock(_name, ready) {
  let spins = 0;
  const before = latest();
  Atomics.store(ready, 0, 1);
  while (latest() === before) spins++;
  return spins;
}

const words = new Int32Array(native.clock());

/** An array that the compiler knows: without `refresh`, Bun loads from it once. It must not count: what overflows is loaded anew. */
export function constantArray(_name, ready) {
  const before = words[0];
  Atomics.store(ready, 0, 1);
  for (;;) {
    refresh();
    if (words[0] !== before) return Number.POSITIVE_INFINITY;
  }
}

export function stamp(name, ready) {
  const record = native.find(name).membersRecord;
  const segment = segmentOf(record);
  const slot = record & SEGMENT_MASK;
  let spins = 0;
  const before = segment[slot];
  Atomics.store(ready, 0, 1);
  for (;;) {
    refresh();
    if (segment[slot] !== before) return spins;
    spins++;
  }
}
