// A storm in the runtime that runs this: `run.js COUNT SEED`. Prints what there was up to then after each batch and at the end, as JSON.
//
// Some threads at a time, each with one job, are terminated: while they start, at any moment after that, or in the midst of their job. When a
// batch has ended, nothing of it may be left but what was committed; then that is destroyed, and nothing may be left at all.

import { readdirSync } from 'node:fs';
import { setImmediate } from 'node:timers';
import { inspect } from 'node:util';
import { inspectHeddle } from 'heddle';
import { native } from '../../dist/runtime/native.js';
import { assertCounted } from '../../test/support/counted.js';
import { sleep, until } from '../../test/support/wait.js';
import { seededRandom } from '../recording/random.js';
import { JOBS } from './jobs.js';
import { assertNothingOpen, untilNothingIsLeft } from './leftovers.js';
import { PoolVictim, ThreadVictim } from './victims.js';
import { BETWEEN, LOADING, MIDST, PLACES, STARTING } from './words.js';
import { StormWorld } from './world.js';

const LIVE = 2;
const BATCH = 50;
/** How often a place is looked at before this thread lets the processor go: threads are at some only for microseconds. */
const LOOKS = 2000;
const A_POOL = 'a pool of the main thread';
const OPEN_FOR_EVER = 'a transaction that does not end';
/** Of each batch, those at the end that hear and get nothing any more: nothing tidies up after them by chance. */
const UNSTIRRED = 10;
/** Those that a runtime may start for itself after the first batch. */
const SPARE_THREADS = 8;

const [count, seed] = process.argv.slice(2).map(Number);
const random = seededRandom(seed);
const kinds = [...Object.keys(JOBS), A_POOL];
/** By kind, how many were at each of the places. */
const caught = Object.fromEntries(kinds.map((kind) => [kind, PLACES.map(() => 0)]));
const counts = { terminated: 0, 'inside the engine': 0, 'open for long': 0, rounds: 0, batches: 0, given: 0, lost: 0 };
/** How long a thread takes to begin its job, about. */
let startMs = 100;
/** What the process may have after a batch. */
let mostThreads;
let failure;

const kindsInTurn = shuffledForEver(kinds);

function* shuffledForEver(list) {
  for (;;) {
    const order = list.map((each) => ({ each, at: random() })).sort((a, b) => a.at - b.at);
    for (const { each } of order) yield each;
  }
}

/** While it starts: at once, at any moment, or soon after it has begun to load heddle. */
async function whileStarting(victim) {
  if (random() < 0.2) return;
  await sleep(0);
  const whole = random() < 0.5;
  victim.blockAt(STARTING, whole ? random() * startMs : startMs);
  if (!whole) victim.blockAt(LOADING, random() * random() * startMs);
}

/** Waits for the moment at which it is to end. */
async function moment(victim, kind) {
  const mode = random();
  if (mode < 0.45) return whileStarting(victim);
  const begun = performance.now();
  await until(() => victim.place >= BETWEEN || victim.failure !== undefined, 'a thread to begin its job');
  startMs += (performance.now() - begun - startMs) / 10;
  if (mode < 0.65) return sleep(random() * 4);
  await until(() => {
    for (let look = 0; look < LOOKS; look++) if (victim.place === MIDST) return true;
    return victim.failure !== undefined;
  }, 'a thread to be in the midst of its job');
  if (kind === OPEN_FOR_EVER && random() < 0.2) await untilTold();
  else if (mode > 0.85) for (let look = 0; look < LOOKS && native.stats().threadsInside === 0; look++);
  else if (mode > 0.75) await sleep(random() * 4); // by then it waits
}

/** Waits until the engine has been told of a transaction that has been open for long. */
async function untilTold() {
  await until(() => inspectHeddle().transactions.length > 0, 'a transaction to be told of');
  counts['open for long']++;
}

/** Of a thread of Node that ran on for a moment after its end; nobody else may say so. */
const LAST_WORDS = /This thread is being terminated/;

async function endOne(kind) {
  const victim = new (kind === A_POOL ? PoolVictim : ThreadVictim)(kind, Math.floor(random() * 2 ** 31));
  let early;
  try {
    await moment(victim, kind);
  } finally {
    early = victim.failure;
    caught[kind][victim.place]++;
    if (native.stats().threadsInside > 0) counts['inside the engine']++;
    await victim.terminate();
  }
  counts.terminated++;
  counts.rounds += victim.rounds;
  const fault = early ?? (LAST_WORDS.test(victim.failure) ? undefined : victim.failure);
  if (fault !== undefined) throw new Error(`${kind}: ${fault}`);
}

async function batch(size) {
  const world = new StormWorld();
  world.open();
  let left = size;
  let lanes = LIVE;
  const lane = async () => {
    try {
      while (left-- > 0 && failure === undefined) await endOne(kindsInTurn.next().value);
    } catch (error) {
      failure ??= inspect(error);
    }
    lanes--;
  };
  const ended = Promise.all(Array.from({ length: LIVE }, lane));
  for (; lanes > 0; await sleep(2)) if (left > UNSTIRRED) world.stir(random);
  await ended;
  if (failure !== undefined) return;
  await assertNothingOpen();
  assertCounted(...world.all);
  const { given, lost } = world.checkAfter(size);
  world.writeEverywhere();
  world.check();
  counts.given += given;
  counts.lost += lost;
  world.destroy();
  await untilNothingIsLeft();
  mostThreads ??= threadsOfProcess() + SPARE_THREADS;
  await until(() => threadsOfProcess() <= mostThreads, 'threads of the process to end');
  counts.batches++;
}

/** All of them, those of the runtime included. */
const threadsOfProcess = () => readdirSync('/proc/self/task').length;

const begun = performance.now();

/** What there was up to now, in a line for who has started this. */
function report(end = {}) {
  const { user, system } = process.cpuUsage();
  const { commits, conflicts, threadsDiedInBody, evictions } = native.stats();
  const figures = { ...counts, 'in a body': threadsDiedInBody, commits, conflicts, evictions };
  const cost = { seconds: (performance.now() - begun) / 1000, cpu: (user + system) / 1e6 };
  const left = { threads: threadsOfProcess(), resident: process.memoryUsage().rss };
  console.log(JSON.stringify({ ...figures, caught, ...cost, ...left, ...end }));
}

try {
  while (counts.terminated < count && failure === undefined) {
    await batch(Math.min(BATCH, count - counts.terminated));
    report();
  }
} catch (error) {
  failure ??= inspect(error);
}
report({ ended: true, failure });
setImmediate(() => process.exit(failure === undefined ? 0 : 1));
