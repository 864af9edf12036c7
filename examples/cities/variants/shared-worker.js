import { workerData } from 'node:worker_threads';
import { readTransactionSync, transactionSync } from 'heddle';
import { addBatch, summarize } from '../aggregate.js';
import { readBatches } from '../batches.js';
import { answer } from '../crew.js';
import { answerQuestions } from '../questions.js';
import { openStore } from './shared-store.js';

const { part, parts } = workerData;
const batches = readBatches(part, parts);
const store = openStore();

answer({
  prepare: () => batches.flat().length,
  load,
  read: () => readTransactionSync(() => answerQuestions(store)),
});

/** One transaction per batch: all maps change at once or none does. When another worker was faster, the body runs again. */
function load() {
  let cities = 0;
  let commits = 0;
  let runs = 0;
  for (const batch of batches) {
    const summary = summarize(batch);
    cities += batch.length;
    commits++;
    transactionSync(() => {
      runs++;
      addBatch(store, summary);
      store.workers.set(part, { cities, commits, reruns: runs - commits });
    });
  }
}
