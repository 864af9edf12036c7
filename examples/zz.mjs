import { SharedMap } from 'heddle';
import { Worker, isMainThread, workerData } from 'node:worker_threads';
const m = new SharedMap({ name: 'zz' });
if (isMainThread) {
  const ws = [0, 1, 2, 3].map((w) => new Worker(new URL(import.meta.url), { workerData: w }));
  await Promise.all(ws.map((w) => new Promise((r) => w.once('message', r))));
  const t = performance.now(); let n = 0;
  while (performance.now() - t < 6000) { for (let i = 0; i < 1000; i++) m.set(n++ % 100, n); }
  console.log('ns per set', 6e9 / n);
  process.exit();
} else {
  const { parentPort } = await import('node:worker_threads');
  for (let k = workerData * 25; k < workerData * 25 + 25; k++) (async () => { for await (const _ of m.watch(k)); })();
  parentPort.postMessage(1);
}
