// Operations on a collection from schemas, listeners and classes' conversions; and what is never called.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import {
  CollectionDestroyedError,
  registerClass,
  SharedArray,
  SharedMap,
  SharedQueue,
  SharedRecord,
  SharedSet,
  transactionSync,
  WorkerPool,
} from 'heddle';
import { heddleError, nativeError, same } from '../support/errors.js';
import { turn, until } from '../support/wait.js';
import { outcomeOf, whatIsWrongWith } from './outcome.js';
import { schemaOf } from './places.js';

const THROWN_INSIDE = new RangeError('thrown in the middle');

/** What is written through a handle with a schema, by class: one that has something in it, how to write, and what to do meanwhile. */
const CHECKED = {
  SharedMap: {
    open: (schema) => new SharedMap([['a', 1]], { schema }),
    writes: [
      (map) => map.set('a', 2),
      (map) =>
        map.setMany([
          ['b', 2],
          ['c', 3],
        ]),
      (map) => map.update('a', () => 2),
      (map) => map.getOrInsert('d', 4),
      (map) => map.getOrInsertComputed('e', () => 5),
    ],
    write: (map) => map.set('a', 3),
    content: (map) => [...map],
  },
  SharedRecord: {
    open: (schema) => new SharedRecord({ initial: { a: 1 }, schema }),
    writes: [(record) => record.set('a', 2), (record) => record.assign({ b: 2 }), (record) => record.update({ a: 2 })],
    write: (record) => record.set('a', 3),
    content: (record) => [...record],
  },
  SharedSet: {
    open: (schema) => new SharedSet(['a'], { schema }),
    writes: [(set) => set.add('b'), (set) => set.addMany(['c', 'd'])],
    write: (set) => set.add('x'),
    content: (set) => [...set],
  },
  SharedArray: {
    open: (schema) => new SharedArray([1], { schema }),
    writes: [
      (array) => array.set(0, 2),
      (array) => array.push(1, 2),
      (array) => array.unshift(1),
      (array) => array.splice(0, 1, 5),
      (array) => array.fill(0),
      (array) => array.update(0, () => 2),
      (array) => array.sort(() => 1),
    ],
    write: (array) => array.push(3),
    content: (array) => [...array],
  },
  SharedQueue: {
    open: (schema) => new SharedQueue({ schema }),
    writes: [
      (queue) => queue.enqueue(2),
      (queue) => queue.push(2),
      (queue) => queue.enqueueMany([1, 2]),
      (queue) => queue.enqueueAsync(2),
    ],
    write: (queue) => queue.enqueue(3),
    content: (queue) => [queue.size, queue.peek()],
  },
};

const ACTS = {
  'reads it': (collection, { content }) => content(collection),
  // Through the same handle: the schema is asked again.
  'writes to it': (collection, { write }) => write(collection),
  'writes in a transaction': (collection, { write }) => transactionSync(() => write(collection)),
  'clears it': (collection) => collection.clear(),
  'watches it': (collection) => collection.subscribe(() => {})(),
  'destroys it': (collection) => collection.destroy(),
  throws() {
    throw THROWN_INSIDE;
  },
};

/** A schema that writes is asked about that as well. */
const DEEPEST = 2;

const counts = { writes: 0, validations: 0 };

for (const [name, kind] of Object.entries(CHECKED)) {
  for (const [what, act] of Object.entries(ACTS)) {
    test(`a schema of a ${name} that ${what}`, async () => {
      for (const write of kind.writes) {
        let collection = null;
        let depth = 0;
        let validations = 0;
        const schema = schemaOf(() => {
          if (collection === null || depth >= DEEPEST || validations > 10) return;
          validations++;
          depth++;
          try {
            act(collection, kind);
          } finally {
            depth--;
          }
        });
        const opened = kind.open(schema);
        if (name === 'SharedArray') opened.push(7, 8);
        collection = opened;
        const { error, refused } = await outcomeOf(() => write(collection), `${write}`);
        counts.writes++;
        counts.validations += validations;
        if (`${write}`.includes('sort') && validations === 0) continue; // nothing moved
        assert.ok(validations > 0, `${write}: the schema was not asked`);
        if (refused) assert.equal(whatIsWrongWith(error), null, `${write}: ${error?.stack}`);
        if (what === 'throws') assert.equal(error, THROWN_INSIDE);
        collection = null;
        if (what === 'destroys it') continue;
        kind.write(opened);
        kind.content(opened);
        opened.destroy();
      }
    });
  }
}

