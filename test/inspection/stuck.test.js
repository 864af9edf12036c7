// The warning about transactions that go on for too long.

import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { after, before, test } from 'node:test';
import { configure, retry, SharedMap, transaction } from 'heddle';
import { nativeError } from '../support/errors.js';
import { deferred, sleep, until } from '../support/wait.js';

const warnings = [];
const told = [];
const warned = (warning) => {
  if (warning.code === 'HEDDLE_STUCK_TRANSACTION') warnings.push(warning);
};
const heard = (message) => told.push(message);
const of = (label) => warnings.filter(({ message }) => message.includes(label));

before(() => {
  process.on('warning', warned);
  subscribe('heddle:stuck', heard);
  configure({ warnAfter: 30 });
});

after(() => {
  configure({ warnAfter: 10_000 });
  unsubscribe('heddle:stuck', heard);
  process.off('warning', warned);
});

test('a transaction that is stuck is warned of once, with the place where it was called', async () => {
  const map = new SharedMap();
  const gate = deferred();
  await sleep(2);
  async function caller() {
    await transaction(
      async () => {
        map.get('a');
        await gate.promise;
      },
      { label: 'stuck: once' },
    );
  }
  const open = caller();
  await until(() => of('stuck: once').length > 0, 'a warning');
  await sleep(100); // for others that there should not be
  gate.resolve();
  await open;
  const [{ name, message }, ...others] = of('stuck: once');
  assert.deepEqual(others, []);
  assert.equal(name, 'HeddleWarning');
  assert.match(message, /^The transaction "stuck: once" has been running for \d+ ms \(run 1\)/);
  assert.match(message, /map\.get\(.a.\)/);
  assert.match(message, /caller.*stuck\.test\.js/);
  const [event, ...more] = told.filter(({ label }) => label === 'stuck: once');
  assert.deepEqual(more, []);
  assert.ok(event.age >= 30);
  assert.match(event.stack, /caller/);
});

test('one that waits in retry is not, nor one whose runs are short', async () => {
  const map = new SharedMap([['a', 0]]);
  const waits = transaction(() => map.get('a') === 0 && retry(), { label: 'stuck: waits' });
  let runs = 0;
  let longest = 0;
  const reruns = transaction(
    async () => {
      runs++;
      map.get('b');
      const begun = performance.now();
      await sleep(1);
      longest = Math.max(longest, performance.now() - begun);
      if (runs < 60) retry();
    },
    { label: 'stuck: reruns', maxRetries: Number.POSITIVE_INFINITY },
  );
  const stuck = transaction(() => sleep(200), { label: 'stuck: beside' });
  while (runs < 60) {
    map.set('b', runs);
    await sleep(2);
  }
  await Promise.all([reruns, stuck]);
  map.set('a', 1);
  await waits;
  assert.equal(of('stuck: beside').length, 1);
  assert.deepEqual(of('stuck: waits'), []);
  if (longest < 25) assert.deepEqual(of('stuck: reruns'), []); // else the machine was busy, and one of them was not short
});

test('warnAfter must be a number', () => {
  assert.throws(() => configure({ warnAfter: '1' }), nativeError(TypeError, /warnAfter/));
  for (const warnAfter of [0, -1, 1.5, Number.NaN]) {
    assert.throws(() => configure({ warnAfter }), nativeError(RangeError, /warnAfter/));
  }
});
