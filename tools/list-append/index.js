// Records a history and checks it: `node tools/list-append/index.js [transactions] [seed]`. Exits with 1 on an anomaly.

import { check, formatAnomalies } from './check.js';
import { record, summarize } from './record.js';

const [transactions = 60_000, seed = Date.now() % 2 ** 31] = process.argv.slice(2).map(Number);
const runs = await record({ transactions, seed, name: 'list-append' });
const { anomalies, edges } = check(runs);
console.log(`seed ${seed}:`, { ...summarize(runs), ...edges });
if (anomalies.length > 0) {
  console.log(formatAnomalies(anomalies));
  process.exitCode = 1;
}
