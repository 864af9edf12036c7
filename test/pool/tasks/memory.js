// Tasks that need more memory than their worker may have.

import { setImmediate, setTimeout } from 'node:timers';
import { transactionSync } from 'heddle';
import { sleep } from '../../support/wait.js';

export const identity = (value) => value;

function grow() {
  const all = [];
  for (;;) all.push({ n: all.length, list: [all.length] });
}

/** A promise that nothing settles but the end of the worker; `start` is called with what makes it end. */
const never = (start) => new Promise(() => start(grow));

export const atOnce = () => grow();
export const inMicrotask = () => never(queueMicrotask);
export const inTick = () => never(process.nextTick);
export const inImmediate = () => never(setImmediate);
export const inTimer = () => never((then) => setTimeout(then, 1));
export const inEvent = () =>
  never((then) => {
    const { port1, port2 } = new MessageChannel();
    port2.onmessage = then;
    port1.postMessage('now');
  });

export async function whateverItCatches() {
  await sleep(1);
  try {
    grow();
  } catch {
    return 'caught';
  } finally {
    await sleep(1);
  }
}

export function inTransaction(map) {
  transactionSync(() => {
    map.set('left behind', true);
    grow();
  });
}

export async function bitByBit() {
  const all = [];
  for (;;) {
    for (let n = 0; n < 10_000; n++) all.push([n]);
    await null;
  }
}

/** Goes on once another task of the same worker has stopped, if it can. */
export async function besides(map) {
  map.set('beside', true);
  while (!map.get('growing')) await sleep(1);
  await sleep(1);
  map.set('written beside', true);
  return 'told';
}

export async function growsBesides(map) {
  while (!map.get('beside')) await sleep(1);
  map.set('growing', true);
  inTransaction(map);
}

export async function growsWhenOthersWait(map) {
  map.set('begun', true);
  while (!map.get('go')) await sleep(1);
  await null;
  grow();
}

/** Blocks its thread, for longer than a worker of Deno waits until it looks at its memory. */
export function blocks() {
  return Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 700);
}
