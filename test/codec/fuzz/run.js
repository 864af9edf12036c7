// Fuzzes the decoders for some seconds in the runtime that runs it, from a seed: run.js seconds [seed]

import { seededRandom } from '../../../tools/recording/random.js';
import { runCorpus, runMutations } from './fuzz.js';

const [seconds, seed = Date.now() % 2 ** 31] = process.argv.slice(2).map(Number);
console.log(`seed ${seed}`);
runCorpus();
const end = performance.now() + 1000 * seconds;
let inputs = 0;
const counts = runMutations(seededRandom(seed), (n) => {
  inputs = n;
  return performance.now() < end;
});
console.log(`Done ${inputs} inputs`);
for (const [event, count] of [...counts].sort()) console.log(`happened: ${event}: ${count}`);
if ([...counts.values()].includes(0)) process.exitCode = 1;
