import { workerData } from 'node:worker_threads';
import { readBatches } from '../batches.js';
import { answer, post } from '../crew.js';
import { answerQuestions } from '../questions.js';

const batches = readBatches(workerData.part, workerData.parts);

answer({
  prepare: () => batches.flat().length,
  load: () => batches.forEach(post),
  read: (store) => answerQuestions(store),
});
