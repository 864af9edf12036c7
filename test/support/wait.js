import { setImmediate } from 'node:timers';

const CEILING_MS = 60_000;

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Lets the event loop turn, without the millisecond that a timer takes. */
export const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Waits until `condition()` is true. The ceiling only ends a test that would hang; it asserts nothing about speed. */
export async function until(condition, what) {
  for (const start = Date.now(); !condition(); await sleep(1)) {
    if (Date.now() - start > CEILING_MS) throw new Error(`waited in vain for ${what}`);
  }
}

/** What `promise` resolves to; rejects if that takes so long that the test would hang. */
export function inTime(promise, what) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited in vain for ${what}`)), CEILING_MS);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** A promise and the functions that settle it. */
export function deferred() {
  const settle = {};
  const promise = new Promise((resolve, reject) => Object.assign(settle, { resolve, reject }));
  return { promise, ...settle };
}

/** What a promise has come to after a turn of the event loop: its value, its error, or 'pending'. */
export async function stateOf(promise) {
  await turn();
  return Promise.race([promise.catch((error) => error), turn().then(() => 'pending')]);
}
