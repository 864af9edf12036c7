// Jobs wait in one queue, results in another, and who adds to a full one waits. A worker claims a job as it takes it,
// in one transaction, and drops the claim as it adds the result, in another: if it is terminated, all that it leaves is a claim.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { isMainThread, Worker, workerData } from 'node:worker_threads';
import { SharedMap, SharedQueue, transaction } from 'heddle';

const JOBS = 300;
/** @type {SharedQueue<number>} */
const jobs = new SharedQueue({ name: 'jobs: to do', capacity: 8 });
/** @type {SharedQueue<{ n: number, square: number }>} */
const results = new SharedQueue({ name: 'jobs: done', capacity: 8 });
/** @type {SharedMap<number, number | null>} the job of each worker; one that is not in here is dismissed */
const claims = new SharedMap({ name: 'jobs: claims' });

if (isMainThread) {
  let number = 0;
  const start = () => {
    claims.set(++number, null);
    return { number, worker: new Worker(new URL(import.meta.url), { workerData: number }) };
  };
  const workers = [start(), start()];
  produce();

  const squares = new Map();
  while (squares.size < JOBS) {
    const { n, square } = await results.dequeue();
    assert.ok(!squares.has(n), 'no result comes twice');
    squares.set(n, square);
    if (squares.size % 100 === 0 && squares.size < JOBS) {
      const { worker, number } = workers.shift();
      worker.terminate(); // whatever it is doing
      dismiss(number); // goes on when there is room: this loop makes it
      workers.push(start());
    }
  }

  jobs.close();
  await Promise.all(workers.map(({ worker }) => once(worker, 'exit')));
  assert.equal(
    [...squares.values()].reduce((a, b) => a + b),
    (JOBS * (JOBS + 1) * (2 * JOBS + 1)) / 6,
  );
  console.log(`${JOBS} results, each once, although ${number - 2} of ${number} workers were terminated on the way`);
} else {
  await work(workerData).catch(({ code }) => assert.ok(code === 'ERR_HEDDLE_QUEUE_CLOSED' || !claims.has(workerData)));
}

async function produce() {
  for (let n = 1; n <= JOBS; n++) await jobs.enqueueAsync(n);
}

async function work(me) {
  for (;;) {
    const n = await transaction(async () => {
      assert.ok(claims.has(me));
      const job = await jobs.dequeue();
      claims.set(me, job);
      return job;
    });
    await sleep(1); // hard work, outside of transactions
    await transaction(async () => {
      assert.ok(claims.has(me));
      await results.enqueueAsync({ n, square: n * n });
      claims.set(me, null);
    });
  }
}

/** From now on nothing that the worker does counts, and its job is the next one's. */
function dismiss(worker) {
  return transaction(async () => {
    const job = claims.get(worker);
    if (typeof job === 'number') await jobs.enqueueAsync(job);
    claims.delete(worker);
  });
}
