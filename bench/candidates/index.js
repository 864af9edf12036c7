import * as codecs from './codecs.js';
import ems from './ems.js';
import heddle from './heddle.js';
import lmdb from './lmdb.js';
import map from './map.js';
import message from './message.js';
import { plain, views } from './read-only.js';
import sharedmap from './sharedmap.js';
import structs from './structs.js';

/**
 * A candidate opens a store, shares it with workers and has one function per operation:
 *
 * - `open({ name, keys, scratch })` makes an empty store; files go into the folder `scratch`. `close(store)` ends it.
 * - `share(store)` is what a worker needs, `attach(shared, { keys, values })` makes the worker's store of it.
 * - `ops`: `(store, first, second) => result`. They are compiled from their source text (`harness/loop.js`), so they must be
 *   arrow functions that refer to nothing but their parameters and globals.
 * - `around[op](store, loop)` runs a whole loop of `op`, where the candidate is at its best in batches of ten thousand.
 * - `refresh(store)` makes what other threads wrote visible where that is not so by itself.
 */
export const candidates = { map, heddle, structs, ems, lmdb, sharedmap, message, ...codecs, views, plain };
