// `heddle/bun` reaches workers whose scripts do not import it.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import * as heddle from 'heddle';
import { fixture, KINDS } from './support.js';
import 'heddle/bun';

const REACHED = { names: 'function', preloaded: undefined, polluted: false };
const INLINE = 'postMessage(typeof Bun.SharedMap)';

test('Bun has the names of heddle', () => {
  const { transaction, transactionSync, readTransaction, isInTransaction, getTransactionId, orElse, retry } = heddle;
  const functions = { transaction, transactionSync, readTransaction, isInTransaction, getTransactionId, orElse, retry };
  const { concurrent, race, timeout, pipeline, currentScope, runDetached, suppressedErrors } = heddle;
  Object.assign(functions, { concurrent, race, timeout, pipeline, currentScope, runDetached, suppressedErrors });
  for (const [name, value] of Object.entries(functions)) assert.equal(Bun[name], value, name);
  const classes = Object.entries(heddle).filter(([name]) => /^Shared/.test(name));
  assert.ok(classes.length >= 2);
  for (const [name, { prototype }] of classes) assert.equal(Bun[name].prototype, prototype, name);
});

for (const [kind, run] of Object.entries(KINDS)) {
  test(`${kind} is reached`, async () => {
    for (const options of [undefined, null, {}, { name: 'worker' }]) {
      assert.deepEqual(await run(fixture('sees.js'), options), REACHED);
    }
  });

  test(`workers that ${kind} starts are reached`, async () => {
    assert.deepEqual(await run(fixture('nested.js')), [REACHED, REACHED]);
  });
}

test('a worker waits for whatever comes first', async () => {
  const jobs = new Bun.SharedQueue({ name: 'bun workers: jobs' });
  const words = new Bun.SharedMap({ name: 'bun workers: words' });
  const answer = KINDS['a web worker'](fixture('waits.js'));
  jobs.enqueue('a job');
  await Bun.transaction(() => {
    if (!jobs.isEmpty) Bun.retry();
    words.set('word', 'a word');
  });
  assert.deepEqual(await answer, ['a job', 'a word']);
  jobs.destroy();
  words.destroy();
});

test('a web worker’s own preload comes after it', async () => {
  const run = KINDS['a web worker'];
  const preloaded = { ...REACHED, preloaded: 'function' };
  const own = fixture('preloaded.js').href;
  assert.deepEqual(await run(fixture('sees.js'), { preload: own }), preloaded);
  assert.deepEqual(await run(fixture('sees.js'), { preload: [own] }), preloaded);
});

test('a worker of node:worker_threads with a preload of its own is left alone', async () => {
  const run = KINDS['a worker of node:worker_threads'];
  const own = { preload: [fixture('preloaded.js').href] };
  assert.deepEqual(await run(fixture('sees.js'), own), { ...REACHED, names: 'undefined', preloaded: 'undefined' });
  const both = { preload: [import.meta.resolve('heddle/bun'), ...own.preload] };
  assert.deepEqual(await run(fixture('sees.js'), both), { ...REACHED, preloaded: 'function' });
});

test('workers made of text are reached', async () => {
  assert.equal(await KINDS['a worker of node:worker_threads'](INLINE, { eval: true }), 'function');
  const url = URL.createObjectURL(new Blob([INLINE], { type: 'application/javascript' }));
  assert.equal(await KINDS['a web worker'](url), 'function');
});

test('the worker classes are what they were', async () => {
  const { Worker: NodeWorker } = createRequire(import.meta.url)('node:worker_threads');
  const web = new Worker(fixture('sees.js').href);
  const node = new NodeWorker(fixture('sees.js'));
  assert.ok(web instanceof Worker && web instanceof EventTarget && web.constructor === Worker);
  assert.ok(node instanceof NodeWorker && node instanceof (await import('node:events')).EventEmitter);
  assert.equal(Worker.name, 'Worker');
  class Mine extends Worker {}
  const mine = new Mine(fixture('sees.js').href);
  assert.ok(mine instanceof Mine && mine instanceof Worker);
  for (const worker of [web, node, mine]) worker.terminate();
});

test('a worker that cannot be made leaves no trace on other objects', async () => {
  assert.throws(() => new Worker());
  const { Worker: NodeWorker } = await import('node:worker_threads');
  assert.throws(() => new NodeWorker(5));
  const bystander = {};
  assert.equal(bystander.preload, undefined);
  bystander.preload = 1;
  assert.deepEqual(Object.entries(bystander), [['preload', 1]]);
  await null;
  assert.equal('preload' in {}, false);
});
