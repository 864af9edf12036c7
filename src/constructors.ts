// How collections are made, as the compiler sees it. A class cannot say it: its constructor has no type parameters of its own, which it takes to check
// the type of the values (see `Checked`) and to find types from entries and schemas.

import { SharedArray as ArrayHandle } from './array.js';
import type { Key } from './codec/index.js';
import type { SharedArrayOptions, SharedQueueOptions } from './collection/options.js';
import type { Schema } from './collection/schema.js';
import { SharedMap as MapHandle, type SharedMapOptions } from './map.js';
import { SharedQueue as QueueHandle } from './queue.js';
import { type Fields, SharedRecord as RecordHandle, type SharedRecordOptions } from './record.js';
import { SharedSet as SetHandle, type SharedSetOptions } from './set.js';
import type { Checked } from './shareable.js';

/** A constraint that types of keys meet, but not being a type of keys: from `'a'` and `'b'` it lets the compiler find string. */
type KeyOnly<K> = [K] extends [Key] ? unknown : never;
type AsKey<K> = K extends Key ? K : never;

// Overloads with more than two type parameters that have to be stated are for calls that state none.
interface SharedMapConstructor {
  /**
   * Opens or creates the map of `options.name`; creates one of its own without a name. `entries` go into a new map only, and
   * before any other thread can see it.
   *
   * Throws `CollectionTypeError` if the name belongs to a collection of another kind, `CollectionOptionsError` if the options
   * are not those it was created with (stating none is fine), `ValidationError` for entries that the schema refuses.
   */
  new <V extends Checked<V, Strict>, Strict extends true, _, K extends Key = string>(
    options: SharedMapOptions<V> & { schema: Schema<V> },
  ): SharedMap<K, V>;
  new <K extends KeyOnly<K>, V extends Checked<V, Strict>, Strict extends true>(
    entries: Iterable<readonly [K, V]>,
    options?: SharedMapOptions<V>,
  ): SharedMap<AsKey<K>, V>;
  new <K extends Key = Key, V extends Checked<V, Strict> = unknown, Strict extends true = true>(
    entries: Iterable<readonly [K, V]>,
    options?: SharedMapOptions<V>,
  ): SharedMap<K, V>;
  new <K extends Key = Key, V extends Checked<V, Strict> = unknown, Strict extends true = true>(
    options?: SharedMapOptions<V> | null,
  ): SharedMap<K, V>;
  // biome-ignore lint/suspicious/noExplicitAny: what instanceof makes of a value must fit whatever is known of it
  readonly prototype: SharedMap<any, any>;
}

export type SharedMap<K extends Key = Key, V = unknown> = MapHandle<K, V>;
/** A `Map` that all threads of the process share: `new SharedMap({ name: 'users' })` is the same one in each of them. */
export const SharedMap: SharedMapConstructor = MapHandle as never;

interface SharedArrayConstructor {
  /**
   * Opens or creates the array of `options.name`; creates one of its own without a name. `elements` go into a new array only, and before
   * any other thread can see it.
   *
   * Throws `CollectionTypeError` if the name belongs to a collection of another kind, `CollectionOptionsError` if the options
   * are not those it was created with (stating none is fine), `ValidationError` for elements that the schema refuses.
   */
  new <T extends Checked<T, Strict> = unknown, Strict extends true = true>(
    elements: Iterable<T>,
    options?: SharedArrayOptions<T>,
  ): SharedArray<T>;
  new <T extends Checked<T, Strict> = unknown, Strict extends true = true>(
    options?: SharedArrayOptions<T> | null,
  ): SharedArray<T>;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  readonly prototype: SharedArray<any>;
}

export type SharedArray<T = unknown> = ArrayHandle<T>;
/** An `Array` that all threads of the process share: `new SharedArray({ name: 'scores' })` is the same one in each of them. */
export const SharedArray: SharedArrayConstructor = ArrayHandle as never;

interface SharedQueueConstructor {
  /**
   * Opens or creates the queue of `options.name`; creates one of its own without a name.
   *
   * Throws `CollectionTypeError` if the name belongs to a collection of another kind, `CollectionOptionsError` if the options
   * are not those it was created with (stating none is fine).
   */
  new <T extends Checked<T, Strict> = unknown, Strict extends true = true>(
    options?: SharedQueueOptions<T> | null,
  ): SharedQueue<T>;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  readonly prototype: SharedQueue<any>;
}

export type SharedQueue<T = unknown> = QueueHandle<T>;
/** A queue that all threads of the process share: `new SharedQueue({ name: 'jobs' })` is the same one in each of them. */
export const SharedQueue: SharedQueueConstructor = QueueHandle as never;

interface SharedRecordConstructor {
  /**
   * Opens or creates the record of `options.name`; creates one of its own without a name. `options.initial` goes into a new record
   * only, and before any other thread can see it.
   *
   * Throws `CollectionTypeError` if the name belongs to a collection of another kind, `CollectionOptionsError` if the options
   * are not those it was created with (stating none is fine), `ValidationError` for fields that the schema refuses.
   */
  new <T extends Checked<T, Strict, 'record', Fields> = Record<string, unknown>, Strict extends true = true>(
    options?: SharedRecordOptions<T> | null,
  ): SharedRecord<T>;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  readonly prototype: SharedRecord<any>;
}

export type SharedRecord<T extends Fields = Record<string, unknown>> = RecordHandle<T>;
/** An object that all threads of the process share: `new SharedRecord({ name: 'settings' })` is the same one in each of them. */
export const SharedRecord: SharedRecordConstructor = RecordHandle as never;

interface SharedSetConstructor {
  /**
   * Opens or creates the set of `options.name`; creates one of its own without a name. `elements` go into a new set only, and
   * before any other thread can see it.
   *
   * Throws `CollectionTypeError` if the name belongs to a collection of another kind, `CollectionOptionsError` if the options
   * are not those it was created with (stating none is fine), `ValidationError` for elements that the schema refuses.
   */
  new <K extends Key>(options: SharedSetOptions<K> & { schema: Schema<K> }): SharedSet<K>;
  new <K extends KeyOnly<K>>(elements: Iterable<K> & object, options?: SharedSetOptions<K>): SharedSet<AsKey<K>>;
  new <K extends Key = Key>(elements: Iterable<K> & object, options?: SharedSetOptions<K>): SharedSet<K>;
  new <K extends Key = Key>(options?: SharedSetOptions<K> | null): SharedSet<K>;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  readonly prototype: SharedSet<any>;
}

export type SharedSet<K extends Key = Key> = SetHandle<K>;
/** A `Set` that all threads of the process share: `new SharedSet({ name: 'online' })` is the same one in each of them. */
export const SharedSet: SharedSetConstructor = SetHandle as never;
