// SharedRecord: an object of named, typed fields that all threads share.

import { typeName } from './arguments.js';
import { Cache } from './cache.js';
import { NO_KEY } from './codec/index.js';
import { refuseContents } from './collection/beginning.js';
import { registerHandle, registerKind } from './collection/handles.js';
import { destroyCollection, memoryOf } from './collection/open.js';
import { type CollectionOptions, checkCollectionOptions, RECORD_OPTIONS } from './collection/options.js';
import { firstOf } from './collection/printing.js';
import { type Schema, validated } from './collection/schema.js';
import { setNow } from './keyed/alone.js';
import {
  clearEntries,
  countEntries,
  deleteEntry,
  forEachEntry,
  getEntry,
  hasEntry,
  setEntries,
  viewEntry,
} from './keyed/entries.js';
import { iterateEntries, iterateKeys, iterateValues } from './keyed/iterator.js';
import { openKeyed } from './keyed/open.js';
import { SHARED_RECORD } from './kinds.js';
import { type CollectionStats, statsOf } from './statistics.js';
import { transactionSync } from './transaction.js';
import { bodyHere } from './txn/scope.js';
import type { ChangeEvent, RecordChangeEvent } from './watch/events.js';
import type { WatchOptions } from './watch/options.js';
import { type SubscribeOptions, subscribeTo } from './watch/subscribe.js';
import { watchKey, watchKeys } from './watch/watch.js';
import type { Watcher } from './watch/watcher.js';
import { viewWhole } from './watch/whole.js';

type Field = readonly [name: string, value: unknown];

// biome-ignore lint/suspicious/noExplicitAny: of all object types only this one takes interfaces as well
export type Fields = Record<string, any>;

/** Options of `new SharedRecord`. */
export interface SharedRecordOptions<T extends Fields = Record<string, unknown>> extends CollectionOptions<T> {
  /** Fields of a record that is created; ignored by whoever opens one that exists. */
  initial?: Partial<T>;
}

/** A name and a value of one of the fields. */
export type RecordEntry<T extends Fields> = { [K in keyof T & string]-?: [K, T[K]] }[keyof T & string];

/**
 * An object of typed fields that all threads of the process share.
 *
 * Values are copied in and out: `get` returns a value that the caller owns, and changing it changes nothing until `set`. Fields
 * have the names that properties have: strings, a number being the string that it prints as. They are iterated in insertion order.
 *
 * Every operation is atomic: inside a body it belongs to that transaction, outside it is a transaction of its own. All throw
 * `CollectionDestroyedError` after `destroy`, a `TypeError` for names that are none, and `TransactionEndedError` in code that
 * outlived its transaction; those that write throw a `DataCloneError` for values that cannot be shared, `MemoryLimitError` past
 * a limit and `ReadOnlyTransactionError` in a read-only transaction. Operations on one field are O(1), and a read of a field that
 * has not changed since this thread last read it does not leave JavaScript.
 */
export class SharedRecord<T extends Fields = Record<string, unknown>> implements Iterable<RecordEntry<T>> {
  readonly #cache: Cache;
  /** Of this handle alone: what all fields together must be. */
  readonly #schema: Schema | null;

