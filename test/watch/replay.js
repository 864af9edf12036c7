// Does what events tell to a plain copy, and compares that with what was there.

import assert from 'node:assert/strict';
import { currentTransaction, readTransactionSync, runOutside } from 'heddle';
import { turn, until } from '../support/wait.js';
import { apply } from './support.js';

/** What is there, and as of which commit. */
export function sample(kind, collection) {
  return runOutside(() =>
    readTransactionSync(() => ({ version: currentTransaction().version, contents: kind.contents(collection) })),
  );
}

/** Asserts that an event says rightly what was there before. */
export function assertGoesOn(copy, event) {
  switch (event.type) {
    case 'splice':
      assert.deepEqual(event.removed, copy.slice(event.index, event.index + event.removed.length));
      assert.ok(event.index <= copy.length);
      return;
    case 'set':
      assert.deepEqual(event.oldValue, Array.isArray(copy) ? copy[event.index] : copy.get(event.key));
      if (Array.isArray(copy)) assert.ok(event.index < copy.length);
      return;
    case 'delete':
      if (copy instanceof Map) assert.deepEqual(event.oldValue, copy.get(event.key));
      return;
    default:
  }
}

/**
 * Asserts that the events of a watcher that missed nothing lead from `before` to each of the samples that were taken since; returns how
 * many those were.
 */
export function assertReplays(kind, events, samples, before = { version: -1, contents: kind.empty() }) {
  const copy = structuredClone(before.contents);
  const left = samples.filter(({ version }) => version >= before.version);
  const count = left.length;
  const inCommit = new Set();
  let version = before.version;
  for (const event of events) {
    if (event.version !== version) {
      assert.ok(event.version > version, 'in the order of the commits');
      while (left.length > 0 && left[0].version < event.version) assert.deepEqual(copy, left.shift().contents);
      version = event.version;
      inCommit.clear();
    }
    assert.equal(event.skipped, 0);
    assertGoesOn(copy, event);
    if (!Array.isArray(copy)) {
      if (event.type === 'add') assert.ok(!copy.has(event.value));
      if (event.type === 'delete') assert.ok(copy.has(copy instanceof Set ? event.value : event.key));
      const what = event.type === 'clear' ? 'clear' : `key ${event.key ?? event.value}`;
      assert.ok(!inCommit.has(what), `${what}: one event in a commit`);
      if (what === 'clear') assert.equal(inCommit.size, 0, 'the clear comes first');
      inCommit.add(what);
    }
    apply(copy, event);
  }
  for (const { contents } of left) assert.deepEqual(copy, contents);
  return count;
}

/** What a watcher of one key or place must be told, from what the watcher of the whole was: `[type, before, after]` of each commit. */
export function eventsOfOne(events, isIt, before) {
  const all = [];
  const has = { there: before !== undefined, value: before };
  for (let n = 0; n < events.length; ) {
    const { version } = events[n];
    const was = { ...has };
    let concerned = false;
    for (; n < events.length && events[n].version === version; n++) {
      const event = events[n];
      if (event.type === 'clear') {
        concerned ||= has.there;
        Object.assign(has, { there: false, value: undefined });
      } else if (isIt(event)) {
        concerned = true;
        Object.assign(has, { there: event.type !== 'delete', value: event.newValue });
      }
    }
    if (concerned) all.push({ version, there: has.there, before: was.value, after: has.value });
  }
  return all;
}

/**
 * What watchers of places must have been told: at every commit they know what is there.
 *
 * @param {Map<number, object[]>} places the events of each index
 */
export function assertPlaces(events, places) {
  const copy = [];
  const known = new Map([...places.keys()].map((index) => [index, undefined]));
  for (let n = 0; n < events.length; ) {
    const { version } = events[n];
    for (; n < events.length && events[n].version === version; n++) apply(copy, events[n]);
    for (const [index, told] of places) {
      while (told.length > 0 && told[0].version <= version) {
        const { type, oldValue, newValue, ...event } = told.shift().toJSON();
        assert.equal(event.version, version);
        assert.equal(event.index, index);
        assert.deepEqual(oldValue, known.get(index));
        assert.equal(type, index < copy.length ? 'set' : 'delete');
        known.set(index, newValue);
      }
      assert.deepEqual(known.get(index), copy[index], `${index}`);
    }
  }
}

/** A watcher that rests whenever `rests()`, and the copy that it keeps. */
export class Follower {
  #events = 0;
  #skipped = 0;
  #resyncs = 0;
  #running;

  constructor(kind, watcher, rests) {
    this.kind = kind;
    this.watcher = watcher;
    this.copy = kind.empty();
    this.#running = this.#run(rests);
    this.#running.catch(() => {}); // `end` says it
  }

  async #run(rests) {
    let version = -1;
    for await (const event of this.watcher) {
      assertGoesOn(this.copy, event);
      apply(this.copy, event);
      assert.ok(event.version >= version, 'in the order of the commits');
      version = event.version;
      this.#events++;
      this.#skipped += event.skipped;
      if (event.type === 'resync') this.#resyncs++;
      if (rests()) await turn();
    }
  }

  async reach(mark) {
    await Promise.race([
      this.#running,
      until(() => this.kind.hasMark(this.copy, mark), `a watcher to come to ${mark}`),
    ]);
  }

  /** Ends it, and adds what it was told to some sums. */
  async end(sums) {
    await this.watcher.return();
    await this.#running;
    sums.told += this.#events;
    sums.skipped += this.#skipped;
    sums.resyncs += this.#resyncs;
  }
}

/** Waits until all of them know everything: the first mark may come in the middle of a state that is told anew, the second behind that. */
export async function assertFollowed(kind, collection, followers) {
  for (const mark of ['first', 'second']) {
    kind.mark(collection, mark);
    await Promise.all(followers.map((follower) => follower.reach(mark)));
  }
  for (const { copy } of followers) assert.deepEqual(copy, kind.contents(collection));
}
