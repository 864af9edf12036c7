// The worker that keeps the time. After the last tick no more commands are taken: so everything comes to its end.
import { setTimeout as sleep } from 'node:timers/promises';
import { workerData } from 'node:worker_threads';
import { tick } from './actions.js';
import { commands, commandsDone } from './world.js';

const { ticks, rate, bots } = workerData;
const began = performance.now();
for (let n = 1; n <= ticks; n++) {
  tick();
  await sleep(Math.max(0, began + (n * 1000) / rate - performance.now()));
  await commandsDone(n * bots); // with too much to do the game slows down, and nobody misses a turn
}
commands.close();
