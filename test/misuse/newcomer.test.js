// What somebody new does wrong, and the part of the message that helps. Where the language itself speaks, it is enough that it does.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import {
  afterCommit,
  attach,
  concurrent,
  configure,
  ErrorCodes,
  pipeline,
  race,
  readTransactionSync,
  registerClass,
  retry,
  SharedArray,
  SharedMap,
  SharedQueue,
  SharedRecord,
  SharedSet,
  timeout,
  transaction,
  transactionSync,
  WorkerPool,
} from 'heddle';

const map = new SharedMap([['ada', { visits: 1 }]], { name: 'newcomer: map' });
const array = new SharedArray(['a', 'b']);
const record = new SharedRecord({ initial: { port: 80 } });
const queue = new SharedQueue({ name: 'newcomer: queue', capacity: 1 });
const set = new SharedSet();
const pool = new WorkerPool(null, { size: 1 });
const factor = 3;
after(() => pool.terminate());

class User {
  save() {}
}

/** Each with what it is, what is called, the name or code of the error, and what its message says. */
const MISTAKES = [
  // Making collections.
  ['calling without new', () => SharedMap({ name: 'x' }), 'TypeError', /new/],
  [
    'a name in place of options',
    () => new SharedMap('users'),
    'TypeError',
    /not a string: new SharedMap\(\{ name: "users" \}\)/,
  ],
  [
    'a length in place of elements',
    () => new SharedArray(10),
    'TypeError',
    /not a number: new SharedArray\(\[element, …\]/,
  ],
  ['elements one by one', () => new SharedArray(1, 2, 3), 'TypeError', /new SharedArray\(\[element, …\]/],
  [
    'items for a queue',
    () => new SharedQueue([1, 2]),
    'TypeError',
    /must be an object, and not an array: new SharedQueue\(\{/,
  ],
  [
    'fields in place of options',
    () => new SharedRecord({ port: 80 }),
    'TypeError',
    /no option "port"\. There are: .*\binitial\b/,
  ],
  [
    'options before the entries',
    () => new SharedMap({ name: 'newcomer: swapped' }, [['ada', 1]]),
    'TypeError',
    /come before its options: new SharedMap\(entries, /,
  ],
  [
    'options before the elements',
    () => new SharedArray({ name: 'newcomer: swapped' }, [1]),
    'TypeError',
    /come before its options: new SharedArray\(elements, /,
  ],
  ['options before elements', () => new SharedSet({}, new Set()), 'TypeError', /new SharedSet\(elements, /],
  ['fields behind the options', () => new SharedRecord({}, { port: 80 }), 'TypeError', /the option initial/],
  ['items behind the options', () => new SharedQueue({}, [1]), 'TypeError', /enqueueMany\(\)/],
  [
    'a map of fields',
    () => new SharedRecord({ initial: new Map([['port', 80]]) }),
    'TypeError',
    /Object\.fromEntries\(\)/,
  ],
  ['a list of fields', () => record.update([1]), 'TypeError', /object of fields, .* not an array/],
  ['many fields in set', () => record.set({ port: 81 }), 'TypeError', /update\(\{ … \}\) sets several fields/],
  ['keys one by one', () => map.getMany('ada', 'bob'), 'TypeError', /not a string: put it into an array/],
  ['a text as elements', () => set.addMany('abc'), 'TypeError', /not a string: put it into an array/],
  ['a text as items', () => queue.enqueueMany('abc'), 'TypeError', /not a string: put it into an array/],
  ['entries of an object', () => new SharedMap({ ada: 1 }), 'TypeError', /no option "ada"\. There are: name, /],
  [
    'an option of another library',
    () => new SharedMap({ max: 10 }),
    'TypeError',
    /no option "max"\. There are: .*\bmaxEntries\b/,
  ],
  ['a number as text', () => new SharedMap({ maxEntries: '10' }), 'TypeError', /option maxEntries must be a number/],
  ['eviction without a limit', () => new SharedMap({ eviction: 'lru' }), 'TypeError', /state maxMemory or maxEntries/],
  ['keys in place of entries', () => new SharedMap(['ada']), 'TypeError', /an array of a key and a value/],
  [
    'a name of another kind',
    () => new SharedArray({ name: 'newcomer: map' }),
    'ERR_HEDDLE_COLLECTION_TYPE',
    /"newcomer: map" is a SharedMap/,
  ],
  [
    'other options than the creator',
    () => new SharedMap({ name: 'newcomer: map', maxEntries: 9 }),
    'ERR_HEDDLE_COLLECTION_OPTIONS',
    /maxEntries unset, not 9\. State the same options/,
  ],
  [
    'a type as schema',
    () => new SharedMap({ schema: { type: 'string' } }),
    'TypeError',
    /Standard Schema 1, as those of zod/,
  ],
  // Keys and values.
  ['an object as key', () => map.set({ id: 1 }, 1), 'TypeError', /Object: use a string, .* the field that identifies/],
  ['a symbol as key', () => map.get(Symbol('id')), 'TypeError', /symbol: use a string/],
  ['an object as element', () => set.add({ id: 1 }), 'TypeError', /Object: use a string/],
  ['a function as value', () => map.set('f', () => 1), 'DataCloneError', /value is a function: store data/],
  [
    'a method in a value',
    () => map.set('u', { user: { save() {} } }),
    'DataCloneError',
    /value\.user\.save is a function/,
  ],
  ['a symbol as value', () => map.set('s', Symbol('s')), 'DataCloneError', /store a string/],
  [
    'a promise as value',
    () => map.set('p', { page: Promise.resolve() }),
    'DataCloneError',
    /value\.page is a Promise: await it first/,
  ],
  [
    'an object of the runtime',
    () => map.set('u', new URL('https://a.example')),
    'DataCloneError',
    /type URL.*store the data it stands for/,
  ],
  [
    'a method of a class that is not registered',
    () => new SharedMap([['user', new User()]]).get('user').save(),
    'TypeError',
    /save/,
  ],
  ['an instance for a class', () => registerClass(new User()), 'TypeError', /needs a class/],
  ['entries as an object', () => map.setMany({ ada: 1 }), 'TypeError', /not an object: take Object\.entries\(\)/],
  // Reading and writing.
  ['changing a view', () => (map.view('ada').visits = 2), 'TypeError', /read.?only/],
  [
    'setting in a view of a map',
    () => map.view().set('ada', 2),
    'TypeError',
    /read-only view: change an owned copy .*`update`/,
  ],
  ['a size that is assigned', () => (map.size = 1), 'TypeError', /size.*getter|readonly/],
  ['a key as property', () => (map.grace = 1), 'TypeError', /no property "grace" to assign: use set\("grace", value\)/],
  ['a field as property', () => (record.port = 1), 'TypeError', /use set\("port", value\)/],
  ['an index that is assigned', () => (array[0] = 1), 'TypeError', /use set\(0, value\)/],
  ['an index that is read', () => array[0], 'TypeError', /use get\(0\)/],
  [
    'a place past the end',
    () => array.set(9, 'x'),
    'RangeError',
    /no place 9 in an array of 2 elements: set\(\) takes 0 to 2/,
  ],
  [
    'a field and a function',
    () => record.update('port', (n) => n + 1),
    'TypeError',
    /object of fields, such as \{ port: 80 \}, and not a string/,
  ],
  ['a value for update', () => map.update('ada', { visits: 2 }), 'TypeError', /needs a function, and not an object/],
  [
    'an asynchronous update',
    () => map.update('ada', async () => 1),
    'TypeError',
    /update\(\), returns a promise, so nothing was written: await before it/,
  ],
  [
    'a collection that has ended',
    () => {
      const gone = new SharedMap({ name: 'newcomer: gone' });
      gone.destroy();
      gone.get(1);
    },
    'ERR_HEDDLE_COLLECTION_DESTROYED',
    /"newcomer: gone" has been destroyed\. Open it again/,
  ],
  ['a handle that was cloned', () => structuredClone(map).get('ada'), 'TypeError', /get/],
  ['a message without handles', () => attach(structuredClone(map)).no(), 'TypeError', /no/],
  // Queues and watches.
  [
    'more items than there is room for',
    () => queue.enqueueMany([1, 2]),
    'ERR_HEDDLE_QUEUE_FULL',
    /await enqueueAsync\(\)/,
  ],
  ['a queue that is iterated at once', () => [...queue], 'TypeError', /iter|not a function/],
  [
    'options of another library',
    () => queue.dequeue({ wait: 5 }),
    'TypeError',
    /no option "wait"\. There are: signal, timeout/,
  ],
  [
    'a callback for a watch',
    () => map.watch('ada', () => {}),
    'TypeError',
    /not a function: .*for await.*subscribe\(\) takes a function/,
  ],
  ['a watch of nothing', () => map.watch(), 'TypeError', /watchAll\(\)/],
  [
    'a key before the listener',
    () => map.subscribe('ada', () => {}),
    'TypeError',
    /subscribe\(listener, \{ key \}\) needs a function, and not a string/,
  ],
  // Transactions.
  [
    'an asynchronous body of a synchronous transaction',
    () => transactionSync(async () => map.set('x', 1)),
    'TypeError',
    /nothing was written: .*use transaction\(\)/,
  ],
  [
    'what a function returned',
    () => transactionSync(map.set('x', 1)),
    'TypeError',
    /transaction\(\(\) => \{ … \}\), needs a function, and not undefined/,
  ],
  ['a promise as body', () => transaction((async () => 1)()), 'TypeError', /needs a function, and not a promise/],
  [
    'an option of a transaction',
    () => transactionSync(() => 1, { retries: 3 }),
    'TypeError',
    /no option "retries"\. There are: maxRetries, /,
  ],
  [
    'nested transactions side by side',
    () => transaction(() => Promise.all([transaction(later), transaction(later)])),
    'ERR_HEDDLE_NESTED_TRANSACTION',
    /Promise\.all/,
  ],
  [
    'a nested transaction that is not awaited',
    () => transaction(() => void transaction(later).catch(() => {})),
    'ERR_HEDDLE_NESTED_TRANSACTION',
    /Await it/,
  ],
  [
    'a body that leaves work behind',
    leftBehind,
    'ERR_HEDDLE_TRANSACTION_ENDED',
    /Await everything that a body starts.*runOutside/,
  ],
  [
    'an item that is not awaited',
    () =>
      transaction(() => {
        queue.enqueue(1);
        queue.dequeue();
      }),
    'TypeError',
    /nothing was written: await it, or use tryDequeue/,
  ],
  [
    'a write in a read-only transaction',
    () => readTransactionSync(() => map.set('x', 1)),
    'ERR_HEDDLE_READ_ONLY_TRANSACTION',
    /use transaction\(\)/,
  ],
  [
    'destroying in a transaction',
    () => transactionSync(() => map.destroy()),
    'ERR_HEDDLE_DESTROY_IN_TRANSACTION',
    /after the transaction|use clear\(\)/,
  ],
  ['retry outside', () => retry(), 'ERR_HEDDLE_RETRY_UNAVAILABLE', /inside a body/],
  [
    'retry in a synchronous transaction',
    () => transactionSync(() => map.get('ada') && retry()),
    'ERR_HEDDLE_RETRY_UNAVAILABLE',
    /Use transaction\(\)/,
  ],
  ['afterCommit outside', () => afterCommit(() => {}), 'TypeError', /inside a body/],
  // Pools and scopes.
  [
    'a captured variable',
    () => pool.execute((n) => n * factor, 2),
    'ERR_HEDDLE_TASK_SCOPE',
    /uses factor,.*as arguments/,
  ],
  [
    'a captured collection',
    () => pool.execute(() => map.get('ada')),
    'ERR_HEDDLE_TASK_SCOPE',
    /uses map,.*as arguments/,
  ],
  ['a name for execute', () => pool.execute('price'), 'TypeError', /not a string: run\(name, args\)/],
  ['a function for run', () => pool.run((n) => n, [1]), 'TypeError', /not a function: execute\(fn, \.\.\.args\)/],
  [
    'arguments one by one',
    () => pool.run('price', 1, 2),
    'TypeError',
    /options of a task must be an object, .* a number/,
  ],
  [
    'a signal as argument',
    () => pool.execute((n) => n, 1, { signal: new AbortController().signal }),
    'DataCloneError',
    /value\[1\]\.signal is an AbortSignal, .* run\(name, args, \{ signal \}\)/,
  ],
  ['an argument that is no list', () => pool.run('price', 1), 'TypeError', /run\(name, \[a, b\]\)/],
  ['a task without a script', () => pool.run('price', [1]), 'ERR_HEDDLE_TASK_NOT_FOUND', /new WorkerPool\(script\)/],
  [
    'what a function returned, for a task',
    () => pool.execute(((n) => n)(1)),
    'TypeError',
    /must be a function, and not a number/,
  ],
  ['items for a function', () => pool.map((n) => n, [1]), 'TypeError', /must be a function, and not an array/],
  ['one item', () => pool.map(1, (n) => n), 'TypeError', /not a number: map\(items, fn\)/],
  [
    'a function as argument',
    () =>
      pool.execute(
        (f) => f(),
        () => 1,
      ),
    'DataCloneError',
    /is a function/,
  ],
  [
    'a script that is not there',
    () => new WorkerPool('./no-such-tasks.js'),
    'TypeError',
    /no script ".\/no-such-tasks\.js": neither .* nor .* exists/,
  ],
  [
    'options in place of the script',
    () => new WorkerPool({ size: 2 }),
    'TypeError',
    /new WorkerPool\(null, \{ size: 2 \}\)/,
  ],
  [
    'an option of another pool',
    () => new WorkerPool(null, { threads: 2 }),
    'TypeError',
    /no option "threads"\. There are: size, /,
  ],
  ['a pool that has ended', () => ended(), 'ERR_HEDDLE_POOL_TERMINATED', /submit before close\(\)/],
  [
    'promises for functions',
    () => concurrent([Promise.resolve(1)]),
    'TypeError',
    /\(\) => fetch\(url\) instead of fetch\(url\)/,
  ],
  [
    'functions that are no list',
    () =>
      concurrent(
        () => 1,
        () => 2,
      ),
    'TypeError',
    /an array of functions, and not a function/,
  ],
  ['a race of nobody', () => race([]), 'RangeError', /without any/],
  ['the time before the function', () => timeout(100, () => 1), 'TypeError', /needs a function/],
  ['one stage', () => pipeline([1], (n) => n), 'TypeError', /pipeline\(input, \[fn, …\]\)/],
  ['a number as stage', () => pipeline([1], [5]), 'TypeError', /Stage 0 .* must be a function.*not a number/],
  [
    'a limit that does not exist',
    () => configure({ memory: 1 }),
    'TypeError',
    /no option "memory"\. There are: maxMemory, /,
  ],
];

async function later() {
  await null;
  map.get('ada');
}

/** The error of the code that goes on when its transaction has ended. */
async function leftBehind() {
  let work;
  await transaction(() => {
    work = new Promise((resolve) => setTimeout(resolve, 1)).then(() => map.set('late', 1));
  });
  await work;
}

async function ended() {
  const other = new WorkerPool(null, { size: 1 });
  await other.terminate();
  await other.execute(() => 1);
}

for (const [what, call, kind, helps] of MISTAKES) {
  test(what, async () => {
    const error = await Promise.resolve()
      .then(call)
      .then(
        (value) => assert.fail(`nobody was told: ${String(value)}`),
        (error) => error,
      );
    const code = Object.values(ErrorCodes).includes(kind) ? error.code : error.name;
    assert.equal(code, kind, error.stack);
    assert.match(error.message, helps);
  });
}

test('importing heddle/bun elsewhere', { skip: 'Bun' in globalThis }, async () => {
  await assert.rejects(import('heddle/bun'), {
    code: ErrorCodes.WrongRuntimeError,
    message: /Import them from 'heddle'/,
  });
});

test('what is printed of a handle that was cloned says what to do', () => {
  assert.match(structuredClone(array).$heddle, /attach\(message\) makes it a SharedArray again/);
});

test('JSON.stringify shows what is in a collection', () => {
  const shown = { map: new SharedMap([[['a', 1], { n: 1 }]]), array, record, set: new SharedSet([1, 'b']) };
  const expected = { map: { 'a,1': { n: 1 } }, array: ['a', 'b'], record: { port: 80 }, set: [1, 'b'] };
  assert.deepEqual(JSON.parse(JSON.stringify(shown)), expected);
});

test('what is not a mistake: NaN as key, an index that is not there, own properties of subclasses, symbols', () => {
  map.set(Number.NaN, 'not a number');
  assert.equal(map.get(Number.NaN), 'not a number');
  assert.equal(array.get(9), undefined);
  assert.equal(array.get(-1), undefined);
  class Scores extends SharedMap {}
  const scores = new Scores();
  scores.season = 2;
  assert.equal(scores.season, 2);
  const mark = Symbol('mark');
  record[mark] = true;
  assert.equal(record[mark], true);
  assert.equal(map.nothing, undefined);
  assert.ok(map instanceof Object && map instanceof SharedMap);
});
