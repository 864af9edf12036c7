import { Worker as NodeWorker } from 'node:worker_threads';

/** The two kinds of workers that Bun has, each as a function that resolves with what a worker posts first. */
export const KINDS = {
  'a web worker': (script, options) => {
    const worker = new Worker(script, options);
    return new Promise((resolve, reject) => {
      worker.addEventListener('message', ({ data }) => resolve(data));
      worker.addEventListener('error', ({ message }) => reject(new Error(message)));
    }).finally(() => worker.terminate());
  },
  // This class was bound before 'heddle/bun' could do anything.
  'a worker of node:worker_threads': (script, options) => {
    const worker = new NodeWorker(script, options);
    return new Promise((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    }).finally(() => worker.terminate());
  },
};

export const fixture = (name) => new URL(`./fixtures/${name}`, import.meta.url);
