// What conflicts and what does not: the rows on arrays of docs/guarantees.md. Each is a body that is overtaken by another transaction
// between its first run's end and its commit, and how often it runs then.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runOutside, SharedArray, transactionSync } from 'heddle';

const COUNT = 10;

/** How often `body` runs if `other` commits during its first run. */
function runs(body, other) {
  const array = new SharedArray(Array.from({ length: COUNT }, (_, i) => i));
  let count = 0;
  transactionSync(() => {
    count++;
    body(array);
    if (count === 1) runOutside(() => other(array));
    array.push('marks a commit');
  });
  return count;
}

const push = (array) => array.push('other');
const pop = (array) => array.pop();
const shift = (array) => array.shift();
const setFirst = (array) => array.set(0, 'other');
const setLast = (array) => array.set(array.length - 1, 'other');
const insertMiddle = (array) => array.splice(5, 0, 'other');
const clear = (array) => array.clear();

const TABLE = [
  // what a body does, what others do, and whether they conflict
  ['push', push, push, false],
  ['push', push, pop, false],
  ['push', push, setFirst, false],
  ['push', push, insertMiddle, false],
  ['get(0)', (array) => array.get(0), push, false],
  ['get(0)', (array) => array.get(0), setLast, false],
  ['get(0)', (array) => array.get(0), insertMiddle, false],
  ['get(0)', (array) => array.get(0), setFirst, true],
  ['get(0)', (array) => array.get(0), shift, true],
  ['get(0)', (array) => array.get(0), clear, true],
  ['get(7)', (array) => array.get(7), insertMiddle, true],
  ['get past the end', (array) => array.get(COUNT), push, true],
  ['get past the end', (array) => array.get(COUNT), setFirst, false],
  ['set(0)', (array) => array.set(0, 'x'), setLast, false],
  ['set(0)', (array) => array.set(0, 'x'), push, false],
  ['set(0)', (array) => array.set(0, 'x'), setFirst, false],
  ['set of an element that goes', (array) => array.set(COUNT - 1, 'x'), pop, true],
  ['set at the end', (array) => array.set(COUNT, 'x'), push, true],
  ['update(3)', (array) => array.update(3, (n) => n + 1), setFirst, false],
  ['length', (array) => array.length, setFirst, false],
  ['length', (array) => array.length, push, true],
  ['pop', pop, push, true],
  ['pop', pop, setFirst, false],
  ['pop', pop, setLast, true],
  ['pop', pop, pop, true],
  ['shift', shift, push, false],
  ['shift', shift, setLast, false],
  ['shift', shift, shift, true],
  ['unshift', (array) => array.splice(0, 0, 'x'), push, false],
  ['unshift', (array) => array.splice(0, 0, 'x'), setFirst, false],
  ['splice(2, 2)', (array) => array.splice(2, 2), push, false],
  ['splice(2, 2)', (array) => array.splice(2, 2), setFirst, false],
  ['splice(2, 2)', (array) => array.splice(2, 2), shift, true],
  ['slice(0, 3)', (array) => array.slice(0, 3), push, false],
  ['slice(0, 3)', (array) => array.slice(0, 3), setFirst, true],
  ['slice()', (array) => array.slice(), push, true],
  ['iteration', (array) => [...array], push, true],
  ['iteration', (array) => [...array], setLast, true],
];

for (const [name, body, other, conflicts] of TABLE) {
  const against = Object.entries({ push, pop, shift, setFirst, setLast, insertMiddle, clear }).find(
    ([, fn]) => fn === other,
  )[0];
  test(`${name} and ${against} of another ${conflicts ? 'conflict' : 'do not conflict'}`, () => {
    assert.equal(runs(body, other), conflicts ? 2 : 1);
  });
}

test('what two transactions write together is what one after the other would', () => {
  const array = new SharedArray([0, 1, 2, 3]);
  let count = 0;
  transactionSync(() => {
    count++;
    array.push('own');
    array.shift();
    array.set(0, 'one');
    if (count === 1) runOutside(() => array.push('other'));
  });
  assert.equal(count, 1);
  assert.deepEqual(array.slice(), ['one', 2, 3, 'other', 'own']);
});
