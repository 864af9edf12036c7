// The far side of `spawn`: runs one exported function of a module and posts how it ended.

import { parentPort, workerData } from 'node:worker_threads';

const { module, task, args } = workerData;
try {
  const tasks = await import(module);
  parentPort.postMessage({ result: await tasks[task](...args) });
} catch (error) {
  parentPort.postMessage({ error: `${error.stack ?? error}` });
}
