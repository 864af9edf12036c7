// Fills a map with numbers under `user:0`, `user:1`, … and says how many bytes the keys have.
import { parentPort, workerData } from 'node:worker_threads';
import { SharedMap } from 'heddle';

const BATCH = 1000;

const map = new SharedMap({ name: workerData.name });
let bytes = 0;
for (let first = 0; first < workerData.count; first += BATCH) {
  const entries = Array.from({ length: BATCH }, (_, i) => [`user:${first + i}`, first + i]);
  for (const [key] of entries) bytes += key.length;
  map.setMany(entries);
}
parentPort.postMessage(bytes);
