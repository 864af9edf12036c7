// A pool's script: tasks that return.

import { threadId } from 'node:worker_threads';
import { currentScope, SharedArray, SharedMap, transaction, transactionSync } from 'heddle';
import { sleep } from '../../support/wait.js';

const greeting = await Promise.resolve('hello'); // a module may await

export const rate = 3;

export function greet(name) {
  return `${greeting} ${name}`;
}

export function add(a, b) {
  return a + b;
}

export async function addLater(a, b) {
  await sleep(1);
  return a + b;
}

/** Closes over what is here only. */
export const times = (n) => n * rate;

export const list = (...args) => args;

export const thread = () => threadId;

export const scope = () => ({ aborted: currentScope().signal.aborted, deadline: currentScope().deadline });

export const notShared = () => () => {};

export function byTransaction(map, key) {
  transactionSync(() => map.set(key, map.get(key) + 1));
  return transaction(async () => {
    const n = map.get(key);
    await null;
    map.set(key, n + 1);
    return n + 1;
  });
}

/** The first change of a key that somebody else makes; `ready` is set when that may be. */
export async function firstChange(map, key) {
  for await (const { newValue } of withStart(map.watch(key), () => map.set('ready', true))) return newValue;
}

function withStart(watcher, start) {
  start();
  return watcher;
}

export function makeHandles() {
  return { map: new SharedMap([['a', 1]]), list: [new SharedArray([1, 2])] };
}

export const isMap = (map) => map instanceof SharedMap;

/** Detached here if the bytes were moved rather than copied: never. */
export function sumOf(bytes) {
  let sum = 0;
  for (const byte of bytes) sum += byte;
  bytes.fill(0);
  return sum;
}

export function log(map, entry) {
  map.update('log', (log) => [...log, entry]);
}

/** Until `map.get('open')` is true; awaits nothing, or a moment between looks. */
export function spinUntilOpen(map) {
  map.set('spinning', true);
  while (map.get('open') !== true);
}

export async function waitUntilOpen(map) {
  map.set('waiting', true);
  while (map.get('open') !== true) await sleep(1);
}

/** Stops when it is told to, and says why it was. */
export async function untilAborted(map) {
  const { signal } = currentScope();
  map.set('running', true);
  while (!signal.aborted) await sleep(1);
  map.set('reason', signal.reason);
}

export function spinForEver(map) {
  map.set('spinning', true);
  while (map.get('stop') !== true);
}
