import { become, classOf, type RegisteredClass } from './classes.js';
import { type Copy, compileCopy } from './compile.js';
import { errorParts, isSparse, makeError, shallowArray } from './exotic.js';
import { type Shape, shapeOf, shapeOfKeys } from './shapes.js';

/** Makes an owned deep copy of one pristine decoded value. */
export type Copier = (value: unknown) => unknown;

/** True for values that need no copying: primitives. */
export function isImmutable(value: unknown): boolean {
  return (typeof value !== 'object' && typeof value !== 'function') || value === null;
}

/** A function that copies `value`, which a decoder made; null if it needs no copying. */
export function copierOf(value: unknown): Copier | null {
  if (isImmutable(value)) return null;
  if (Object.getPrototypeOf(value) !== Object.prototype) return copy as Copier;
  const shape = shapeOf(value as object);
  return shape === null ? (copy as Copier) : (copierOfShape(shape) as Copier);
}

export function copierOfShape(shape: Shape): Copy {
  if (shape.copy === null) shape.copy = compileCopy(shape.keys, copy);
  return shape.copy;
}

/** A mutable deep copy of a value that a decoder made, or of its frozen view. */
export function copy(value: object): unknown {
  if (Object.getPrototypeOf(value) === Object.prototype) {
    const shape = shapeOf(value);
    return shape === null ? copyParts({ ...value }) : copierOfShape(shape)(value as Record<string, unknown>);
  }
  const type = classOf(value);
  if (type !== null) return copyInstance(value, type);
  if (Array.isArray(value)) return copyArray(value);
  if (value instanceof Map) {
    const map = new Map();
    for (const [key, element] of value) map.set(copyPart(key), copyPart(element));
    return map;
  }
  if (value instanceof Set) {
    const set = new Set();
    for (const element of value) set.add(copyPart(element));
    return set;
  }
  return copyLeaf(value);
}

const copyPart = (part: unknown): unknown => (typeof part === 'object' && part !== null ? copy(part) : part);

/** Replaces the parts of a shallow copy by copies. */
function copyParts<T extends object>(container: T): T {
  const parts = container as Record<string, unknown>;
  for (const key of Object.keys(parts)) parts[key] = copyPart(parts[key]);
  return container;
}

/** Of an instance that was stored as its properties. */
function copyInstance(value: object, type: RegisteredClass): object {
  if (value instanceof Error) return become(type, copyLeaf(value) as object);
  const shape = shapeOfKeys(Object.keys(value));
  const copied = shape === null ? copyParts({ ...value }) : copierOfShape(shape)(value as Record<string, unknown>);
  return become(type, copied);
}

function copyArray(array: unknown[]): unknown[] {
  if (isSparse(array)) return copyParts(shallowArray(array));
  const result = array.slice();
  for (let i = 0; i < result.length; i++) {
    const part = result[i];
    if (typeof part === 'object' && part !== null) result[i] = copy(part);
  }
  return result;
}

function copyLeaf(value: object): unknown {
  if (value instanceof Date) return new Date(value.getTime());
  if (value instanceof ArrayBuffer) return value.slice(0);
  if (value instanceof DataView) return new DataView((value.buffer as ArrayBuffer).slice(0));
  if (ArrayBuffer.isView(value)) return (value as Uint8Array).slice();
  if (value instanceof RegExp) return new RegExp(value.source, value.flags);
  if (value instanceof Error) return makeError(errorParts(value).map(copyPart));
  return Object(value.valueOf()); // a boxed primitive
}
