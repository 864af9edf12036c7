// Arrays beside plain ones, in one thread.
import { SharedArray, SharedMap } from 'heddle';
import { orderOf } from './alternate.js';

const numbers = (count) => Array.from({ length: count }, (_, i) => i);
const DROPPED = 10;

/** Microseconds for each entry's `work`, which is made once, by turns. */
function byTurns({ entries }, makers, { largeRounds }, each) {
  const works = entries.map(({ does }) => makers[does]());
  const samples = Object.fromEntries(entries.map(({ label }) => [label, []]));
  for (let round = 0; round < DROPPED + largeRounds; round++) {
    for (const index of orderOf(round, entries.length)) {
      const start = performance.now();
      works[index](round);
      const us = (1000 * (performance.now() - start)) / each;
      if (round >= DROPPED) samples[entries[index].label].push(us);
    }
  }
  return { samples };
}

/** Removes an element in the middle and inserts another, so that the length stays. */
function splicing(array, length) {
  return (round) => {
    for (let n = 0; n < 100; n++) {
      array.splice(length / 2, 1);
      array.splice(length / 2, 0, round);
    }
  };
}

export function splices(row, settings) {
  const million = 1_000_000;
  return byTurns(
    row,
    {
      shared: () => splicing(new SharedArray(numbers(million)), million),
      plain: () => splicing(numbers(million), million),
      small: () => splicing(new SharedArray(numbers(1000)), 1000),
    },
    settings,
    200,
  );
}

function summing(elements) {
  return () => {
    let sum = 0;
    for (const element of elements) sum += element;
    return sum;
  };
}

/** In nanoseconds: for each element, 1000 / 100,000. */
export function iterations(row, settings) {
  const count = 100_000;
  return byTurns(
    row,
    {
      shared: () => summing(new SharedArray(numbers(count))),
      plain: () => summing(numbers(count)),
    },
    settings,
    count / 1000,
  );
}

/** The same for each addition; memory that was used before, so that neither pays for fresh pages. */
export function pushes(row, settings) {
  const count = 20_000;
  const keys = numbers(count).map((n) => `key ${n}`);
  return byTurns(
    row,
    {
      shared() {
        const array = new SharedArray();
        return () => {
          array.clear();
          for (let n = 0; n < count; n++) array.push(n);
        };
      },
      map() {
        const map = new SharedMap();
        return () => {
          map.clear();
          for (let n = 0; n < count; n++) map.set(keys[n], n);
        };
      },
      plain() {
        const array = [];
        return () => {
          array.length = 0;
          for (let n = 0; n < count; n++) array.push(n);
        };
      },
    },
    settings,
    count / 1000,
  );
}
