// Where heddle calls code of its caller in the middle of an operation: `[what, (collection, act) => the operation]`, by class. `act` is to
// be called there.

import { registerClass, SharedArray, SharedMap, SharedRecord, SharedSet } from 'heddle';

/** A function that acts, and returns that. */
const answering = (act, value) => () => {
  act();
  return value;
};

/** One that acts, and returns what it is given. */
const passing = (act) => (value) => {
  act();
  return value;
};

/** An object whose property acts. */
const having = (act, name, value, rest) =>
  Object.defineProperty({ ...rest }, name, { enumerable: true, get: answering(act, value) });

const getter = (act) => ({
  before: 1,
  get middle() {
    act();
    return ['text'];
  },
  after: 'x'.repeat(100),
});

const proxy = (act) =>
  new Proxy(
    { a: 1, b: { c: 2 } },
    {
      get(target, key) {
        if (key === 'a') act();
        return target[key];
      },
      ownKeys(target) {
        act();
        return Reflect.ownKeys(target);
      },
    },
  );

/** An array whose first element is what `act` happens for. */
const key = (act, first) => Object.defineProperty([0], 0, { enumerable: true, get: answering(act, first) });

function* items(act, ...all) {
  yield all[0];
  act();
  yield* all.slice(1);
}

/** A schema that accepts everything. */
export const schemaOf = (act) => ({
  '~standard': {
    version: 1,
    vendor: 'misuse',
    validate(value) {
      act();
      return { value };
    },
  },
});

/** What instances of `Stored` do when they are written. */
const converted = { act: () => {} };

class Stored {
  value = 1;
}
registerClass(Stored, {
  name: 'misuse: Stored',
  toValue(instance) {
    converted.act();
    return instance.value;
  },
  fromValue: (value) => Object.assign(new Stored(), { value }),
});

const instance = (act) => {
  converted.act = act;
  return new Stored();
};

const setLike = (act, size) => ({ size, has: answering(act, true), keys: () => items(act, 'a', 'z') });

/** Values of all kinds that act when they are encoded. */
const VALUES = { 'a getter': getter, 'a proxy': proxy, 'a class with toValue': instance };

/** The operation once for each of these values. */
const withValues = (what, operation) =>
  Object.entries(VALUES).map(([name, make]) => [
    `${what} of ${name}`,
    (collection, act) => operation(collection, make(act)),
  ]);

function goThrough(collection, act) {
  for (const _ of collection) act();
}

const LIKE_SETS = [
  'union',
  'intersection',
  'difference',
  'symmetricDifference',
  'isSubsetOf',
  'isSupersetOf',
  'isDisjointFrom',
];
const LIKE_ARRAYS = ['forEach', 'map', 'filter', 'find', 'findIndex', 'some', 'reduce'];

export const PLACES = {
  SharedMap: [
    ...withValues('set', (map, value) => map.set('a', value)),
    ...withValues('setMany', (map, value) => map.setMany(Object.entries({ a: 1, x: value }))),
    ...withValues('getOrInsert', (map, value) => map.getOrInsert('new', value)),
    ...withValues('what update returns', (map, value) => map.update('a', () => value)),
    ['update', (map, act) => map.update('b', passing(act))],
    ['getOrInsertComputed', (map, act) => map.getOrInsertComputed('new', answering(act, 1))],
    ['forEach', (map, act) => map.forEach(act)],
    ['for of', goThrough],
    ['an iterable of setMany', (map, act) => map.setMany(items(act, ['x', 1], ['y', 2]))],
    ['an iterable of getMany', (map, act) => map.getMany(items(act, 'a', 'b'))],
    ['a key of get', (map, act) => map.get(key(act, 'a'))],
    ['a key of set', (map, act) => map.set(key(act, 'a'), { n: 2 })],
    ['a key of delete', (map, act) => map.delete(key(act, 'a'))],
    ['options of watch', (map, act) => map.watch('a', having(act, 'initial', true)).return()],
    ['options of subscribe', (map, act) => map.subscribe(() => {}, having(act, 'key', 'a'))()],
    ['entries of another', (_, act) => new SharedMap(items(act, ['x', 1], ['y', 2])).destroy()],
  ],
  SharedRecord: [
    ...withValues('set', (record, value) => record.set('a', value)),
    ...withValues('assign', (record, value) => record.assign({ a: 1, x: value })),
    ['fields of assign', (record, act) => record.assign(having(act, 'a', 1, { z: 1 }))],
    ['fields of update', (record, act) => record.update(having(act, 'a', 1, { z: 1 }))],
    ['forEach', (record, act) => record.forEach(act)],
    ['for of', goThrough],
    ['fields of another', (_, act) => new SharedRecord({ initial: having(act, 'a', 1) }).destroy()],
  ],
  SharedSet: [
    ['an element of add', (set, act) => set.add(key(act, 'x'))],
    ['an element of has', (set, act) => set.has(key(act, 'a'))],
    ['an element of delete', (set, act) => set.delete(key(act, 'a'))],
    ['an iterable of addMany', (set, act) => set.addMany(items(act, 'x', 'y'))],
    ['forEach', (set, act) => set.forEach(act)],
    ['for of', goThrough],
    ...LIKE_SETS.map((method) => [`the other set of ${method}`, (set, act) => set[method](setLike(act, 2))]),
    ['elements of another', (_, act) => new SharedSet(items(act, 'x', 'y')).destroy()],
  ],
  SharedArray: [
    ...withValues('set', (array, value) => array.set(0, value)),
    ...withValues('push', (array, value) => array.push(1, value)),
    ...withValues('unshift', (array, value) => array.unshift(1, value)),
    ...withValues('splice', (array, value) => array.splice(1, 1, 1, value)),
    ...withValues('fill', (array, value) => array.fill(value)),
    ['update', (array, act) => array.update(0, passing(act))],
    ['sort', (array, act) => array.sort(answering(act, 1))],
    ['a conversion of an index', (array, act) => array.slice({ valueOf: answering(act, 1) })],
    ['a separator of join', (array, act) => array.join({ toString: answering(act, ',') })],
    ...LIKE_ARRAYS.map((method) => [method, (array, act) => array[method](act)]),
    ['for of', goThrough],
    ['elements of another', (_, act) => new SharedArray(items(act, 1, 2)).destroy()],
  ],
  SharedQueue: [
    ...withValues('enqueue', (queue, value) => queue.enqueue(value)),
    ...withValues('enqueueMany', (queue, value) => queue.enqueueMany([1, value])),
    ...withValues('enqueueAsync', (queue, value) => queue.enqueueAsync(value)),
    ['an iterable of enqueueMany', (queue, act) => queue.enqueueMany(items(act, 1, 2))],
    ['options of dequeue', (queue, act) => queue.dequeue(having(act, 'timeout', 1))],
  ],
};
