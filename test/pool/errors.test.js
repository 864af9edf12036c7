import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  ErrorCodes,
  PoolSaturatedError,
  PoolTerminatedError,
  TaskAmbiguousError,
  TaskNotFoundError,
  TaskScopeError,
  TaskTimeoutError,
  WorkerCrashedError,
} from 'heddle';
import { heddleError } from '../support/errors.js';

const cause = new Error('out of memory');
const ERRORS = [
  [new TaskScopeError('It uses rate. Pass it.', ['rate']), { names: ['rate'] }, /^It uses rate/],
  [
    new TaskAmbiguousError('twice', 'file:///tasks.js', 'it is exported with other source'),
    { task: 'twice' },
    /"twice".*other source \(file:\/\/\/tasks\.js\).*run\("twice", args\)/,
  ],
  [new TaskNotFoundError('gone', 'file:///tasks.js', ['a', 'b']), { task: 'gone' }, /"gone".*tasks\.js exports a, b\./],
  [new TaskNotFoundError('gone', 'file:///tasks.js', []), { task: 'gone' }, /exports no functions/],
  [new TaskNotFoundError('gone', undefined, []), { task: 'gone' }, /the pool has no script.*execute\(\)/],
  [new TaskTimeoutError('The task "slow"', 50), { timeout: 50 }, /^The task "slow" did not finish within 50 ms/],
  [
    new WorkerCrashedError('the task "slow"', 'it called process.exit(1)', { cause }),
    { cause },
    /the task "slow" has ended: it called process\.exit\(1\)/,
  ],
  [new PoolSaturatedError('WorkerPool "images"', 3), { maxTasks: 3 }, /has 3 unfinished tasks.*pool\.ready\(\)/],
  [
    new PoolTerminatedError('WorkerPool "images"', true),
    {},
    /^WorkerPool "images" has been closed or terminated, and takes no more tasks/,
  ],
  [
    new PoolTerminatedError('WorkerPool "images"', false),
    {},
    /^WorkerPool "images" has been terminated.*pool\.close\(\)/,
  ],
];

for (const [error, properties, message] of ERRORS) {
  test(`${error.constructor.name}: ${error.message}`, () => {
    assert.ok(heddleError(error.constructor, message)(error));
    assert.equal(error.code, ErrorCodes[error.constructor.name]);
    for (const [key, value] of Object.entries(properties)) assert.deepEqual(error[key], value);
  });
}

test('who does not know a cause has none', () => {
  assert.equal(Object.hasOwn(new WorkerCrashedError('a task', 'nobody knows why'), 'cause'), false);
});
