// What the tests of watching share.

import assert from 'node:assert/strict';
import { native } from '../../dist/runtime/native.js';
import { inTime } from '../support/wait.js';

const FIELDS = [
  'type',
  'key',
  'index',
  'value',
  'oldValue',
  'newValue',
  'removed',
  'added',
  'size',
  'closed',
  'reason',
];

/** What an event tells, without the number and the time of its commit; what is undefined or 0 is left out. */
export function told(event) {
  const fields = event.skipped > 0 ? [...FIELDS, 'skipped'] : FIELDS;
  return Object.fromEntries(fields.map((field) => [field, event[field]]).filter(([, value]) => value !== undefined));
}

/** The next `count` events. */
export async function take(watcher, count) {
  const events = [];
  try {
    while (events.length < count) {
      const { done, value } = await inTime(watcher.next(), `event ${events.length} of ${count}`);
      assert.equal(done, false, `ended after ${events.length} events`);
      events.push(value);
    }
  } catch (error) {
    await watcher.return(); // a next that waits for ever would keep the process alive
    throw error;
  }
  return events;
}

/** The same as what they tell, and there is nothing more. */
export async function tell(watcher, count) {
  const events = (await take(watcher, count)).map(told);
  assert.equal(watcher.lag, 0, 'there is more');
  return events;
}

/** What waits to be taken; nothing of the initial state, and not where changes are no events: a `SharedSet`. */
export async function takeAll(watcher) {
  const events = [];
  while (watcher.lag > 0) events.push(...(await take(watcher, 1)));
  return events;
}

/** The events up to the first one that `isLast` accepts, and that one. */
export async function takeUntil(watcher, isLast) {
  const events = [];
  for (;;) {
    events.push(...(await take(watcher, 1)));
    if (isLast(events.at(-1))) return events;
  }
}

/** What an iterator gives that has ended. */
export const END = { done: true, value: undefined };

/** Watches of the process, and the bytes that wait for them. */
export function held() {
  const { watches, memoryTold } = native.stats();
  return { watches, memoryTold };
}

/** Nothing is left that was not there before. What others have forgotten may have gone meanwhile. */
export function assertNoMore(before) {
  const now = held();
  assert.ok(now.watches <= before.watches, `${now.watches} watches in place of ${before.watches}`);
  assert.ok(now.memoryTold <= before.memoryTold, `${now.memoryTold} bytes wait in place of ${before.memoryTold}`);
}

/** Does to a plain copy what an event tells: to a `Map`, a `Set` or an array. */
export function apply(copy, event) {
  switch (event.type) {
    case 'clear':
    case 'resync':
      if (Array.isArray(copy)) copy.length = 0;
      else copy.clear();
      return;
    case 'splice':
      copy.splice(event.index, event.removed.length, ...event.added);
      return;
    case 'add':
      copy.add(event.value);
      return;
    case 'set':
      if (Array.isArray(copy)) copy[event.index] = event.newValue;
      else copy.set(event.key, event.newValue);
      return;
    default:
      copy.delete(copy instanceof Set ? event.value : event.key);
  }
}
