// What workers do in the scenes until they are terminated: word 0 is raised when they are at it, and word 1 counts what they are there
// for: transactions that threw others' entries out, that met a limit, handles that were made.

import { attach, MemoryLimitError, SharedMap, transaction, transactionSync } from 'heddle';
import { native } from '../../dist/runtime/native.js';
import { seededRandom } from '../../tools/recording/random.js';
import { turn } from '../support/wait.js';
import { GROUP } from './scenes.js';

const KEPT_ROOMS = 8;

function note(words) {
  Atomics.add(words, 1, 1);
  Atomics.store(words, 0, 1);
}

function openCaches(name, seed) {
  const random = seededRandom(seed);
  const caches = ['entries', 'bytes'].map((by) => new SharedMap({ name: `${name}: ${by}` }));
  const last = new SharedMap({ name });
  const before = native.stats().evictions;
  let group = seed * 1_000_000;
  return {
    last,
    next: () => ++group,
    put(of) {
      for (let member = 0; member < GROUP; member++) {
        const value = { of, member, text: 'x'.repeat(random() * 400) };
        for (const cache of caches) cache.set([of, member], value);
      }
    },
    /** Only full caches are of interest. */
    areFull: () => native.stats().evictions > before,
  };
}

export function cacheSync(name, words, seed) {
  const { last, next, put, areFull } = openCaches(name, seed);
  for (;;) {
    const group = next();
    transactionSync(() => {
      put(group);
      last.set('group', group);
    });
    if (areFull()) note(words);
  }
}

export async function cacheAsync(name, words, seed) {
  const { last, next, put, areFull } = openCaches(name, seed);
  for (;;) {
    const group = next();
    await transaction(async () => {
      put(group);
      if (areFull()) note(words);
      if (group % 4 === 0) await turn();
      last.set('group', group);
    });
  }
}

function openStores(name, seed) {
  const random = seededRandom(seed);
  const stores = [new SharedMap({ name }), new SharedMap({ name: `${name}: twin` })];
  return {
    random,
    /** Several entries more. */
    put(most) {
      for (let i = 0; i < 4; i++) {
        const value = 'x'.repeat(random() * most);
        const key = random();
        for (const store of stores) store.set(key, value);
      }
    },
    /** After a refusal: some must go. */
    drop() {
      const keys = [...stores[0].keys()].filter(() => random() < 0.3);
      transactionSync(() => {
        for (const key of keys) for (const store of stores) store.delete(key);
      });
    },
  };
}

function refused(error, words) {
  if (!(error instanceof MemoryLimitError)) throw error;
  note(words);
}

export function fillSync(name, words, seed) {
  const { random, put, drop } = openStores(name, seed);
  for (;;) {
    // Which of the two limits is met depends on how large they are.
    const most = random() < 0.5 ? 100 : 1500;
    try {
      for (;;) transactionSync(() => put(most));
    } catch (error) {
      refused(error, words);
      drop();
    }
  }
}

export async function fillAsync(name, words, seed) {
  const { random, put, drop } = openStores(name, seed);
  for (;;) {
    const most = random() < 0.5 ? 100 : 1500;
    try {
      for (;;) {
        await transaction(async () => {
          put(most);
          await turn();
          put(most);
        });
      }
    } catch (error) {
      refused(error, words);
      drop();
    }
  }
}

/** A room with a passage back to itself. Nothing keeps them but each other. */
function makeRoom(number, round) {
  const room = new SharedMap([
    ['number', number],
    ['round', round],
  ]);
  room.set('passage', new SharedMap([['room', room]]));
  return room;
}

function openRooms(name) {
  const map = new SharedMap({ name });
  const door = new SharedMap({ name: `${name}: door` });
  return {
    map,
    begin: () => map.get('round') + 1,
    store(number, round, room) {
      map.set(number, { room, round });
      map.set('round', round);
    },
    after(round) {
      if (round % 3 === 0) map.delete((round * 5) % KEPT_ROOMS);
      // A copy that is on its way would keep what it is of alive for a minute: of the door, which stays.
      attach(structuredClone({ door })).door.update('passed', (passed) => passed + 1);
    },
  };
}

export function roomsSync(name, words) {
  const { begin, store, after } = openRooms(name);
  for (let round = begin(); ; round++) {
    const number = round % KEPT_ROOMS;
    const before = makeRoom(number, round);
    transactionSync(() => store(number, round, round % 2 === 0 ? before : makeRoom(number, round)));
    note(words);
    after(round);
  }
}

export async function roomsAsync(name, words) {
  const { begin, store, after } = openRooms(name);
  for (let round = begin(); ; round++) {
    const number = round % KEPT_ROOMS;
    const before = makeRoom(number, round);
    await transaction(async () => {
      const room = round % 2 === 0 ? before : makeRoom(number, round);
      note(words);
      await turn();
      store(number, round, room);
    });
    after(round);
  }
}

/** Sends a handle of what nobody else has. */
export function sendRoom(_name, words) {
  note(words);
  return { room: makeRoom('sent', 0) };
}
