// Configuration that workers follow: they are told of what changes, in the order of the commits, and need not ask. `initial`
// begins with what is there; the loops end when the main thread destroys the collections.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { isMainThread, parentPort, threadId, Worker } from 'node:worker_threads';
import { SharedMap, SharedRecord, transaction } from 'heddle';

/** @typedef {{ apiEndpoint: string, retries: number }} AppConfig */

/** @type {SharedRecord<AppConfig>} */
const appConfig = new SharedRecord({
  name: 'live-configuration: config',
  initial: { apiEndpoint: 'https://v1.example', retries: 3 },
});
/** @type {SharedMap<string, boolean>} */
const featureFlags = new SharedMap({ name: 'live-configuration: flags' });

if (isMainThread) {
  const workers = [new Worker(new URL(import.meta.url)), new Worker(new URL(import.meta.url))];
  await Promise.all(workers.map((worker) => once(worker, 'message')));
  const reports = Promise.all(workers.map((worker) => once(worker, 'message')));

  await updateConfig({ retries: 5 }); // who follows the endpoint alone does not hear of this
  await updateConfig({ apiEndpoint: 'https://v2.example' });
  featureFlags.set('search', true);
  await transaction(() => {
    featureFlags.set('search', false);
    featureFlags.set('maps', true);
  });
  await updateConfig({ apiEndpoint: 'https://v3.example', retries: 1 });

  appConfig.destroy();
  featureFlags.destroy();
  for (const [{ thread, baseUrls, flags }] of await reports) {
    assert.deepEqual(baseUrls, ['https://v1.example', 'https://v2.example', 'https://v3.example']);
    assert.deepEqual(flags, ['search is now on', 'search is now off', 'maps is now on']);
    console.log(`Worker ${thread} went from ${baseUrls.join(' to ')}; ${flags.join(', ')}`);
  }
} else {
  /** @type {string[]} */
  const baseUrls = [];
  /** @type {string[]} */
  const flags = [];
  const following = [followEndpoint(baseUrls), followFlags(flags)]; // which watch from now on
  parentPort?.postMessage('ready');
  await Promise.all(following);
  parentPort?.postMessage({ thread: threadId, baseUrls, flags });
}

/** @param {Partial<AppConfig>} changes */
async function updateConfig(changes) {
  await transaction(() => appConfig.update(changes));
}

/** Stands for the HTTP client that is set to a new address. @param {string[]} baseUrls */
async function followEndpoint(baseUrls) {
  for await (const change of appConfig.watch('apiEndpoint', { initial: true })) {
    if (change.type === 'set') baseUrls.push(change.newValue);
  }
}

/** @param {string[]} flags */
async function followFlags(flags) {
  for await (const change of featureFlags.watchAll()) {
    flags.push(`${change.key} is now ${change.newValue ? 'on' : 'off'}`);
  }
}
