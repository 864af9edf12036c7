// A cache that two workers fill together: what one has computed, the other finds. If both compute the same entry at
// once, one of them wins, and both go on with the winner's value.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { isMainThread, parentPort, threadId, Worker } from 'node:worker_threads';
import { SharedMap } from 'heddle';

const NUMBERS = Array.from({ length: 200 }, (_, i) => 1_000_000_000_001 + i);
/** @type {SharedMap<number, { factors: number[], by: number }>} */
const cache = new SharedMap({ name: 'cache: factors' });

if (isMainThread) {
  const workers = [new Worker(new URL(import.meta.url)), new Worker(new URL(import.meta.url))];
  const [[a], [b]] = await Promise.all(workers.map((worker) => once(worker, 'message')));

  assert.deepEqual(a.found, b.found);
  assert.equal(cache.size, NUMBERS.length);
  console.log(
    `Two workers looked up ${a.found.length} numbers each and computed ${a.computed} and ${b.computed} of them`,
  );
  console.log(`${NUMBERS[0]} = ${cache.get(NUMBERS[0])?.factors.join(' × ')}`);
} else {
  let computed = 0;
  const found = NUMBERS.map((number) =>
    cache.getOrInsertComputed(number, () => {
      computed++;
      return { factors: factorize(number), by: threadId };
    }),
  );
  parentPort?.postMessage({ computed, found });
}

function factorize(number) {
  const factors = [];
  let rest = number;
  for (let divisor = 2; divisor * divisor <= rest; divisor++) {
    while (rest % divisor === 0) {
      factors.push(divisor);
      rest /= divisor;
    }
  }
  return rest > 1 ? [...factors, rest] : factors;
}