  /** Opens or creates the record of `options.name`; `options.initial` goes into a new one only. `SharedRecordConstructor` has what the compiler knows of it. */
  constructor(options?: SharedRecordOptions<T> | null, ...further: never[]) {
    if (options instanceof Cache) {
      this.#schema = null;
      this.#cache = options;
    } else {
      const checked = checkCollectionOptions('SharedRecord', options, RECORD_OPTIONS);
      refuseContents(
        'SharedRecord',
        further,
        "its fields are the option initial: new SharedRecord({ name: '…', initial: { … } })",
      );
      this.#schema = checked.schema ?? null;
      this.#cache = openRecord(checked.initial, checked);
    }
    registerHandle(this, this.#cache);
  }

  /** The name that threads share it by; undefined for a record without one. */
  get name(): string | undefined {
    return this.#cache.name;
  }

  // ---------------------------------------------------------------- single fields

  /** The value of a field, owned by the caller; undefined if there is none. */
  get<K extends keyof T>(key: K): T[K] | undefined {
    return getEntry(this.#cache, typeof key === 'string' ? key : fieldName(key)) as T[K] | undefined;
  }

  /**
   * A read-only form of the value of a field; of a primitive, the primitive. The same object for as long as anyone holds it and
   * no commit has changed the field.
   */
  view<K extends keyof T>(key: K): Readonly<T[K]> | undefined;
  /** A read-only form of the whole record: the same object until a field changes. O(n) after that, else O(1). */
  view(): Readonly<T>;
  view<K extends keyof T>(key?: K): Readonly<T[K]> | Readonly<T> | undefined {
    // biome-ignore lint/complexity/noArguments: undefined is no name of a field
    if (arguments.length === 0) return viewWhole(this.#cache, () => this.toObject());
    return viewEntry(this.#cache, typeof key === 'string' ? key : fieldName(key)) as T[K] | undefined;
  }

  has(key: keyof T): boolean {
    return hasEntry(this.#cache, fieldName(key));
  }

  /**
   * Encodes `value` at once: what is done to it afterwards changes nothing here. Throws a `ValidationError` if the handle's schema refuses the
   * record as it would be then.
   */
  set<K extends keyof T>(key: K, value: T[K]): void {
    const field = typeof key === 'string' ? key : fieldName(key);
    if (this.#schema !== null) {
      this.#write([[field, value]]);
      return;
    }
    const body = bodyHere();
    if (body === null) setNow(this.#cache, field, value);
    else body.set(this.#cache, field, value);
  }

  /** Whether there was such a field. */
  delete(key: keyof T): boolean {
    return deleteEntry(this.#cache, fieldName(key));
  }

  // ---------------------------------------------------------------- many fields

  /** Removes all fields. O(1). */
  clear(): void {
    clearEntries(this.#cache);
  }

  /**
   * Sets the fields that `partial` has, in one transaction, and leaves those alone that are undefined there. Reads its own enumerable
   * properties, once.
   */
  update(partial: { readonly [K in keyof T]?: T[K] | undefined }): void {
    const fields = statedFields(partial, 'What update() takes');
    this.#write(fields.filter(([, value]) => value !== undefined));
  }

  /** The same, setting also what is undefined: as `Object.assign` does. */
  assign(object: Readonly<Partial<T>>): void {
    this.#write(fieldsOf(object, 'What assign() takes'));
  }

  #write(fields: readonly Field[]): void {
    const schema = this.#schema;
    if (schema === null) setEntries(this.#cache, fields);
    else transactionSync(() => setEntries(this.#cache, validatedFields(schema, this.toObject(), fields)));
  }

  /** An object of all fields in insertion order, from one snapshot, owned by the caller. */
  toObject(): T {
    return Object.fromEntries(this) as T;
  }

  /** What `JSON.stringify` shows: an object of all fields. O(n). */
  toJSON(): T {
    return this.toObject();
  }

  /** The names of the fields in insertion order, from one snapshot. */
  keys(): (keyof T & string)[] {
    return [...iterateKeys<keyof T & string>(this.#cache)];
  }

  /** The values of the fields likewise, each owned by the caller. */
  values(): T[keyof T & string][] {
    return [...iterateValues<T[keyof T & string]>(this.#cache)];
  }

  /** Iterates over one snapshot. Inside a body its own writes at the moment of the call are on top. */
  entries(): IterableIterator<RecordEntry<T>> {
    return iterateEntries(this.#cache) as IterableIterator<RecordEntry<T>>;
  }

  [Symbol.iterator](): IterableIterator<RecordEntry<T>> {
    return this.entries();
  }

  /** Calls `fn` for each field of one snapshot, in insertion order. */
  forEach(fn: (value: T[keyof T & string], key: keyof T & string, record: this) => void, thisArg?: unknown): void {
    forEachEntry<keyof T & string, T[keyof T & string], this>(this, fn, thisArg);
  }

  // ---------------------------------------------------------------- changes

  /** What happens to a field from now on, in the order of the commits: one event for each that wrote it, also if the value is equal. */
  watch<K extends keyof T>(key: K, options?: WatchOptions): Watcher<ChangeEvent<T[K]>> {
    return watchKey(this.#cache, fieldName(key), options);
  }

  /** What happens to any field. */
  watchAll(options?: WatchOptions): Watcher<RecordChangeEvent<T>> {
    return watchKeys(this.#cache, options);
  }

  /**
   * Calls `listener` after changes, once for a burst, outside of transactions; returns what ends it. Together with `view` that is what
   * useSyncExternalStore of React and the stores of other UI frameworks ask for. Does not keep the process alive.
   */
  subscribe(listener: () => void, options?: SubscribeOptions<keyof T>): () => void {
    return subscribeTo(this.#cache, listener, options, (key) => (key === undefined ? NO_KEY : fieldName(key)));
  }

  // ---------------------------------------------------------------- the record as a whole

  /** The number of fields. */
  get size(): number {
    return countEntries(this.#cache);
  }

  /** Bytes that the fields take, names and index included, as of the last commit. */
  get memory(): number {
    return memoryOf(this.#cache);
  }

  /** What has happened to the record so far, in all threads. */
  stats(): CollectionStats {
    return statsOf(this.#cache);
  }

  /**
   * Ends the record for all threads and frees its memory and name; later use throws `CollectionDestroyedError`, and so do open
   * transactions that used it. Throws `DestroyInTransactionError` inside a transaction.
   */
  destroy(): void {
    destroyCollection(this.#cache);
  }

  get [Symbol.toStringTag](): string {
    return 'SharedRecord';
  }
}

function openRecord(initial: unknown, options: CollectionOptions): Cache {
  let fields = initial === undefined ? null : statedFields(initial, 'The option initial');
  if (fields !== null && options.schema !== undefined) fields = validatedFields(options.schema, {}, fields);
  return openKeyed(SHARED_RECORD, options, fields);
}

registerKind<SharedRecord<object>>(
  SHARED_RECORD,
  SharedRecord,
  (cache) => new SharedRecord(cache as never),
  (record, most) => ({ content: Object.fromEntries(firstOf(record, most)) }),
);

function fieldName(key: unknown): string {
  if (typeof key === 'string') return key;
  if (typeof key === 'number') return String(key);
  throw new TypeError(
    `The name of a field must be a string or a number, and not ${typeName(key)}: update({ … }) sets several fields, toObject() gives all.`,
  );
}

/** The fields that an object has, read once: a transaction may run more than once. */
function fieldsOf(object: unknown, what: string): Field[] {
  if (typeof object !== 'object' || object === null)
    throw new TypeError(`${what} must be an object of fields, such as { port: 80 }, and not ${typeName(object)}.`);
  return Object.entries(object);
}

/** The same; what is iterated has its contents elsewhere. */
function statedFields(object: unknown, what: string): Field[] {
  if (typeof object === 'object' && object !== null && Symbol.iterator in object) {
    throw new TypeError(
      `${what} must be an object of fields, such as { port: 80 }, and not ${Array.isArray(object) ? 'an array' : 'one that is iterated'}: Object.fromEntries() makes one of entries.`,
    );
  }
  return fieldsOf(object, what);
}

/**
 * What is to be written so that a record which is `current` has `changes` and is what the schema makes of that: the changed fields, and those that the
 * schema adds.
 */
function validatedFields(schema: Schema, current: object, changes: readonly Field[]): Field[] {
  const whole = Object.fromEntries([...Object.entries(current), ...changes]);
  const fields = fieldsOf(validated(schema, whole), 'What the schema of a record gives');
  const changed = new Set(changes.map(([name]) => name));
  return fields.filter(([name, value]) => changed.has(name) || (value !== undefined && !Object.hasOwn(current, name)));
}
