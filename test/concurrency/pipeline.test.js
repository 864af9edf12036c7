// Pipelines: order, how much goes on at a time, sources, consumers.

import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { concurrent, pipeline, SharedQueue } from 'heddle';
import { same } from '../support/errors.js';
import { loops, random } from '../support/random.js';
import { deferred, inTime, sleep, stateOf, turn, until } from '../support/wait.js';
import { counting, drained, heard } from './support.js';

const NEVER = Number.POSITIVE_INFINITY;

const numbers = (count) => Array.from({ length: count }, (_, n) => n);

/** Takes a random number of turns. */
async function dawdle() {
  for (let turns = Math.floor(random() * 4); turns > 0; turns--) await turn();
}

test('nothing happens before somebody asks', async () => {
  const source = counting();
  let opened = 0;
  const lazy = {
    [Symbol.asyncIterator]() {
      opened++;
      return source[Symbol.asyncIterator]();
    },
  };
  const results = pipeline(lazy, [(n) => n]);
  await sleep(2);
  assert.deepEqual([opened, source.read], [0, 0]);
  await results.next();
  assert.equal(opened, 1);
  await results.return();
});

test('results come in the order of the items, however long they take; unordered ones as they are ready', async () => {
  let overtakings = 0;
  for (let round = loops(20); round > 0; round--) {
    const parallelism = 1 + Math.floor(random() * 6);
    const stages = [
      (n) => dawdle().then(() => n + 1),
      { fn: (n) => (n % 3 === 0 ? n : dawdle().then(() => n)), parallelism: 2 },
      (n) => n * 2,
    ];
    const expected = numbers(40).map((n) => (n + 1) * 2);
    assert.deepEqual(await drained(pipeline(numbers(40), stages, { parallelism })), expected);
    const unordered = await drained(pipeline(numbers(40), stages, { parallelism, ordered: false }));
    if (unordered.some((n, index) => n !== expected[index])) overtakings++;
    assert.deepEqual(
      unordered.sort((a, b) => a - b),
      expected,
    );
    const [slow] = [deferred()];
    const overtaken = pipeline(
      [0, 1, 2],
      [{ fn: (n) => (n === 0 ? slow.promise : n), parallelism: 2, ordered: false }],
    );
    assert.equal((await overtaken.next()).value, 1);
    slow.resolve(0);
    assert.deepEqual((await drained(overtaken)).sort(), [0, 2]);
  }
  console.log(`${overtakings} times items overtook each other`);
  assert.ok(overtakings > 0);
});

test('a stage is called as often at a time as it may, and stages work at the same time', async () => {
  const running = [0, 0];
  const most = [0, 0];
  let together = 0;
  const stage = (index) => async (n) => {
    most[index] = Math.max(most[index], ++running[index]);
    if (running[0] > 0 && running[1] > 0) together++;
    await turn();
    running[index]--;
    return n;
  };
  const stages = [{ fn: stage(0), parallelism: 3 }, stage(1)];
  await drained(pipeline(numbers(50), stages, { parallelism: 2, maxInFlight: 20 }));
  assert.deepEqual(most, [3, 2]);
  assert.ok(together > 10, `${together} times`);
});

const CONSUMERS = {
  async directly(results, take) {
    for await (const result of results) await take(result);
  },
  async 'at once'(results, take) {
    for await (const result of results) take(result);
  },
  async 'by next'(results, take) {
    while (!(await results.next()).done) await take();
  },
  async 'through a loop that yields'(results, take) {
    async function* through() {
      for await (const result of results) yield result;
    }
    for await (const result of through()) await take(result);
  },
  async 'in bursts'(results, take) {
    const one = async () => {
      const { done } = await results.next();
      if (!done) await take();
      return done;
    };
    for (let ended = false; !ended; ) ended = (await Promise.all([one(), one(), one()])).includes(true);
  },
  async 'through a generator'(results, take) {
    async function* through() {
      yield* results;
    }
    for await (const result of through()) await take(result);
  },
};

for (const [how, consume] of Object.entries(CONSUMERS)) {
  test(`never more than maxInFlight items between source and consumer: taken ${how}`, async () => {
    const atLimit = { sync: 0, async: 0 };
    for (const kind of ['sync', 'async']) {
      for (const maxInFlight of [1, 2, 3, 8]) {
        for (const fn of [(n) => n, async (n) => n, (n) => dawdle().then(() => n)]) {
          let read = 0;
          let taken = 0;
          const check = () => {
            const inFlight = read - taken;
            assert.ok(inFlight <= maxInFlight, `${inFlight} of ${maxInFlight}`);
            if (inFlight === maxInFlight) atLimit[kind]++;
          };
          const next = () => {
            if (read === 60) return { done: true, value: undefined };
            read++;
            check();
            return { done: false, value: read };
          };
          const source =
            kind === 'sync'
              ? { [Symbol.iterator]: () => ({ next }) }
              : { [Symbol.asyncIterator]: () => ({ next: async () => next() }) };
          const results = pipeline(source, [fn, (n) => n], { maxInFlight, parallelism: 4 });
          await consume(results, async () => {
            taken++;
            if (taken % 7 === 0) await turn();
          });
          assert.equal(taken, 60);
        }
      }
    }
    console.log(`${atLimit.sync} and ${atLimit.async} times as many as allowed were in flight`);
    assert.ok(atLimit.sync > 100 && atLimit.async > 100);
  });
}

