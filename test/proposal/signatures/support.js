import assert from 'node:assert/strict';

/** The events of a watch, which `act` brings about. */
export async function eventsOf(watcher, act) {
  act();
  const events = [];
  for await (const event of watcher) {
    events.push(event);
    if (watcher.lag === 0) return events;
  }
}

export const assertAsyncIterator = (value) =>
  assert.ok(value[Symbol.asyncIterator]() === value && typeof value.next === 'function');
