// The collections of replay.test.js and workers.test.js: what can be done to each, and what a copy of it is.

import { SharedArray, SharedMap, SharedRecord, SharedSet } from 'heddle';

const KEYS = ['a', 'b', 'c', 'd', 'e', 'f'];

/** An index of the array, or one behind it. */
const within = (array, index, more = 0) => index % Math.max(1, array.length + more);

const KEYED = {
  set: (map, { key, value }) => map.set(KEYS[key], value),
  again: (map, { key }) => map.has(KEYS[key]) && map.set(KEYS[key], map.get(KEYS[key])),
  delete: (map, { key }) => map.delete(KEYS[key]),
  move(map, { key, value }) {
    map.delete(KEYS[key]);
    map.set(KEYS[key], value);
  },
  clear: (map) => map.clear(),
};

export const KINDS = {
  map: {
    make: (options) => new SharedMap(options),
    watch: (map, options) => map.watchAll(options),
    watchOne: (map, key, options) => map.watch(KEYS[key], options),
    empty: () => new Map(),
    contents: (map) => new Map(map),
    mark: (map, mark) => map.set('mark', mark),
    hasMark: (copy, mark) => copy.get('mark') === mark,
    perform: KEYED,
  },
  record: {
    make: (options) => new SharedRecord(options),
    watch: (record, options) => record.watchAll(options),
    watchOne: (record, key, options) => record.watch(KEYS[key], options),
    empty: () => new Map(),
    contents: (record) => new Map(Object.entries(record.toObject())),
    mark: (record, mark) => record.set('mark', mark),
    hasMark: (copy, mark) => copy.get('mark') === mark,
    perform: KEYED,
  },
  set: {
    make: (options) => new SharedSet(options),
    watch: (set, options) => set.watchAll(options),
    watchOne: (set, key, options) => set.watch(KEYS[key], options),
    empty: () => new Set(),
    contents: (set) => new Set(set),
    mark: (set, mark) => set.add(`mark ${mark}`),
    hasMark: (copy, mark) => copy.has(`mark ${mark}`),
    perform: {
      set: (set, { key }) => set.add(KEYS[key]),
      again: (set, { key }) => set.add(KEYS[key]),
      delete: (set, { key }) => set.delete(KEYS[key]),
      move(set, { key }) {
        set.delete(KEYS[key]);
        set.add(KEYS[key]);
      },
      clear: (set) => set.clear(),
    },
  },
  array: {
    make: (options) => new SharedArray(options),
    watch: (array, options) => array.watch({ ...options, overflow: undefined }),
    watchOne: (array, key, options) => array.watchIndex(key, options),
    empty: () => [],
    contents: (array) => array.toArray(),
    mark: (array, mark) => array.push(`mark ${mark}`),
    hasMark: (copy, mark) => copy.at(-1) === `mark ${mark}`,
    perform: {
      set: (array, { index, value }) => array.set(within(array, index, 1), value),
      again: (array, { index, value }) => array.push(value, index),
      delete: (array, { key }) => (key % 2 === 0 ? array.pop() : array.shift()),
      move: (array, { index, key, value }) => array.splice(within(array, index), key, value, index),
      front: (array, { index, value }) => array.unshift(index, value),
      fill: (array, { index, value }) => void array.fill(value, within(array, index), within(array, index) + 3),
      clear: (array) => array.clear(),
    },
  },
};

/** How many keys and places there are to watch. */
export const ONES = KEYS.length;
