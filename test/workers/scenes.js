// The shared state that workers die in, one kind for each thing that they may be at: what is true of it after any commit, and a
// write that shows that the engine goes on. What it opens is named, its first map as the scene, and `goOn` inserts nothing: kill.js
// counts the records.

import assert from 'node:assert/strict';
import { attach, readTransactionSync, SharedMap, transactionSync } from 'heddle';

export const accountTasks = new URL('./account-tasks.js', import.meta.url);
const sceneTasks = new URL('./scene-tasks.js', import.meta.url);

export const ACCOUNTS = 8;
const OPENING_BALANCE = 1000;
/** Keys that one transaction writes into the cache. */
export const GROUP = 6;
const CACHE_ENTRIES = 40;
const CACHE_BYTES = 16_000;
const STORE_ENTRIES = 30;
const STORE_BYTES = 20_000;
/** Entries of a map that are written again. */
const SOME = 8;

/** Writes some of what is there once more. */
function rewrite(map) {
  const some = [...map].slice(0, SOME);
  transactionSync(() => {
    for (const [key, value] of some) map.set(key, value);
  });
  for (const [key, value] of some) assert.deepEqual(map.get(key), value);
}

/** What iterating, `size` and `get` say is the same. */
function assertConsistent(map) {
  const entries = [...map];
  assert.equal(map.size, entries.length);
  for (const [key, value] of entries) assert.deepEqual(map.get(key), value);
}

/** Money that moves between accounts: the sum stays. */
export function accounts(name) {
  const map = new SharedMap(
    Array.from({ length: ACCOUNTS }, (_, key) => [key, { balance: OPENING_BALANCE, note: '' }]),
    { name },
  );
  return {
    tasks: accountTasks,
    maps: [map],
    assertWhole() {
      readTransactionSync(() => {
        assertConsistent(map);
        assert.equal(map.size, ACCOUNTS);
        const sum = [...map.values()].reduce((total, { balance }) => total + balance, 0);
        assert.equal(sum, ACCOUNTS * OPENING_BALANCE);
      });
    },
    goOn(round) {
      // The very keys that the thread was at.
      transactionSync(() => {
        for (const [key, value] of map) map.set(key, { ...value, note: `round ${round}` });
      });
    },
  };
}

/** Groups of entries in caches that are always full: the one that was written last is there, whole. */
export function caches(name) {
  const byEntries = new SharedMap({ name: `${name}: entries`, maxEntries: CACHE_ENTRIES, eviction: 'lru' });
  const byBytes = new SharedMap({ name: `${name}: bytes`, maxMemory: CACHE_BYTES, eviction: 'lru' });
  const last = new SharedMap([['group', null]], { name });
  return {
    tasks: sceneTasks,
    maps: [last, byEntries, byBytes],
    assertWhole() {
      readTransactionSync(() => {
        const group = last.get('group');
        for (const cache of [byEntries, byBytes]) {
          assertConsistent(cache);
          for (const [[of, member], value] of cache) assert.deepEqual([value.of, value.member], [of, member]);
          if (group === null) continue;
          for (let member = 0; member < GROUP; member++) assert.equal(cache.get([group, member])?.of, group);
        }
        assert.ok(byEntries.size <= CACHE_ENTRIES);
      });
      assert.ok(byBytes.memory <= CACHE_BYTES);
    },
    goOn() {
      rewrite(byEntries);
      rewrite(byBytes);
      rewrite(last);
    },
  };
}

/** Two maps that get the same entries, though each of them is full at another moment. */
export function stores(name) {
  const byEntries = new SharedMap({ name, maxEntries: STORE_ENTRIES });
  const byBytes = new SharedMap({ name: `${name}: twin`, maxMemory: STORE_BYTES });
  return {
    tasks: sceneTasks,
    maps: [byEntries, byBytes],
    assertWhole() {
      readTransactionSync(() => {
        assertConsistent(byEntries);
        assert.deepEqual([...byBytes], [...byEntries]);
        assert.ok(byEntries.size <= STORE_ENTRIES);
      });
      assert.ok(byBytes.memory <= STORE_BYTES);
    },
    goOn() {
      rewrite(byEntries);
      rewrite(byBytes);
    },
  };
}

/** Anonymous maps in a map; each refers to another one that refers to it, and says when it was stored. */
export function rooms(name) {
  const map = new SharedMap([['round', -1]], { name });
  const door = new SharedMap([['passed', 0]], { name: `${name}: door` });
  let message = null;
  const assertRoom = (room, number, round) => {
    assert.equal(room.get('number'), number);
    assert.equal(room.get('round'), round);
    assert.equal(room.get('passage').get('room'), room);
  };
  return {
    tasks: sceneTasks,
    maps: [map, door],
    /** What the thread has sent: nobody else has a handle of it. It is attached when the thread is gone. */
    receive(sent) {
      message = sent;
    },
    assertWhole() {
      readTransactionSync(() => {
        for (const [number, { room, round }] of [...map].filter(([key]) => key !== 'round')) {
          assertRoom(room, number, round);
          assert.ok(round <= map.get('round'));
        }
      });
      if (message !== null) assertRoom(attach(message).room, 'sent', 0);
      message = null;
    },
    goOn() {
      transactionSync(() => {
        map.set('round', map.get('round'));
        door.update('passed', (passed) => passed + 1);
      });
    },
  };
}
