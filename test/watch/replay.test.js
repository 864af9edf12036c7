// Random programs on shared collections: the recorded events, done to a plain copy, give what was there at every commit that was looked
// at; those of slow watchers are fewer, and lead to the same.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { programsOf, sharedLog, sharedLogAsync } from '../support/programs.js';
import { loops, random, seed } from '../support/random.js';
import { turn } from '../support/wait.js';
import { sharedWords, spawn } from '../support/workers.js';
import { KINDS, ONES } from './kinds.js';
import { assertFollowed, assertPlaces, assertReplays, eventsOfOne, Follower, sample } from './replay.js';
import { performRandomly } from './replay-tasks.js';
import { apply, assertNoMore, held, takeAll, takeUntil } from './support.js';

/** Room for all that happens. */
const ALL = 1 << 20;

const tasks = new URL('./replay-tasks.js', import.meta.url);

const value = fc.oneof(
  { weight: 4, arbitrary: fc.integer() },
  fc.string(),
  fc.record({ id: fc.nat(), tags: fc.array(fc.string(), { maxLength: 2 }) }, { noNullPrototype: true }),
  fc.constantFrom(null, true, 2n ** 65n, Number.NaN, 'large '.repeat(12_000)),
);

function programOf(kind) {
  const names = Object.keys(kind.perform);
  const step = fc.record({
    op: fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom(...names.filter((name) => name !== 'clear')) },
      { weight: 2, arbitrary: fc.constant('sample') },
      { weight: 1, arbitrary: fc.constantFrom('clear', 'watch') },
    ),
    key: fc.nat(ONES - 1),
    index: fc.nat(40),
    value,
  });
  return programsOf(step);
}

function slowFollowers(kind, collection, buffer) {
  return ['coalesce', 'resync'].map(
    (overflow) => new Follower(kind, kind.watch(collection, { initial: true, buffer, overflow }), () => random() < 0.3),
  );
}

function report(name, counts) {
  console.log(
    `${name}: ${Object.entries(counts)
      .map((count) => count.join(' '))
      .join(', ')}`,
  );
}

/** Begins watches, runs a program, and gives what they have told. */
class Recording {
  #all;
  #ones;
  #later = [];

  constructor(kind, options) {
    this.kind = kind;
    this.collection = kind.make(options);
    this.samples = [];
    this.#all = kind.watch(this.collection, { buffer: ALL });
    this.#ones = Array.from({ length: ONES }, (_, key) => kind.watchOne(this.collection, key, { buffer: ALL }));
  }

  get perform() {
    const { kind, collection, samples } = this;
    return {
      ...kind.perform,
      sample: () => samples.push(sample(kind, collection)),
      watch: () => {
        const begun = sample(kind, collection);
        this.#later.push({ begun, watcher: kind.watch(collection, { initial: true, buffer: ALL }) });
      },
    };
  }

  /** Checks everything; returns how much that was. */
  async check() {
    const { kind, collection, samples } = this;
    samples.push(sample(kind, collection));
    kind.mark(collection, 'end');
    samples.push(sample(kind, collection));
    const isEnd = ({ version }) => version === samples.at(-1).version;
    const events = await takeUntil(this.#all, isEnd);
    let checked = assertReplays(kind, events, samples);
    for (const { begun, watcher } of this.#later) {
      const told = await takeUntil(watcher, isEnd);
      const ofState = told.filter(({ version }) => version === begun.version);
      const copy = kind.empty();
      for (const event of ofState) apply(copy, event);
      assert.deepEqual(copy, begun.contents);
      checked += assertReplays(kind, told.slice(ofState.length), samples, begun);
      await watcher.return();
    }
    if (kind === KINDS.array) {
      assertPlaces(events, new Map(await Promise.all(this.#ones.map(async (one, key) => [key, await takeAll(one)]))));
    } else {
      for (const key of this.#ones.keys()) await this.#checkOne(key, events);
    }
    for (const watcher of [this.#all, ...this.#ones]) await watcher.return();
    collection.destroy();
    return { events: events.length, checked };
  }

  async #checkOne(key, events) {
    const isSet = this.kind === KINDS.set;
    const name = 'abcdef'[key];
    const expected = eventsOfOne(events, (event) => (isSet ? event.value : event.key) === name);
    // A set tells its element's watchers nothing where a commit left it as it was.
    const telling = isSet ? expected.filter(({ there }, n) => there !== (expected[n - 1]?.there ?? false)) : expected;
    const watcher = this.#ones[key];
    for (const { version, there, before, after } of telling) {
      const { value: event } = await watcher.next();
      assert.equal(event.version, version);
      assert.equal(event.type, there ? (isSet ? 'add' : 'set') : 'delete');
      if (!isSet) assert.deepEqual([event.oldValue, event.newValue], [before, after]);
    }
    if (!isSet) assert.equal(watcher.lag, 0);
  }
}

for (const [name, kind] of Object.entries(KINDS)) {
  test(`${name}: synchronous programs`, async () => {
    const before = held();
    const sums = { programs: 0, events: 0, checked: 0 };
    await fc.assert(
      fc.asyncProperty(programOf(kind), async (program) => {
        const recording = new Recording(kind);
        sharedLog(program, recording.perform, recording.collection);
        const { events, checked } = await recording.check();
        sums.programs++;
        sums.events += events;
        sums.checked += checked;
      }),
      { seed, numRuns: loops(200) },
    );
    report(name, sums);
    assert.ok(sums.checked > sums.programs);
    assertNoMore(before);
  });

  test(`${name}: asynchronous programs, and slow watchers`, async () => {
    const sums = { programs: 0, events: 0, told: 0, skipped: 0, resyncs: 0 };
    await fc.assert(
      fc.asyncProperty(programOf(kind), fc.integer({ min: 1, max: 6 }), async (program, buffer) => {
        const recording = new Recording(kind);
        const { collection } = recording;
        const followers = slowFollowers(kind, collection, buffer);
        try {
          await sharedLogAsync(program, recording.perform, collection);
          await assertFollowed(kind, collection, followers);
        } finally {
          for (const follower of followers) await follower.end(sums);
        }
        const { events } = await recording.check();
        sums.programs++;
        sums.events += events;
      }),
      { seed, numRuns: loops(100), endOnFailure: true }, // it waits for whom it has found lost
    );
    report(name, sums);
    assert.ok(sums.resyncs > 0);
  });

  test(`${name}: another thread writes as well`, async () => {
    const shared = `watch replay: ${name}`;
    const recording = new Recording(kind, { name: shared });
    const { collection, samples } = recording;
    const followers = [...slowFollowers(kind, collection, 5), ...slowFollowers(kind, collection, 64)];
    const count = loops(2000);
    const words = sharedWords(1);
    const worker = spawn(tasks, 'churn', name, shared, seed, count, words);
    await worker.until(() => Atomics.load(words, 0) === 1, 'the worker to begin');
    let beside = 0;
    for (let n = 0; n < count; n += 20) {
      performRandomly(kind, collection, random, 20);
      samples.push(sample(kind, collection));
      if (Atomics.load(words, 0) === 1) beside++;
      await turn();
    }
    await worker.result;
    const sums = { told: 0, skipped: 0, resyncs: 0 };
    try {
      await assertFollowed(kind, collection, followers);
    } finally {
      for (const follower of followers) await follower.end(sums);
    }
    const { events, checked } = await recording.check();
    report(name, { events, checked, beside, ...sums });
    assert.ok(checked > count / 20);
    assert.ok(beside > 0, 'while the other thread wrote');
    assert.ok(name === 'array' || sums.skipped > 0);
    assert.ok(sums.resyncs > 0);
  });
}
