// Operations on a collection from within an operation on the same one.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { DestroyInTransactionError, isInTransaction, readTransactionSync, runOutside, transactionSync } from 'heddle';
import { native } from '../../dist/runtime/native.js';
import { heddleError } from '../support/errors.js';
import { outcomeOf, whatIsWrongWith } from './outcome.js';
import { PLACES } from './places.js';
import { SUBJECTS } from './subjects.js';

/** What is done in the middle, by class: by whatever methods it has. */
const WRITES = {
  SharedMap: (map) => map.set('a', { text: 'x'.repeat(5000) }),
  SharedRecord: (record) => record.set('a', { text: 'x'.repeat(5000) }),
  SharedSet: (set) => set.add(`x${set.size}`),
  SharedArray: (array) => array.push({ text: 'x'.repeat(5000) }),
  SharedQueue: (queue) => queue.enqueue({ text: 'x'.repeat(5000) }),
};

const REMOVES = {
  SharedMap: (map) => map.delete('a'),
  SharedRecord: (record) => record.delete('a'),
  SharedSet: (set) => set.delete('a'),
  SharedArray: (array) => array.shift(),
  SharedQueue: (queue) => queue.tryDequeue(),
};

const actsOf = (name) => ({
  'reads it': (collection) => SUBJECTS[name].content(collection),
  'writes to it': WRITES[name],
  'takes from it': REMOVES[name],
  'clears it': (collection) => collection.clear(),
  'writes in a transaction': (collection) => transactionSync(() => WRITES[name](collection)),
  'fails in a transaction': (collection) =>
    assert.throws(() =>
      transactionSync(() => {
        WRITES[name](collection);
        throw new RangeError('undone');
      }),
    ),
  'reads in a transaction': (collection) => readTransactionSync(() => SUBJECTS[name].content(collection)),
  'writes outside of transactions': (collection) => runOutside(() => WRITES[name](collection)),
  'watches it': (collection) => collection.subscribe(() => {})(),
  'destroys it'(collection) {
    if (isInTransaction()) assert.throws(() => collection.destroy(), heddleError(DestroyInTransactionError));
    else collection.destroy();
  },
  'destroys it from outside': (collection) => runOutside(() => collection.destroy()),
  throws() {
    throw THROWN_INSIDE;
  },
});

const THROWN_INSIDE = new RangeError('thrown in the middle');

/** An `update` whose body is always overtaken would run for ever. */
const MOST_ACTS = 3;

const counts = { operations: 0, acts: 0, failed: 0 };

/** The collection is one: every way of looking at it tells the same. */
function assertWhole(name, collection, what) {
  const { content } = SUBJECTS[name];
  const seen = content(collection);
  assert.deepEqual(
    readTransactionSync(() => content(collection)),
    seen,
    what,
  );
  assert.equal(collection.memory, native.recount(collection.stats().id), `${what}: memory`);
  const list = seen.entries ?? seen.elements;
  if (list !== undefined) assert.equal(list.length, seen.size ?? seen.length, `${what}: size`);
  WRITES[name](collection);
}

for (const [name, places] of Object.entries(PLACES)) {
  for (const [act, fn] of Object.entries(actsOf(name))) {
    test(`code that runs in the middle of an operation on a ${name} ${act}`, async () => {
      for (const [place, operation] of places) {
        const what = `${place}: ${act}`;
        const collection = SUBJECTS[name].make();
        let acts = 0;
        const inside = [];
        const { error, refused } = await outcomeOf(
          () =>
            operation(collection, () => {
              if (++acts > MOST_ACTS) return;
              try {
                fn(collection);
              } catch (error) {
                inside.push(error);
                throw error;
              }
            }),
          what,
        );
        counts.operations++;
        counts.acts += acts;
        if (refused) counts.failed++;
        assert.ok(acts > 0, `${what}: it was never called`);
        for (const each of refused ? [error, ...inside] : inside)
          assert.equal(whatIsWrongWith(each), null, `${what}: ${each?.stack}`);
        if (act === 'throws') assert.equal(error, THROWN_INSIDE, what);
        const { error: gone } = await outcomeOf(() => collection.memory, what);
        if (gone === undefined) assertWhole(name, collection, what);
        else assert.equal(gone.code, 'ERR_HEDDLE_COLLECTION_DESTROYED', what);
        collection.destroy();
      }
    });
  }
}

after(() => {
  console.log(`${counts.operations} operations, ${counts.failed} of them refused; ${counts.acts} calls in the middle`);
  assert.ok(counts.failed > 0 && counts.failed < counts.operations);
});
