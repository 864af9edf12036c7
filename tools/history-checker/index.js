// Records a history and checks it: `node tools/history-checker/index.js [transactions] [seed]`. Exits with 1 on a violation.

import { check, formatViolation } from './check.js';
import { record, summarize } from './record.js';
import { checkTotals } from './workload.js';

const [transactions = 120_000, seed = Date.now() % 2 ** 31] = process.argv.slice(2).map(Number);
const runs = await record({ transactions, seed, name: 'history-checker' });
console.log(`seed ${seed}:`, summarize(runs));
const violation = check(runs) ?? checkTotals(runs);
if (violation !== undefined) {
  console.log(formatViolation(violation));
  process.exitCode = 1;
}
