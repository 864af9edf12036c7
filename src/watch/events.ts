// What watchers are told.

/** What every event says. */
export interface EventBase {
  /** When it was committed: milliseconds since 1970, by the clock of the process. */
  readonly timestamp: number;
  /** The number of the commit. Events of one commit have the same; those of later ones larger ones. */
  readonly version: number;
  /** How many changes are told of in one with this, because the watcher was too slow to be told of each. */
  readonly skipped: number;
}

interface Valueless {
  readonly oldValue?: undefined;
  readonly newValue?: undefined;
}

/** A value was set. `oldValue` is undefined if there was none. */
export interface SetEvent<V> extends EventBase {
  readonly type: 'set';
  readonly oldValue?: V | undefined;
  readonly newValue: V;
  readonly reason?: undefined;
}

/** A value is no more. */
export interface DeleteEvent<V> extends EventBase {
  readonly type: 'delete';
  /** Undefined if there was none before either: of an `initial` value, or when it came and went in what was `skipped`. */
  readonly oldValue?: V | undefined;
  readonly newValue?: undefined;
  /** `'evicted'`: a cache needed the room. */
  readonly reason?: 'evicted' | undefined;
}

/** A change to one key, field or place. */
export type ChangeEvent<V> = SetEvent<V> | DeleteEvent<V>;

/** All has been removed at once. */
export interface ClearEvent extends EventBase, Valueless {
  readonly type: 'clear';
  readonly key?: undefined;
  readonly index?: undefined;
  readonly value?: undefined;
  readonly reason?: undefined;
}

/**
 * The watcher was too slow by `skipped` changes: what it knows of the collection is out of date. Empty the copy that you keep, and read
 * again; with `initial` the state follows, as events.
 */
export interface ResyncEvent extends EventBase, Valueless {
  readonly type: 'resync';
  readonly key?: undefined;
  readonly index?: undefined;
  readonly value?: undefined;
  readonly reason?: undefined;
}

interface Keyed<K> {
  readonly key: K;
}

/** A change to a map. */
export type MapChangeEvent<K, V> = (SetEvent<V> & Keyed<K>) | (DeleteEvent<V> & Keyed<K>) | ClearEvent | ResyncEvent;

/** A change to a record: `key` tells the type of the values. */
export type RecordChangeEvent<T> =
  | { [K in keyof T & string]: (SetEvent<T[K]> & Keyed<K>) | (DeleteEvent<T[K]> & Keyed<K>) }[keyof T & string]
  | ClearEvent
  | ResyncEvent;

/** An element of a set has come or gone. */
export interface ElementEvent<T> extends EventBase {
  readonly type: 'add' | 'delete';
  readonly value: T;
  readonly reason?: 'evicted' | undefined;
}

/** A change to a set. */
export type SetChangeEvent<T> = ElementEvent<T> | ClearEvent | ResyncEvent;

/** An element of an array has been replaced. */
export interface ReplaceEvent<T> extends EventBase {
  readonly type: 'set';
  readonly index: number;
  readonly oldValue: T;
  readonly newValue: T;
}

/** Elements of an array have gone, others come: `copy.splice(index, removed.length, ...added)` does the same to a copy. */
export interface SpliceEvent<T> extends EventBase, Valueless {
  readonly type: 'splice';
  readonly index: number;
  readonly removed: readonly T[];
  readonly added: readonly T[];
}

/** A change to an array. Those of one commit are to be applied one after the other. */
export type ArrayChangeEvent<T> = ReplaceEvent<T> | SpliceEvent<T> | ClearEvent | ResyncEvent;

/** What has happened to a queue since the event before. */
export interface QueueChangeEvent extends EventBase {
  readonly type: 'change';
  /** Items in it, as of `version`. */
  readonly size: number;
  /** Items that came, those counted that went to somebody who waited; and items that went. */
  readonly added: number;
  readonly removed: number;
  readonly closed: boolean;
}
