// The proposal's code runs as it is written: in as-written/, in threads that import nothing but the modules with that code. What
// the text leaves out is added round it; each worker of the text is a module, which loads the declarations itself.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import 'heddle/bun';
import { blockOf, sections } from '../proposal/text.js';
import { until } from '../support/wait.js';

/** The modules that together are the code of a section, in its order. */
const PROGRAMS = {
  'High-Level API Overview': ['overview/shared.ts', 'overview/main.ts'],
  'Example 1: Real-time Game Server': ['game/state.ts', 'game/worker-1.ts', 'game/worker-2.ts', 'game/worker-3.ts'],
  'Example 2: Data Processing Pipeline': ['processing/shared.ts', 'processing/main.ts'],
  'Example 3: Configuration Management': ['config/shared.ts', 'config/endpoint-worker.ts', 'config/flags-worker.ts'],
  'From Current postMessage Patterns': ['messages/main.ts', 'messages/after-worker.ts'],
  'From SharedArrayBuffer': ['buffers/main.ts'],
};

/** The sections whose declarations `declarations.ts` holds heddle's types against. */
const DECLARATIONS = sections
  .filter(({ path, blocks }) => path[0] === 'Detailed API Design' && blocks.length > 0)
  .map(({ path }) => path.at(-1));

const load = (script) => import(`./proposal/as-written/${script}`);
const workers = [];
after(() => workers.forEach((worker) => void worker.terminate()));

/** A worker, and all that it has posted. */
function start(script) {
  const worker = new Worker(new URL(`./proposal/as-written/${script}`, import.meta.url));
  const posted = [];
  worker.onmessage = ({ data }) => posted.push(data);
  worker.onerror = ({ message }) => posted.push(new Error(message));
  workers.push(worker);
  return { worker, posted };
}

/** Several workers that watch; resolves when they do. */
async function startAll(...scripts) {
  const all = scripts.map(start);
  await until(() => all.every(({ posted }) => posted.length > 0), 'workers that watch');
  for (const { posted } of all) assert.equal(posted.shift(), 'ready');
  return all;
}

// ---------------------------------------------------------------- as it is written

