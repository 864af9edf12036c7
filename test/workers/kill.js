// Terminates workers in the middle of what they do, and looks at what they leave behind.

import assert from 'node:assert/strict';
import { collections, SharedMap } from 'heddle';
import { native } from '../../dist/runtime/native.js';
import { assertCounted } from '../support/counted.js';
import { untilCollected } from '../support/gc.js';
import { random } from '../support/random.js';
import { sleep, until } from '../support/wait.js';
import { sharedWords, spawn } from '../support/workers.js';

/** How often a condition is looked at before this thread lets the processor go: some are true for a microsecond. */
const LOOKS = 50_000;
/** Garbage keeps other garbage for a few collections more. */
const STEADY = 10;
/** A collection has a record for each entry, one for the set of its keys, and one for its own stamp: that one is never used again (C2). */
const RECORDS_THAT_GO = 1;
const RECORDS_THAT_STAY = 1;
/** A thread that needs more than it has reserved gets 32 on top (kSlotBatch): after inserting so many it has those left. */
const MANY_RECORDS = 64;

/** Waits for a moment at which `condition()` is true. */
function catchMoment(condition, what) {
  return until(() => {
    for (let look = 0; look < LOOKS; look++) if (condition()) return true;
    return false;
  }, what);
}

const isInside = () => native.stats().threadsInside > 0;

// A moment waits until a worker is to be terminated, and says where it is then.

/** Any moment after the worker has begun. */
export async function anyMoment({ worker, hasBegun }) {
  await worker.until(hasBegun, 'the worker to begin');
  await sleep(random() * 4);
  for (let spin = random() * 100_000; spin > 0; spin--);
  return 'anywhere';
}

/** The same, and every other time one at which the worker is in a call of the engine. */
export async function insideOrAnywhere(victim) {
  const anywhere = await anyMoment(victim);
  if (victim.round % 2 === 1) return anywhere;
  await catchMoment(isInside, 'a thread to be inside the engine');
  return 'inside the engine';
}

/** A moment before the worker has begun: at once, any, and one at which its modules have the engine already; in turn. */
export function whileStarting(startMs) {
  return async ({ round, hasBegun, hasJoined }) => {
    if (round % 3 === 1) await sleep(random() * startMs);
    if (round % 3 === 2) await catchMoment(() => hasJoined() || hasBegun(), 'the worker to join the engine');
    const joined = hasJoined();
    if (hasBegun()) return 'after its start';
    return joined ? 'half started' : 'before it had the engine';
  };
}

/** The moment at which something has come that the worker has sent. */
export async function whenSent({ worker, scene }) {
  scene.receive(await worker.result);
  return 'after it had sent';
}

/** The number that the next collection would have: how many were made up to now. */
function countMade() {
  const probe = new SharedMap();
  const { id } = collections().at(-1);
  probe.destroy();
  return id;
}

/** Has this thread reserve more records than the writes to a scene may need, for otherwise it might do so later, and be counted. */
function reserveRecords() {
  new SharedMap(Array.from({ length: MANY_RECORDS }, (_, key) => [key, key])).destroy();
}

/** Waits until nothing is under way in the engine, and what nobody needs is gone: then collecting garbage takes away no collection. */
async function settle() {
  let count;
  let steady = 0;
  await untilCollected(() => {
    const before = count;
    count = collections().length;
    steady = count === before ? steady + 1 : 0;
    return steady >= STEADY && !native.tidy() && native.stats().retired === 0;
  }, 'what others left to go');
}

/** One round of `kill`. A function of its own, so that no frame keeps what the worker has sent. */
async function killOne(scene, task, moment, round, before) {
  const words = sharedWords(3);
  const worker = spawn(scene.tasks, task, scene.maps[0].name, words, Math.floor(random() * 2 ** 31));
  let where;
  try {
    where = await moment({
      round,
      scene,
      worker,
      hasBegun: () => Atomics.load(words, 0) === 1,
      hasJoined: () => native.stats().threads > before.threads,
    });
  } finally {
    await worker.terminate();
  }
  await until(() => native.stats().threads === before.threads, 'the engine to forget the thread');
  scene.assertWhole();
  scene.goOn(round);
  scene.assertWhole();
  assertCounted(...scene.maps);
  assert.equal(native.stats().openSnapshots, before.openSnapshots);
  assert.equal(native.stats().threadsInside, 0);
  return { where, counted: Atomics.load(words, 1) };
}

/**
 * Terminates `times` workers at some moments of `task`. After each one the scene is whole, takes writes, and nothing of the thread is
 * left in the engine; in the end nothing is left of the scene.
 *
 * @param {{ scene: (name: string) => object, task: string, name: string, times: number, moment: Function }} what
 * @returns {Promise<{ caught: Map<string, number>, inBody: number, events: number, evictions: number }>} where the threads were, how
 *   many had a body open, and how often they counted something
 */
export async function kill({ scene: open, task, name, times, moment }) {
  await settle();
  const before = native.stats();
  const collectionsBefore = collections().length;
  const scene = open(name);
  reserveRecords();
  const made = countMade();
  await settle();
  // With the scene the records of its entries will go, of this thread's insertions, and nothing of the workers' will be there.
  const records = scene.maps.reduce((left, map) => left - map.size - RECORDS_THAT_GO, native.stats().recordsTaken);

  const caught = new Map();
  let events = 0;
  for (let round = 0; round < times; round++) {
    const { where, counted } = await killOne(scene, task, moment, round, before);
    caught.set(where, (caught.get(where) ?? 0) + 1);
    events += counted;
  }
  const after = native.stats();

  for (const map of scene.maps) map.destroy();
  await untilCollected(() => collections().length === collectionsBefore, 'collections of dead threads to go');
  await until(() => native.stats().memory === before.memory, 'the memory to come back');
  const stay = (countMade() - made - 1) * RECORDS_THAT_STAY - RECORDS_THAT_GO;
  await until(
    () => native.stats().recordsTaken === records + stay,
    `the records to come back from ${native.stats().recordsTaken} to ${records} and ${stay}`,
  );
  assertCounted();
  return {
    caught,
    inBody: after.threadsDiedInBody - before.threadsDiedInBody,
    evictions: after.evictions - before.evictions,
    events,
  };
}

/** Prints what was caught, and fails if something that was to happen never has. */
export function report(task, { caught, inBody, events, evictions }, happened) {
  const counts = { inBody, events, evictions, ...Object.fromEntries(caught) };
  const text = Object.entries(counts).filter(([, count]) => count > 0);
  console.log(`${task}: ${text.map(([what, count]) => `${what} ${count}`).join(', ')}`);
  for (const what of happened) assert.ok(counts[what] > 0, `${task}: ${what}: never`);
}
