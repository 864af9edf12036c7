// Calls that come when the environment has begun to close: in handlers of `exit`, of the process and of a worker.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run } from './program.js';

const STEPS = [
  'read',
  'write',
  'write much',
  'read much',
  'transactionSync',
  'transaction',
  'enqueue',
  'dequeue',
  'watch',
  'submit',
  'scope',
  'create',
  'attach',
  'register',
  'tell',
  'iterate',
  'terminate',
  'destroy',
];

/** What a thread has said, in order. */
const saidBy = (where, printed) =>
  printed
    .split('\n')
    .filter((line) => line.startsWith(`${where}: `))
    .map((line) => line.slice(where.length + 2));

async function ended(how) {
  const { printed, code, signal } = await run('closing.js', how);
  assert.deepEqual({ code, signal }, { code: 0, signal: null }, printed);
  return printed;
}

for (const how of ['end', 'exit', 'waiting']) {
  test(`the process ends: ${how}`, async () => {
    const printed = await ended(how);
    assert.deepEqual(
      printed.trim().split('\n'),
      saidBy('main', printed).map((line) => `main: ${line}`),
    );
    assert.deepEqual(saidBy('main', printed), STEPS);
  });
}

test('the process ends in a body: what the body may not do is refused as ever', async () => {
  const printed = await ended('exit in a body');
  const said = saidBy('main', printed);
  assert.deepEqual(
    said.map((line) => line.split(':')[0]),
    STEPS,
    printed,
  );
  for (const line of said) assert.match(line, /^[a-zA-Z ]+(: ERR_HEDDLE_\w+)?$/, printed);
  assert.ok(said.some((line) => line.includes(': ')));
});

for (const how of ['end', 'exit', 'waiting']) {
  test(`a worker ends: ${how}`, async () => {
    const printed = await ended(`worker: ${how}`);
    assert.deepEqual(saidBy('worker', printed), STEPS, printed);
    assert.deepEqual(saidBy('main', printed), ['the worker ended: 0, {"list":[1,2]}', ...STEPS], printed);
  });
}
