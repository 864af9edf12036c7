// The events, as classes: what they tell of is decoded when it is read.

import type { Key } from '../codec/index.js';
import { CLEAR_CHANGE, type RawChange, type RawTotals, SET_CHANGE, SPLICE_CHANGE } from './feed.js';
import { Pending, settled } from './value.js';

/** What runtimes ask for when they print an object. */
const INSPECT = [Symbol.for('nodejs.util.inspect.custom'), Symbol.for('Deno.customInspect')];

class Told {
  readonly timestamp: number;
  readonly version: number;
  readonly skipped: number;

  constructor(
    readonly type: string,
    { timestamp, version, skipped }: { timestamp: number; version: number; skipped: number },
  ) {
    this.timestamp = timestamp;
    this.version = version;
    this.skipped = skipped;
  }

  toJSON(): object {
    return { ...this };
  }
}

class ValueTold extends Told {
  readonly reason: 'evicted' | undefined;
  #oldValue: unknown;
  #newValue: unknown;

  constructor(change: RawChange) {
    super(change.kind === SET_CHANGE ? 'set' : 'delete', change);
    this.reason = change.evicted ? 'evicted' : undefined;
    this.#oldValue = change.before[0];
    this.#newValue = change.after[0];
  }

  get oldValue(): unknown {
    const value = this.#oldValue;
    return value instanceof Pending ? (this.#oldValue = value.read()) : value;
  }

  get newValue(): unknown {
    const value = this.#newValue;
    return value instanceof Pending ? (this.#newValue = value.read()) : value;
  }

  override toJSON(): object {
    const { oldValue, newValue } = this;
    return { ...this, oldValue, newValue };
  }
}

class KeyTold extends ValueTold {
  readonly key: Key;

  constructor(change: RawChange) {
    super(change);
    this.key = change.key;
  }
}

class PlaceTold extends ValueTold {
  readonly index: number;

  constructor(change: RawChange) {
    super(change);
    this.index = change.index;
  }
}

class SpliceTold extends Told {
  readonly index: number;
  #removed: unknown[];
  #added: unknown[];

  constructor(change: RawChange) {
    super('splice', change);
    this.index = change.index;
    this.#removed = change.before;
    this.#added = change.after;
  }

  get removed(): readonly unknown[] {
    return settleAll(this.#removed);
  }

  get added(): readonly unknown[] {
    return settleAll(this.#added);
  }

  override toJSON(): object {
    const { removed, added } = this;
    return { ...this, removed, added };
  }
}

function settleAll(values: unknown[]): unknown[] {
  for (let i = 0; i < values.length; i++) values[i] = settled(values[i]);
  return values;
}

/** Prints what it tells. Deno wants a text, and gives the function that makes it. */
function inspect(this: Told, first: unknown, options: unknown): unknown {
  const plain = this.toJSON();
  return typeof first === 'function' ? first(plain, options) : plain;
}

for (const key of INSPECT) Object.defineProperty(Told.prototype, key, { value: inspect });

/** Of a map or record. */
export function keyEvent(change: RawChange): object {
  return change.kind === CLEAR_CHANGE ? new Told('clear', change) : new KeyTold(change);
}

/** Of an array. */
export function arrayEvent(change: RawChange): object {
  if (change.kind === CLEAR_CHANGE) return new Told('clear', change);
  return change.kind === SPLICE_CHANGE ? new SpliceTold(change) : new PlaceTold(change);
}

/** Of a set: what was added again has not changed. */
export function elementEvent(change: RawChange): object | null {
  if (change.kind === SET_CHANGE && change.before.length > 0) return null;
  if (change.kind === CLEAR_CHANGE) return new Told('clear', change);
  const event = new Told(change.kind === SET_CHANGE ? 'add' : 'delete', change);
  return Object.assign(event, { value: change.key, reason: change.evicted ? 'evicted' : undefined });
}

export function queueEvent({ version, timestamp, commits, size, added, removed, closed }: RawTotals): object {
  return Object.assign(new Told('change', { version, timestamp, skipped: commits - 1 }), {
    size,
    added,
    removed,
    closed,
  });
}

export function resyncEvent(version: number): object {
  return new Told('resync', { timestamp: Date.now(), version, skipped: 0 });
}
