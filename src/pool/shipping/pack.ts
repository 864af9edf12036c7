// The worker's side of failure.ts.

import { types } from 'node:util';
import { Arena, classWith, encodeValue, takeLinks } from '../../codec/index.js';
import type { PackedFailure, PackedObject, PackedPart } from './failure.js';
import { classesOf } from './failure-classes.js';

/** Own properties of errors that are not enumerable and yet data. Those of the first three are told apart from others by `shown`. */
const HIDDEN = ['name', 'message', 'stack', 'cause', 'errors', 'error', 'suppressed'];
/** Lists and objects that cannot be encoded are taken apart this deep. */
const MAX_LEVELS = 16;

/**
 * What a task has thrown, as a value that heddle's codec can encode: errors with their class, name, message, stack, cause and own properties,
 * and those that are their causes or properties, as well; anything else as it is. A part that no other thread can have (a function, a socket) is replaced
 * by a few words. Never throws.
 *
 * `exports` is what the pool's script exports: classes are found again by those names. `withHandles`: whether handles of collections stay
 * handles. Encoding fails if such a collection is destroyed before that: then pack again without. O(size · depth).
 */
export function packFailure(thrown: unknown, exports: object | undefined, withHandles = true): PackedFailure {
  try {
    return new Packer(exports, withHandles).pack(thrown);
  } catch {
    return stranger('something that cannot be looked at'); // a Proxy whose traps throw, say
  }
}

class Packer {
  readonly #objects: PackedObject[] = [];
  readonly #known = new Map<object, number>();
  /** Those that have a number and have not been taken apart. */
  readonly #left: { object: object; level: number }[] = [];

  constructor(
    readonly exports: object | undefined,
    readonly withHandles: boolean,
  ) {}

  pack(thrown: unknown): PackedFailure {
    const root = this.#part(thrown, 0, true);
    if (root === null) return stranger(inWords(thrown));
    for (let next = this.#left.shift(); next !== undefined; next = this.#left.shift()) {
      this.#objects.push(this.#apart(next.object, next.level));
    }
    return { root, objects: this.#objects };
  }

  /** Null if it cannot be sent. `isRoot`: it is what was thrown, and its class counts whatever it is. */
  #part(value: unknown, level: number, isRoot = false): PackedPart | null {
    if (typeof value === 'function' || typeof value === 'symbol') return null;
    if (typeof value !== 'object' || value === null) return { is: 'value', value };
    if (isError(value) || (isRoot && this.#hasClass(value))) return this.#refer(value, level);
    if (Array.isArray(value) && value.some(isError)) return this.#list(value, level);
    const whole = this.#encoded(value);
    if (whole !== null || level >= MAX_LEVELS) return whole;
    if (Array.isArray(value)) return this.#list(value, level);
    return isPlain(value) ? this.#refer(value, level) : null;
  }

  #partOrWords(value: unknown, level: number): PackedPart {
    let part: PackedPart | null = null;
    try {
      part = this.#part(value, level);
    } catch {} // a Proxy
    return part ?? { is: 'value', value: `[${inWords(value)}]` };
  }

  #list(list: readonly unknown[], level: number): PackedPart {
    return { is: 'list', parts: Array.from(list, (element) => this.#partOrWords(element, level + 1)) };
  }

  #hasClass(value: object): boolean {
    return classesOf(value, this.exports).length > 0;
  }

  #refer(object: object, level: number): PackedPart {
    let index = this.#known.get(object);
    if (index === undefined) {
      index = this.#known.size;
      this.#known.set(object, index);
      this.#left.push({ object, level });
    }
    return { is: 'object', index };
  }

  #apart(object: object, level: number): PackedObject {
    const isNamed = isError(object);
    const classes = classesOf(object, this.exports);
    const kind = !isNamed ? 'plain' : object instanceof DOMException ? 'DOMException' : 'error';
    const keys = Object.keys(object);
    if (isNamed) for (const key of HIDDEN) if (Object.hasOwn(object, key) && !keys.includes(key)) keys.push(key);
    const properties = keys.map((key) => ({
      key,
      enumerable: Object.prototype.propertyIsEnumerable.call(object, key),
      part: this.#property(object, key, level),
    }));
    const whole = classes[0]?.from === 'registered' && isConverted(object) ? this.#encoded(object) : null;
    return { kind, classes, whole, shown: isNamed ? shownOf(object) : {}, properties };
  }

  #property(object: object, key: string, level: number): PackedPart {
    let value: unknown;
    try {
      value = Reflect.get(object, key);
    } catch (error) {
      return { is: 'value', value: `[not readable: ${inWords(error)}]` };
    }
    return this.#partOrWords(value, level + 1);
  }

  /** Null for what cannot be encoded. */
  #encoded(value: object): PackedPart | null {
    const arena = new Arena(256);
    let start: number;
    try {
      start = encodeValue(arena, value);
    } catch {
      return null;
    }
    if (takeLinks() !== null) return this.withHandles ? { is: 'value', value } : null;
    return { is: 'bytes', bytes: arena.buffer.slice(start, (arena.tail + 7) & ~7) as ArrayBuffer };
  }
}

/** Also those that derive from `Error.prototype` in the old way. */
function isError(value: unknown): value is Error {
  return types.isNativeError(value) || value instanceof Error;
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function isConverted(object: object): boolean {
  return (classWith(Object.getPrototypeOf(object))?.toValue ?? null) !== null;
}

function shownOf(error: Error): PackedObject['shown'] {
  const shown: { name?: string; message?: string; stack?: string } = {};
  for (const key of ['name', 'message', 'stack'] as const) {
    try {
      const text = error[key];
      if (typeof text === 'string') shown[key] = text;
    } catch {} // an accessor that throws has nothing to show
  }
  return shown;
}

/** What stands for something that cannot be sent, or for all of what was thrown. */
function inWords(value: unknown): string {
  try {
    if (typeof value === 'function') return `function ${value.name}`.trim();
    if (typeof value !== 'object' || value === null) return String(value);
    if (isError(value)) return `${value.name}: ${value.message}`;
    const type: unknown = Object.getPrototypeOf(value)?.constructor?.name;
    return typeof type === 'string' && type !== '' ? type : 'object';
  } catch {
    return 'object';
  }
}

function stranger(words: string): PackedFailure {
  const { message, stack } = new Error(`The task threw what cannot leave its worker: ${words}.`);
  const shown = { name: 'Error', message, ...(stack === undefined ? {} : { stack }) };
  const language = [{ from: 'language', name: 'Error' } as const];
  return {
    root: { is: 'object', index: 0 },
    objects: [{ kind: 'error', classes: language, whole: null, shown, properties: [] }],
  };
}