test('toJSON is never called', async () => {
  let calls = 0;
  const value = (content) => ({
    ...content,
    toJSON: undefined,
    nested: Object.create({ toJSON: () => calls++ }, { a: { value: 1, enumerable: true } }),
    date: Object.assign(new Date(0), {}),
  });
  class Told {
    a = 1;
    toJSON() {
      calls++;
    }
  }
  registerClass(Told, { name: 'misuse: Told' });
  const dateToJSON = Date.prototype.toJSON;
  Date.prototype.toJSON = () => calls++;
  const pool = new WorkerPool(null, { size: 1 });
  try {
    const map = new SharedMap([['a', value({ b: new Told() })]]);
    map.set('b', [new Told(), value({})]);
    map.update('a', (held) => held);
    map.setMany([['c', new Map([['x', new Told()]])]]);
    assert.ok(map.get('a').b instanceof Told);
    map.view('a');
    new SharedRecord({ initial: { a: new Told() } }).assign({ b: value({}) });
    new SharedArray([new Told()]).push(value({}));
    new SharedQueue().enqueue(new Told());
    await pool.execute((given) => given, value({}));
  } finally {
    Date.prototype.toJSON = dateToJSON;
    await pool.terminate();
  }
  assert.equal(calls, 0);
});

test('an own toJSON is a function like others, and no value', () => {
  let calls = 0;
  const map = new SharedMap([['a', 1]]);
  assert.throws(() => map.set('a', { toJSON: () => calls++ }), { name: 'DataCloneError' });
  assert.equal(calls, 0);
  assert.equal(map.get('a'), 1);
});

test('fromValue uses nothing that is shared', () => {
  const map = new SharedMap([['other', 1]]);
  let act = () => {};
  class Made {
    constructor(content) {
      this.content = content;
    }
  }
  registerClass(Made, {
    name: 'misuse: Made',
    toValue: ({ content }) => content,
    fromValue(content) {
      act();
      return new Made(content);
    },
  });
  map.set('a', new Made(1));
  for (act of [
    () => map.get('other'),
    () => map.set('other', 2),
    () => map.delete('a'),
    () => map.clear(),
    () => [...map],
    () => map.size,
    () => transactionSync(() => map.set('other', 2)),
  ]) {
    assert.throws(() => map.get('a'), nativeError(TypeError), `${act}`);
    assert.throws(() => map.view('a'), nativeError(TypeError), `${act}`);
    assert.throws(() => transactionSync(() => map.get('a')), nativeError(TypeError), `${act}`);
  }
  act = () => {
    throw THROWN_INSIDE;
  };
  assert.throws(() => map.get('a'), same(THROWN_INSIDE));
  act = () => {};
  assert.deepEqual([map.get('a'), map.get('other'), map.size], [new Made(1), 1, 2]);
});

test('a listener writes, watches, ends itself and others, and destroys', async () => {
  const map = new SharedMap([['n', 0]]);
  const calls = [];
  const ends = [];
  ends.push(
    map.subscribe(() => {
      calls.push('first');
      if (map.get('n') < 3) map.update('n', (n) => n + 1);
      ends[1]();
      ends[1]();
      ends.push(map.subscribe(() => calls.push('late')));
      for (const end of ends.splice(2)) end();
    }),
    map.subscribe(() => {
      calls.push('second');
      ends[0]();
    }),
  );
  map.set('n', 1);
  await until(() => calls.length > 0 && (calls.includes('second') || map.get('n') === 3), 'the listeners');
  for (const end of ends) end();
  const calledOnce = calls.length;
  map.subscribe(() => {
    calls.push('last');
    map.destroy();
    assert.throws(() => map.get('n'), heddleError(CollectionDestroyedError));
    map.destroy();
  });
  map.set('n', 9);
  await until(() => calls.length > calledOnce, 'the listener that destroys');
  await turn();
  assert.deepEqual(calls.slice(calledOnce), ['last']);
});

test('a loop over changes writes what it watches, and destroys it', async () => {
  const map = new SharedMap([['n', 0]]);
  const seen = [];
  for await (const { newValue } of map.watch('n', { initial: true })) {
    seen.push(newValue);
    if (newValue < 3) map.set('n', newValue + 1);
    else map.destroy();
  }
  assert.deepEqual(seen, [0, 1, 2, 3]);
});

after(() => console.log(`${counts.writes} writes, ${counts.validations} validations that did something`));
