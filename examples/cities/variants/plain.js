// The yardstick: one thread, plain Maps.
import { addBatch, checkStore, createStore, summarize } from '../aggregate.js';
import { readBatches } from '../batches.js';
import { WORKERS } from '../crew.js';
import { Meter, sendResult } from '../process.js';
import { answerQuestions } from '../questions.js';

const batches = readBatches(0, 1);
const store = createStore(() => new Map());

const meter = new Meter();
for (const batch of batches) addBatch(store, summarize(batch));
meter.lap('load');
const answers = Array.from({ length: WORKERS }, () => answerQuestions(store));
meter.lap('read');

const cities = checkStore(store);
sendResult({ meter, store, answers, cities, snapshots: 1 });