/** The lines that a module says are the proposal's. What it says to the compiler is not. */
function writtenIn(file) {
  const source = readFileSync(new URL(`./proposal/as-written/${file}`, import.meta.url), 'utf8');
  const regions = source.matchAll(/^ *\/\/ #region as written\n([\s\S]*?)^ *\/\/ #endregion$/gm);
  return [...regions]
    .flatMap(([, lines]) => lines.split('\n'))
    .filter((line) => !/^ *\/\/ @ts-expect-error/.test(line));
}

const isText = (line) => line.trim() !== '';

for (const [heading, modules] of Object.entries(PROGRAMS)) {
  test(`as it is written: ${heading}`, () => {
    const written = modules.flatMap(writtenIn);
    assert.deepEqual(written.filter(isText), blockOf(heading).split('\n').filter(isText));
  });
}

test('as it is written: the declarations', () => {
  const blocks = DECLARATIONS.flatMap((heading) => blockOf(heading).split('\n'));
  assert.deepEqual(writtenIn('declarations.ts').filter(isText), blocks.filter(isText));
});

test('no block is forgotten', () => {
  const headings = sections
    .filter(({ blocks }) => blocks.some(({ language }) => language === 'typescript'))
    .map(({ path }) => path.at(-1));
  assert.deepEqual(headings.sort(), [...Object.keys(PROGRAMS), ...DECLARATIONS].sort());
});

// ---------------------------------------------------------------- and runs

test('it runs: the overview', async () => {
  const { users, tasks } = await load('overview/shared.ts');
  const { items, pool, results, shown, writer } = await load('overview/main.ts');
  writer.terminate();
  assert.deepEqual(shown, [{ id: 'ada', score: 25 }]);
  assert.deepEqual(users.get('ada'), { id: 'ada', score: 25 });
  assert.deepEqual([await tasks.dequeue(), tasks.size], [{ userId: 'ada' }, 0]);
  assert.deepEqual(
    results.map(({ square }) => square),
    items.map((item) => item * item),
  );
  assert.ok(results.every(({ threadId }) => threadId !== 0));
  await pool.terminate();
});

test('it runs: example 1, in three workers', async () => {
  const { gameEvents, players } = await load('game/state.ts');
  const [{ posted: updates }] = await startAll('game/worker-3.ts');
  const [{ worker: door }] = [start('game/worker-1.ts'), start('game/worker-2.ts')];
  const ids = Array.from({ length: 20 }, (_, i) => `player ${i}`);
  const at = (x) => ({ name: 'a player', position: { x, y: 0 } });

  for (const playerId of ids) door.postMessage([playerId, at(0)]);
  await until(() => updates.length === ids.length, 'players who join');
  for (const [x, playerId] of ids.entries()) {
    gameEvents.enqueue({ type: 'player_moved', playerId, newPosition: { x, y: 0 } });
  }
  await until(() => updates.length === 2 * ids.length, 'players who move');

  const told = (player) => (playerId, i) => ({ type: 'state_update', playerId, player: player(i) });
  assert.deepEqual(updates, [...ids.map(told(() => at(0))), ...ids.map(told(at))]);
  assert.deepEqual(
    [...players],
    ids.map((playerId, i) => [playerId, at(i)]),
  );
  assert.ok(gameEvents.isEmpty);
});

test('it runs: example 2, with its pool', async () => {
  const { computationCache, computed, pool } = await load('processing/shared.ts');
  const { results, texts } = await load('processing/main.ts');
  assert.deepEqual(
    results,
    [...texts, ...texts].map((text) => ({ words: text.split(' ').length })),
  );
  assert.deepEqual(new Set(computationCache.keys()), new Set(texts));
  // Two workers may both find that it is not there yet.
  assert.ok([...computed.values()].every((times) => times === 1 || times === 2));
  await pool.terminate();
});

test('it runs: example 3, in two workers', async () => {
  const { appConfig, featureFlags, updateConfig } = await load('config/shared.ts');
  const [{ posted: urls }, { posted: lines }] = await startAll('config/endpoint-worker.ts', 'config/flags-worker.ts');
  const { log } = console;
  const logged = [];
  console.log = (line) => logged.push(line);
  try {
    await updateConfig({ apiEndpoint: 'https://old.example', timeout: 5 });
    await updateConfig({ apiEndpoint: 'https://new.example' });
  } finally {
    console.log = log;
  }
  featureFlags.set('beta', true);
  featureFlags.delete('beta');
  await until(() => urls.length + lines.length === 4, 'changes');
  assert.deepEqual(logged, Array(2).fill('Configuration updated across all workers'));
  assert.deepEqual(urls, ['https://old.example', 'https://new.example']);
  assert.deepEqual(lines, ['Feature beta is now enabled', 'Feature beta is now disabled']);
  assert.deepEqual(appConfig.toObject(), { apiEndpoint: 'https://new.example', timeout: 5 });
});

test('it runs: the migration from postMessage, in two workers', async () => {
  const watching = await startAll('messages/after-worker.ts', 'messages/after-worker.ts');
  const { config } = await load('messages/main.ts');
  await until(() => watching.every(({ posted }) => posted.length === 2), 'changes');
  for (const { posted } of watching) assert.deepEqual(Object.fromEntries(posted), config);
});

test('it runs: the migration from SharedArrayBuffer', async () => {
  const { sharedData } = await load('buffers/shared.ts');
  const { posted } = start('buffers/worker.ts');
  await until(() => posted.length > 0, 'the worker');
  assert.deepEqual(posted, [[42, 42]]);
  assert.equal(sharedData.get('key'), 42);
});
