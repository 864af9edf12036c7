// Where a `DataCloneError` comes from: the code that called, and not the encoder.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SharedMap, SharedQueue, transactionSync, WorkerPool } from 'heddle';

const nested = { a: [{ b: { c: new Map([['d', () => {}]]) } }] };
const map = new SharedMap([['there', 1]]);
const queue = new SharedQueue();

for (const [what, call] of [
  ['set', () => map.set('k', nested)],
  ['set in a transaction', () => transactionSync(() => map.set('k', nested))],
  ['update', () => map.update('there', () => nested)],
  ['enqueue', () => queue.enqueue(nested)],
  ['entries', () => new SharedMap([['k', nested]])],
]) {
  test(`${what}: the stack begins here`, () => {
    assert.throws(call, (error) => {
      assert.equal(error.name, 'DataCloneError');
      const [title, first] = error.stack.split('\n');
      assert.match(title, /^DataCloneError: value\.a\[0\]\.b\.c\.get\("d"\) is a function/);
      assert.match(first, /refusal-stack\.test/);
      return true;
    });
  });
}

test('the arguments of a task', async () => {
  const pool = new WorkerPool(null, { size: 1 });
  await assert.rejects(
    pool.execute((value) => value, nested),
    (error) => {
      assert.match(error.stack.split('\n')[1], /refusal-stack\.test/);
      return true;
    },
  );
  await pool.terminate();
});

test('a value that is nested deeper than a stack is shown is refused likewise', () => {
  let deep = () => {};
  for (let n = 0; n < 150; n++) deep = { deep };
  assert.throws(
    () => map.set('deep', deep),
    ({ name, message }) => name === 'DataCloneError' && message.includes('function'),
  );
});

test('stacks that are no texts are left alone', () => {
  const { prepareStackTrace, stackTraceLimit } = Error;
  Error.prepareStackTrace = (_, sites) => sites.length;
  try {
    assert.throws(() => map.set('k', nested), { name: 'DataCloneError' });
    assert.equal(Error.stackTraceLimit, stackTraceLimit);
  } finally {
    Error.prepareStackTrace = prepareStackTrace;
  }
});
