// Two web servers whose configuration is a file on disk. Edit it while they run, or let --demo do that.
import { EventEmitter, once } from 'node:events';
import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { config } from './config.js';
import { copyOf, demonstrate } from './demo.js';
import { follow } from './follow.js';

const { values } = parseArgs({ options: { demo: { type: 'boolean', default: false } } });
const original = fileURLToPath(new URL('./config.json', import.meta.url));
const file = values.demo ? copyOf(original) : original;

const outcomes = new EventEmitter();
const following = follow(file, (outcome) => {
  console.log(`${file}: ${outcome}`);
  outcomes.emit('outcome', outcome);
});

const workers = [1, 2].map((id) => new Worker(new URL('./server.js', import.meta.url), { workerData: { id } }));
const ports = (await Promise.all(workers.map((worker) => once(worker, 'message')))).map(([{ port }]) => port);
const urls = ports.map((port) => `http://127.0.0.1:${port}/`);
for (const worker of workers) worker.on('message', ({ news }) => console.log(news));
console.log(`Two workers answer at ${urls.join(' and ')}`);

if (values.demo) {
  await demonstrate(file, workers, urls, outcomes);
  following.close();
  rmSync(dirname(file), { recursive: true });
  config.destroy(); // the workers' loops end with it
} else {
  console.log('Edit the file and ask again; Ctrl+C ends it');
}
