// The proposal's code runs as it is written: in workers that import nothing but the modules with that code.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import 'heddle/bun';
import { loops } from '../support/random.js';

const { appConfig, featureFlags, updateConfig } = await import('./proposal/config.ts');
const { publish, sharedConfig } = await import('./proposal/messages.ts');
const { computationCache, computed, pool, processItem } = await import('./proposal/processing.ts');
const { add, sharedData, write } = await import('./proposal/buffers.ts');

/** Workers, and a function that waits for a message of each. */
function start(count, script) {
  const workers = Array.from({ length: count }, () => new Worker(new URL(`./proposal/${script}`, import.meta.url)));
  const answers = workers.map(
    (worker) =>
      new Promise((resolve, reject) => {
        worker.onmessage = ({ data }) => resolve(data);
        worker.onerror = ({ message }) => reject(new Error(message));
      }),
  );
  return {
    workers,
    answers: () => Promise.all(answers).finally(() => workers.forEach((worker) => void worker.terminate())),
  };
}

test('example 3: a configuration is updated across all workers', async () => {
  await updateConfig({ apiEndpoint: 'https://old.example', timeout: 5 });
  const { answers } = start(3, 'config-worker.ts');
  await updateConfig({ apiEndpoint: 'https://new.example' });
  featureFlags.set('beta', true);
  const config = { apiEndpoint: 'https://new.example', timeout: 5 };
  assert.deepEqual(await answers(), Array(3).fill({ config, beta: true }));
  assert.deepEqual(appConfig.toObject(), config);
});

test('migration from postMessage: what is published reaches every worker, whole', async () => {
  const { answers } = start(3, 'messages-worker.ts');
  const config = { hosts: ['a.example', 'b.example'], limit: 10 };
  await publish(config);
  assert.deepEqual(await answers(), Array(3).fill(config));
  assert.deepEqual(sharedConfig.keys(), ['hosts', 'limit']);
});

test('migration from SharedArrayBuffer: transactions lose nothing', async () => {
  await write(1000);
  const { workers, answers } = start(2, 'buffers-worker.ts');
  const times = loops(500);
  for (const worker of workers) worker.postMessage(times);
  await add(1);
  assert.deepEqual(await answers(), Array(2).fill(sharedData.name));
  assert.equal(sharedData.get('key'), 1000 + 1 + 2 * times);
});

test('example 2: a pool processes items, with a cache that its workers share', async () => {
  const texts = Array.from({ length: 30 }, (_, i) => `${'word '.repeat(i)}end`);
  const workItems = [...texts, ...texts].map((text) => ({ text }));
  await pool.resize(2);
  const results = await pool.map(workItems, processItem);
  assert.deepEqual(
    results,
    workItems.map(({ text }) => ({ words: text.split(' ').length })),
  );
  assert.deepEqual(new Set(computationCache.keys()), new Set(texts));
  // Two workers may both find that it is not there yet.
  assert.ok([...computed.values()].every((times) => times === 1 || times === 2));
  await pool.terminate();
});