test('sources of all kinds', async () => {
  const plus = (n) => n + 1;
  const expected = [1, 2, 3];
  const queue = new SharedQueue();
  queue.enqueueMany([0, 1, 2]);
  queue.close();
  function* generator() {
    yield* [0, 1, 2];
  }
  const sources = {
    array: [0, 1, 2],
    set: new Set([0, 1, 2]),
    generator: generator(),
    promises: [Promise.resolve(0), 1, sleep(1).then(() => 2)],
    'web stream': new ReadableStream({
      start(controller) {
        for (const n of [0, 1, 2]) controller.enqueue(n);
        controller.close();
      },
    }),
    'stream of node': Readable.from([0, 1, 2]),
    queue,
    pipeline: pipeline([-1, 0, 1], [plus]),
  };
  for (const [kind, source] of Object.entries(sources)) {
    assert.deepEqual(await drained(pipeline(source, [plus])), expected, kind);
  }
});

test('sources of all kinds are closed', async () => {
  const closed = [];
  function* generator() {
    try {
      for (let n = 0; ; n++) yield n;
    } finally {
      closed.push('generator');
    }
  }
  function* rejecting() {
    try {
      yield 0;
      yield Promise.reject(new RangeError('an item'));
    } finally {
      closed.push('rejecting');
    }
  }
  const web = new ReadableStream({
    pull: (controller) => controller.enqueue(1),
    cancel: () => closed.push('web stream'),
  });
  const node = Readable.from(generator());
  node.on('close', () => closed.push('stream of node'));
  for (const source of [generator(), web, node]) for await (const _ of pipeline(source, [])) break;
  await until(() => closed.length === 4, 'the streams to be closed');
  assert.deepEqual(closed.sort(), ['generator', 'generator', 'stream of node', 'web stream']);
  await assert.rejects(drained(pipeline(rejecting(), [])), RangeError);
  assert.equal(closed.at(-1), 'rejecting');
});

test('streams that have stalled are closed at once', async () => {
  const closed = [];
  const web = new ReadableStream({
    start: (controller) => controller.enqueue(1),
    cancel: () => closed.push('web stream'),
  });
  const node = new Readable({ objectMode: true, read() {} });
  node.push(1);
  node.on('close', () => closed.push('stream of node'));
  const stragglers = await heard('heddle:straggler', async () => {
    for (const source of [web, node]) {
      const stop = async () => {
        for await (const _ of pipeline(source, [], { maxInFlight: 4, grace: NEVER })) break;
      };
      await inTime(stop(), 'a stream that has stalled');
    }
  });
  await until(() => closed.length === 2, 'the streams to be closed');
  assert.deepEqual(stragglers, []);
});

test('streams are let go of: at their end, and when nobody has begun to read them', async () => {
  const web = new ReadableStream({
    start(controller) {
      controller.enqueue(1);
      controller.close();
    },
  });
  assert.deepEqual(await drained(pipeline(web, [])), [1]);
  assert.equal(web.locked, false);
  const node = new Readable({ objectMode: true, read() {} });
  await pipeline(node, []).return();
  assert.equal(node.destroyed, true);
});

test('a source that ends its pipeline while it is asked is closed after that', async () => {
  let closed = 0;
  let results;
  function* ending(end) {
    try {
      yield 1;
      end();
      yield 2;
    } finally {
      closed++;
    }
  }
  const controller = new AbortController();
  const reason = new Error('enough');
  const aborted = pipeline(
    ending(() => controller.abort(reason)),
    [],
    { signal: controller.signal },
  );
  await assert.rejects(drained(aborted), same(reason));
  let ended;
  results = pipeline(
    ending(() => {
      ended = results.return();
    }),
    [],
  );
  await drained(results);
  await ended;
  assert.equal(closed, 2);
});

test('an iterator that gives no results is refused', async () => {
  const source = { [Symbol.iterator]: () => ({ next: () => 5 }) };
  await assert.rejects(drained(pipeline(source, [])), TypeError);
});

