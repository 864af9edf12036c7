// Four workers and postMessage: the workers post their cities to the main thread, which owns plain Maps. So that every
// worker can look things up, each is sent a copy of the Maps, once, when all is loaded.
import { addBatch, checkStore, createStore, summarize } from '../aggregate.js';
import { Crew, WORKERS } from '../crew.js';
import { Meter, sendResult } from '../process.js';
import { watch } from '../progress.js';

const crew = new Crew(new URL('./messages-worker.js', import.meta.url), WORKERS);
const store = createStore(() => new Map());
crew.onPost((batch) => addBatch(store, summarize(batch)));
const cities = await crew.sum('prepare');

const meter = new Meter();
const snapshots = await watch(crew.ask('load'), cities, () => ({ cities: checkStore(store) }));
meter.lap('load');
const answers = await crew.ask('read', store);
meter.lap('read');

sendResult({ meter, store, answers, cities, snapshots });
