// A game: one worker ticks, two do what the bots want, and this thread has the bots and the screen. All share one world.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { readTransactionSync, stats } from 'heddle';
import { play } from './bots.js';
import { show } from './screen.js';
import { checkWorld, clock, commandsSoFar, ground, HANDLERS, handlersReady, PURSE, populate } from './world.js';

const { values } = parseArgs({
  options: {
    ticks: { type: 'string', default: '100' },
    bots: { type: 'string', default: '200' },
    rate: { type: 'string', default: '20' }, // ticks per second
  },
});
const [ticks, bots, rate] = [values.ticks, values.bots, values.rate].map(Number);

populate(bots);
const start = (script, workerData) => new Worker(new URL(script, import.meta.url), { workerData });
const workers = [];
for (let id = 1; id <= HANDLERS; id++) workers.push(start('./handler.js', { id }));
await handlersReady();
workers.push(start('./ticks.js', { ticks, rate, bots }));
const ended = Promise.all(workers.map((worker) => once(worker, 'exit')));

const began = performance.now();
const [sent, snapshots] = await Promise.all([play(bots), show(ticks), ended]);
const seconds = (performance.now() - began) / 1000;

readTransactionSync(checkWorld);
assert.equal(commandsSoFar(), sent, 'each command was done, once');

const count = (n) => Math.round(n).toLocaleString('en');
console.log(`
${ticks} ticks, ${count(sent)} commands of ${bots} bots: ${count(sent / seconds)} commands/s
${clock.get('items')} items, ${ground.size} of them on the ground; ${count(bots * PURSE)} coins: none lost, none doubled, in ${snapshots} snapshots
conflicts, in which a transaction lost and ran again:`);
for (const [label, { commits, reruns }] of Object.entries(stats().labels)) {
  console.log(`  ${label.padEnd(7)}${count(commits).padStart(9)} commits ${count(reruns).padStart(7)} reruns`);
}