test('what is cancelled when nothing is under way ends at once', async () => {
  const controller = new AbortController();
  const reason = new Error('stop');
  const results = pipeline([1, 2, 3], [(n) => n], { maxInFlight: 10, signal: controller.signal, grace: NEVER });
  await results.next();
  controller.abort(reason);
  await assert.rejects(inTime(results.next(), 'a pipeline that was aborted'), same(reason));
  const stragglers = await heard('heddle:straggler', async () => {
    const left = async () => {
      const left = pipeline([1, 2, 3], [(n) => n], { maxInFlight: 10 });
      await left.next();
      return 7;
    };
    assert.deepEqual(await concurrent([left]), [7]);
  });
  assert.deepEqual(stragglers, []);
});

test('a queue that has nothing is left when the consumer stops, with its items', async () => {
  const queue = new SharedQueue();
  queue.enqueue('one');
  const stop = async () => {
    for await (const _ of pipeline(queue, [(item) => item])) break;
  };
  await inTime(stop(), 'a source that waits');
  queue.enqueue('two');
  await turn();
  assert.equal(queue.size, 1);
});

test('many may ask at once', async () => {
  const results = pipeline(numbers(5), [(n) => dawdle().then(() => n)], { parallelism: 3 });
  const asked = await Promise.all(Array.from({ length: 8 }, () => results.next()));
  assert.deepEqual(
    asked.map(({ value }) => value),
    [0, 1, 2, 3, 4, undefined, undefined, undefined],
  );
  assert.deepEqual(
    asked.map(({ done }) => done),
    [false, false, false, false, false, true, true, true],
  );
  const error = new Error('boom');
  const failing = pipeline(numbers(5), [() => Promise.reject(error)]);
  const outcomes = await Promise.allSettled([failing.next(), failing.next(), failing.next()]);
  assert.equal(outcomes[0].reason, error);
  assert.deepEqual(
    outcomes.slice(1).map(({ value }) => value.done),
    [true, true],
  );
});

test('who waits when it is ended is told', async () => {
  const gate = deferred();
  const results = pipeline([1], [() => gate.promise]);
  const waiting = [results.next(), results.next()];
  const ended = results.return();
  assert.equal(await stateOf(ended), 'pending', 'the stage goes on');
  gate.resolve();
  assert.deepEqual(await ended, { done: true, value: undefined });
  assert.deepEqual(await Promise.all(waiting), [
    { done: true, value: undefined },
    { done: true, value: undefined },
  ]);
  const error = new Error('thrown in');
  await assert.rejects(pipeline([1], []).throw(error), same(error));
});

test('ending it twice, or after its end, changes nothing', async () => {
  const source = counting(3);
  const results = pipeline(source, [(n) => n]);
  await results.next();
  await Promise.all([results.return(), results.return(), results[Symbol.asyncDispose]()]);
  assert.equal(source.closed, 1);
  const whole = pipeline([1], []);
  await drained(whole);
  await whole.return();
  const error = new Error('told once');
  const failing = pipeline([1], [() => Promise.reject(error)]);
  await assert.rejects(failing.next(), same(error));
  await failing.return();
  const untold = pipeline([1, 2], [(n) => (n === 2 ? Promise.reject(error) : n)]);
  await untold.next();
  await turn();
  await assert.rejects(untold.return(), same(error), 'an error that nobody has heard of');
});

test('progress is told after each item', async () => {
  const told = [];
  const one = [];
  await drained(pipeline([1], [async (n) => n], { onProgress: (progress) => one.push(progress) }));
  assert.deepEqual(one, [{ read: 1, done: 1, inFlight: one[0].inFlight }]);
  const error = new Error('from the callback');
  const rejecting = pipeline(numbers(100), [(n) => turn().then(() => n)], { onProgress: () => Promise.reject(error) });
  await assert.rejects(drained(rejecting), same(error));
  const onProgress = (progress) => told.push(progress);
  await drained(pipeline(numbers(20), [(n) => dawdle().then(() => n)], { parallelism: 2, maxInFlight: 4, onProgress }));
  assert.deepEqual(
    told.map(({ done }) => done),
    numbers(20).map((n) => n + 1),
  );
  for (const { read, done, inFlight } of told) {
    assert.ok(read >= done && read <= 20);
    assert.ok(inFlight >= 0 && inFlight <= 4);
  }
  assert.deepEqual(told.at(-1), { read: 20, done: 20, inFlight: told.at(-1).inFlight });
});

test('a hundred thousand items', async () => {
  let sum = 0;
  for await (const n of pipeline(numbers(100_000), [(n) => n, (n) => n + 1], { maxInFlight: 5000 })) sum += n;
  assert.equal(sum, 5_000_050_000);
});
