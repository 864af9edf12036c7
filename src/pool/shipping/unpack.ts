// The caller's side of failure.ts.

import { Bytes, decodeValue } from '../../codec/index.js';
import type { PackedFailure, PackedObject, PackedPart } from './failure.js';
import { prototypeOf } from './failure-classes.js';

/** Imports the pool's script in this thread. */
export type ImportScript = () => Promise<object>;

/**
 * Most milliseconds that a failure waits for the script. A program of one file waits for its first task while it is being imported itself, so an
 * import of it would never end.
 */
const IMPORT_TIME = 1000;

/** What the script exports, or null while it cannot be had. */
const imports = new WeakMap<ImportScript, Promise<object | null>>();

/**
 * What was thrown, in a box of its own, as it may be a thenable. The script is imported only for a class that it exports, and once for each
 * `importScript`; if that fails or takes too long, the error is one of the nearest class that is known here, with its name all the same. What
 * cannot be decoded here, for want of a registered class for example, is replaced by a few words. Never rejects.
 */
export async function unpackFailure(
  packed: PackedFailure,
  importScript: ImportScript,
): Promise<{ readonly thrown: unknown }> {
  const exports = packed.objects.some(isFromScript) ? await exportsOf(importScript) : null;
  return { thrown: new Unpacker(packed.objects, exports ?? undefined).part(packed.root) };
}

/** The same at once, with the classes that there are here. */
export function unpackHere(packed: PackedFailure): unknown {
  return new Unpacker(packed.objects, undefined).part(packed.root);
}

/** Whether the class that counts may be one of the script. */
function isFromScript({ classes }: PackedObject): boolean {
  const first = classes.find((type) => type.from === 'script' || prototypeOf(type, undefined) !== undefined);
  return first?.from === 'script';
}

function exportsOf(importScript: ImportScript): Promise<object | null> {
  let known = imports.get(importScript);
  if (known === undefined) {
    known = importInTime(importScript);
    imports.set(importScript, known);
  }
  return known;
}

async function importInTime(importScript: ImportScript): Promise<object | null> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(resolve, IMPORT_TIME, null);
  });
  const imported = Promise.resolve()
    .then(importScript)
    .then(
      (exports) => {
        imports.set(importScript, Promise.resolve(exports)); // also if it was late: for the failures after this one
        return exports;
      },
      () => null,
    );
  try {
    return await Promise.race([imported, late]);
  } finally {
    clearTimeout(timer);
  }
}

class Unpacker {
  readonly #made: object[];
  readonly #exports: object | undefined;

  constructor(objects: readonly PackedObject[], exports: object | undefined) {
    this.#exports = exports;
    // All of them first: they may refer to each other.
    const wholes = objects.map(wholeOf);
    this.#made = objects.map((object, i) => wholes[i] ?? this.#empty(object));
    for (const [i, object] of objects.entries()) if (wholes[i] === null) this.#fill(this.#made[i], object);
  }

  part(part: PackedPart): unknown {
    switch (part.is) {
      case 'value':
        return part.value;
      case 'bytes':
        return decoded(part.bytes);
      case 'object':
        return this.#made[part.index];
      default:
        return part.parts.map((each) => this.part(each));
    }
  }

  #empty({ kind, classes, shown }: PackedObject): object {
    const object = emptyOf(kind, shown);
    for (const type of classes) {
      const prototype = prototypeOf(type, this.#exports);
      if (prototype !== undefined) return Object.setPrototypeOf(object, prototype);
    }
    return object;
  }

  #fill(object: object, { shown, properties }: PackedObject): void {
    for (const { key, enumerable, part } of properties) {
      define(object, key, this.part(part), enumerable);
    }
    for (const [key, text] of Object.entries(shown)) {
      if (readOrNone(object, key) !== text) define(object, key, text, false);
    }
  }
}

/** An error is one for the runtime too, whatever becomes of its prototype. */
function emptyOf(kind: PackedObject['kind'], { name, message }: PackedObject['shown']): object {
  if (kind === 'plain') return {};
  const error = kind === 'error' ? new Error() : new DOMException(message, name);
  // This call's stack, and Bun's line numbers. What else a DOMException has of its own makes it one.
  for (const key of kind === 'error' ? Reflect.ownKeys(error) : ['stack']) Reflect.deleteProperty(error, key);
  return error;
}

/** Through accessors of its class, which may not be made for an error that is not finished. */
function readOrNone(object: object, key: string): unknown {
  try {
    return Reflect.get(object, key);
  } catch {
    return undefined;
  }
}

function define(object: object, key: string, value: unknown, enumerable: boolean): void {
  Object.defineProperty(object, key, { value, enumerable, writable: true, configurable: true });
}

/** What its class makes of it; null if it is to be put together from its parts. */
function wholeOf({ whole }: PackedObject): object | null {
  if (whole === null) return null;
  try {
    return (whole.is === 'bytes' ? decode(whole.bytes) : (whole as { value: object }).value) as object;
  } catch {
    return null;
  }
}

function decode(bytes: ArrayBuffer): unknown {
  return decodeValue(new Bytes(bytes), 0, bytes.byteLength);
}

function decoded(bytes: ArrayBuffer): unknown {
  try {
    return decode(bytes);
  } catch (error) {
    return `[${error instanceof Error ? `${error.name}: ${error.message}` : 'not decodable here'}]`;
  }
}
