// Calls the functions of the addon as heddle never does; run by binding.test.js, in a process that may well end by it.

import assert from 'node:assert/strict';
import { SharedArray, SharedMap, SharedQueue, WorkerPool } from 'heddle';
import { native } from '../../dist/runtime/native.js';
import { seededRandom } from '../../tools/recording/random.js';
import { WRONG } from './values.js';

/** Functions that speak through the frame, and take no arguments. */
const HOT = [
  'load',
  'commit',
  'extend',
  'wait',
  'snapshotOpen',
  'snapshotClose',
  'scan',
  'lease',
  'leaseEnd',
  'pause',
  'shapeDefine',
  'shapeRead',
  'take',
  'receive',
  'peek',
  'walk',
  'watch',
  'tidings',
  'taskSubmit',
  'taskNext',
  'taskAnswers',
];
const COLD = Object.keys(native).filter((name) => typeof native[name] === 'function' && !HOT.includes(name));

const MOST_ARGUMENTS = 7;

const map = new SharedMap(
  [
    ['a', 1],
    ['b', { n: 1 }],
  ],
  { name: 'misuse: native map' },
);
const queue = new SharedQueue({ name: 'misuse: native queue' });
queue.enqueueMany([1, 2, 3]);
const array = new SharedArray([1, 2, 3], { name: 'misuse: native array' });
const pool = new WorkerPool(null, { size: 1 });
const idOf = ({ name }) => native.find(name).id;
const ids = [idOf(map), idOf(queue), idOf(array), native.collections().find(({ kind }) => kind === 6)?.id ?? 0];
const gone = new SharedMap({ name: 'misuse: native map that has gone' });
ids.push(idOf(gone));
gone.destroy();

const NUMBERS = [
  0,
  1,
  2,
  3,
  7,
  64,
  255,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32 - 1,
  2 ** 32,
  2 ** 63,
  1e300,
  -(2 ** 31),
  -(2 ** 63),
];
const FORGED = [
  ...WRONG.map(([, make]) => make),
  ...[...NUMBERS, ...ids].map((number) => () => number),
  () => new Uint8Array(8),
];

// Of the frame, as in src/runtime/frame.ts.
const [STATUS, COLLECTION, KEY, READS, LISTS] = [0, 1, 10, 20, 64];
const [SNAPSHOT, VERSION] = [3, 4];
const DOUBLES = [2, SNAPSHOT, VERSION, 8, 15, 16, 17, 24];
const WRITE_WORDS = 10;

const WORDS = [0, 1, 2, 3, 5, 8, 16, 40, 1023, 4096, 0x700, 0xfff, -1, -2, 2 ** 31 - 1, -(2 ** 31)];
const CONTENTS = [-1, 0, 1, 2, 100, 2 ** 31, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY, -2];

/** The lists of a commit: no reads, no predicates, and writes of all kinds of which each may be forged somewhere. */
function writes(words, numbers, pick, random) {
  const count = pick([1, 1, 1, 2, 3]);
  words.set([0, 0, count], READS);
  for (let at = LISTS; at < LISTS + count * WRITE_WORDS; at += WRITE_WORDS) {
    const flags = pick([0, 16, 32, 64, 64, 64 + 128, 128, 256, 64 + 16]);
    words[at] = Math.floor(random() * 12) | flags | (pick(ids) << 9);
    if (random() < 0.7) words[at + 1] = pick([-1, 0, 1, 2, 3, 100]);
    if (random() < 0.7) numbers[(at + 2) / 2] = pick(CONTENTS);
    if (random() < 0.9) words.set([pick([0, 8, 16]), pick([0, 8, 16, 100])], at + 4);
    if (random() < 0.9) words.set([pick([0, 8, 12]), pick([0, 1, 4, 8])], at + 8);
  }
}

const statuses = new Set();
const counts = { calls: 0, threw: 0 };

function call(name, ...args) {
  counts.calls++;
  try {
    native[name](...args);
  } catch {
    counts.threw++;
  }
}

/** Puts back what a call may have set for the whole process. */
function limitNothing() {
  native.limitMemory(0);
  native.limitSnapshotAge(1e15);
  native.holdOpen(false);
}

const GROUPS = {
  /** Each place with each thing, the others with a number that may be right; and too few of them. */
  arguments() {
    for (const name of COLD) {
      for (const usual of [0, 1, ...ids]) {
        for (let count = 0; count <= MOST_ARGUMENTS; count++) call(name, ...new Array(count).fill(usual));
      }
      for (let at = 0; at < MOST_ARGUMENTS; at++) {
        for (const make of FORGED) {
          const args = new Array(MOST_ARGUMENTS).fill(ids[at % ids.length]);
          args[at] = make();
          call(name, ...args);
        }
      }
      limitNothing();
    }
  },

  /** Buffers that are none, that have gone, or that are too small for what is to be written there. */
  buffers() {
    for (const register of ['setFrame', 'setArena', 'setInbox']) {
      for (const make of FORGED) {
        call(register, make());
        for (const name of HOT) call(name);
      }
    }
    for (const bytes of [0, 4, 255, 256, 260, 1024]) {
      for (const register of ['setFrame', 'setArena', 'setInbox']) {
        call(register, new ArrayBuffer(bytes));
        for (const name of HOT) call(name);
      }
    }
  },

  /** What nobody has written into the frame. */
  frame() {
    const [seed, count] = process.argv.slice(3).map(Number);
    const random = seededRandom(seed);
    const pick = (list) => list[Math.floor(random() * list.length)];
    const words = new Int32Array(512);
    const numbers = new Float64Array(words.buffer);
    const arena = Int32Array.from({ length: 256 }, () => pick([0, 1, 2, 3, ...ids]));
    const inboxes = [
      new ArrayBuffer(0),
      new ArrayBuffer(8),
      new ArrayBuffer(64),
      new ArrayBuffer(4096),
      new ArrayBuffer(4096),
    ];
    native.setFrame(words.buffer);
    native.setArena(arena.buffer);
    for (let n = 0; n < count; n++) {
      native.setInbox(pick(inboxes));
      const rate = random();
      for (let at = 0; at < words.length; at++) {
        if (random() < rate) words[at] = pick([...WORDS, ...ids]);
        else if (random() < 0.1) words[at] = Math.floor(random() * 2 ** 32) | 0;
      }
      for (const at of DOUBLES) if (random() < rate) numbers[at] = pick(CONTENTS);
      // Some of it is as it should be, or nothing would come far.
      if (random() < 0.7) words[COLLECTION] = pick(ids);
      if (random() < 0.7) numbers[SNAPSHOT] = -1;
      if (random() < 0.7) words.set([0, 8], KEY);
      if (random() < 0.8) writes(words, numbers, pick, random);
      const name = random() < 0.3 ? 'commit' : pick(HOT);
      if (name === 'lease') numbers[VERSION] %= 2;
      call(name);
      statuses.add(words[STATUS]);
    }
    assert.ok(statuses.size > 8, `few ways for it to end: ${[...statuses]}`);
  },
};

GROUPS[process.argv[2]]();
limitNothing();
await pool.terminate().catch(() => {});
console.log(`${counts.calls} calls: ${counts.threw} threw`);
process.exit(0);
