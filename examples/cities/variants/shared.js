// Four workers and heddle: the maps are shared. The workers write to them in transactions and read them where they are.
import { readTransactionSync } from 'heddle';
import { checkStore } from '../aggregate.js';
import { Crew, WORKERS } from '../crew.js';
import { Meter, sendResult } from '../process.js';
import { watch } from '../progress.js';
import { openStore } from './shared-store.js';

const crew = new Crew(new URL('./shared-worker.js', import.meta.url), WORKERS);
const store = openStore();
const cities = await crew.sum('prepare');

const meter = new Meter();
const snapshots = await watch(crew.ask('load'), cities, () => readTransactionSync(checkProgress));
meter.lap('load');
const answers = await crew.ask('read');
meter.lap('read');

const { commits, reruns } = readTransactionSync(checkProgress);
sendResult({ meter, store, answers, cities, snapshots, commits, reruns });

/** In one snapshot, the maps agree with each other and with what the workers say of themselves. */
function checkProgress() {
  const sum = { cities: 0, commits: 0, reruns: 0 };
  for (const worker of store.workers.values()) {
    sum.cities += worker.cities;
    sum.commits += worker.commits;
    sum.reruns += worker.reruns;
  }
  const cities = checkStore(store);
  if (cities !== sum.cities) throw new Error(`${cities} cities are there, the workers loaded ${sum.cities}`);
  return sum;
}
