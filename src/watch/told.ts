// The events, as classes: what they tell of is decoded when it is read.

import type { Key } from '../codec/index.js';
import { Pending, settled } from './value.js';

/** What runtimes ask for when they print an object. */
const INSPECT = [Symbol.for('nodejs.util.inspect.custom'), Symbol.for('Deno.customInspect')];

/** When something was committed, and how many changes are told of in one. */
export interface When {
  version: number;
  timestamp: number;
  skipped: number;
}

class Told {
  readonly timestamp: number;
  readonly version: number;
  readonly skipped: number;

  constructor(
    readonly type: string,
    when: When,
  ) {
    this.timestamp = when.timestamp;
    this.version = when.version;
    this.skipped = when.skipped;
  }

  toJSON(): object {
    return { ...this };
  }
}

class ValueTold extends Told {
  readonly reason: 'evicted' | undefined;
  #oldValue: unknown;
  #newValue: unknown;

  constructor(type: string, when: When, evicted: boolean, oldValue: unknown, newValue: unknown) {
    super(type, when);
    this.reason = evicted ? 'evicted' : undefined;
    this.#oldValue = oldValue;
    this.#newValue = newValue;
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
  constructor(
    type: string,
    when: When,
    evicted: boolean,
    readonly key: Key,
    oldValue: unknown,
    newValue: unknown,
  ) {
    super(type, when, evicted, oldValue, newValue);
  }
}

class PlaceTold extends ValueTold {
  constructor(
    type: string,
    when: When,
    readonly index: number,
    oldValue: unknown,
    newValue: unknown,
  ) {
    super(type, when, false, oldValue, newValue);
  }
}

class SpliceTold extends Told {
  #removed: unknown[];
  #added: unknown[];

  constructor(
    when: When,
    readonly index: number,
    removed: unknown[],
    added: unknown[],
  ) {
    super('splice', when);
    this.#removed = removed;
    this.#added = added;
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

class ElementTold extends Told {
  readonly reason: 'evicted' | undefined;

  constructor(
    type: string,
    when: When,
    evicted: boolean,
    readonly value: Key,
  ) {
    super(type, when);
    this.reason = evicted ? 'evicted' : undefined;
  }
}

class QueueTold extends Told {
  constructor(
    when: When,
    readonly size: number,
    readonly added: number,
    readonly removed: number,
    readonly closed: boolean,
  ) {
    super('change', when);
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

/** Makes events of changes to a key or a place; null for what is no change to who watches. Values may be `Pending`. */
export type EventMaker = (
  when: When,
  set: boolean,
  evicted: boolean,
  key: Key,
  index: number,
  had: boolean,
  oldValue: unknown,
  newValue: unknown,
) => object | null;

/** Of maps and records. */
export const keyEvent: EventMaker = (when, set, evicted, key, _index, _had, oldValue, newValue) =>
  new KeyTold(set ? 'set' : 'delete', when, evicted, key, oldValue, newValue);

/** Of arrays. */
export const placeEvent: EventMaker = (when, set, _evicted, _key, index, _had, oldValue, newValue) =>
  new PlaceTold(set ? 'set' : 'delete', when, index, oldValue, newValue);

/** Of sets: what is added again has not changed. */
export const elementEvent: EventMaker = (when, set, evicted, key, _index, had) =>
  set && had ? null : new ElementTold(set ? 'add' : 'delete', when, evicted, key);

export function spliceEvent(when: When, index: number, removed: unknown[], added: unknown[]): object {
  return new SpliceTold(when, index, removed, added);
}

export function clearEvent(when: When): object {
  return new Told('clear', when);
}

export function resyncEvent(version: number, skipped: number): object {
  return new Told('resync', { timestamp: Date.now(), version, skipped });
}

export function queueEvent(when: When, size: number, added: number, removed: number, closed: boolean): object {
  return new QueueTold(when, size, added, removed, closed);
}
