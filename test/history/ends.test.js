// Queues and the ends of arrays are linearizable: what two workers saw of them at the same time could have happened one after the other.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SharedArray, SharedQueue } from 'heddle';
import { isLinearizable, LIST, overlaps } from '../support/linearizable.js';
import { loops, seed } from '../support/random.js';
import { sharedWords, spawn } from '../support/workers.js';

const tasks = new URL('./ends-tasks.js', import.meta.url);
const EACH = 7;
const MOST_BATCHES = 20;

const step = (state, op, args) => LIST[op](state, args);

for (const [kind, Collection] of [
  ['queue', SharedQueue],
  ['array', SharedArray],
]) {
  test(`the ends of a shared ${kind}`, async () => {
    const rounds = loops(400);
    let overlapping = 0;
    let contended = 0;
    // Two threads do not meet at once on a machine that is busy.
    for (let batch = 0; contended === 0 && batch < MOST_BATCHES; batch++) {
      const name = `ends of a ${kind}, ${batch}`;
      // They live as long as this thread has them.
      const collections = Array.from({ length: rounds }, (_, round) => new Collection({ name: `${name} ${round}` }));
      const words = sharedWords(2);
      const threads = [0, 1].map((thread) => spawn(tasks, 'record', kind, name, thread, rounds, EACH, seed, words));
      const [first, second] = await Promise.all(threads.map(({ result }) => result));
      for (let round = 0; round < rounds; round++) {
        const history = [...first[round], ...second[round]];
        const count = overlaps(history);
        overlapping += count;
        if (count > 0) contended++;
        assert.ok(
          isLinearizable(history, step, []),
          `seed ${seed}, round ${round}: ${JSON.stringify(history, null, 1)}`,
        );
        collections[round].destroy();
      }
    }
    console.log(`${contended} of ${rounds} rounds with ${overlapping} overlaps`);
    assert.ok(contended > 0);
  });
}

test('what is not linearizable is found', () => {
  const operation = (op, args, result, called, returned) => ({ op, args, result, called, returned });
  const enqueued = [operation('enqueue', ['a'], undefined, 0, 1), operation('enqueue', ['b'], undefined, 2, 3)];
  const taken = (...results) => results.map((result, n) => operation('tryDequeue', [], result, 4 + 2 * n, 5 + 2 * n));
  assert.ok(isLinearizable([...enqueued, ...taken('a', 'b', undefined)], step, []));
  assert.ok(!isLinearizable([...enqueued, ...taken('b', 'a')], step, []), 'out of order');
  assert.ok(!isLinearizable([...enqueued, ...taken('a', 'a')], step, []), 'twice');
  assert.ok(!isLinearizable([...enqueued, ...taken(undefined)], step, []), 'lost');
  // At the same time either may come first.
  const together = [operation('enqueue', ['a'], undefined, 0, 3), operation('enqueue', ['b'], undefined, 1, 2)];
  assert.ok(isLinearizable([...together, ...taken('b', 'a')], step, []));
});
