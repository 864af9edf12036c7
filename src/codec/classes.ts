// Classes whose instances keep their prototype.

import { UnknownClassError } from '../errors.js';
import { type Become, compileBecome } from './compile.js';
import { type Shape, shapeOf } from './shapes.js';

/** A class as it was registered in this thread. */
export interface RegisteredClass {
  readonly name: string;
  readonly prototype: object;
  /** What an instance is stored as, and back; null for its own properties. Both or neither. */
  readonly toValue: ((instance: object) => unknown) | null;
  readonly fromValue: ((value: unknown) => unknown) | null;
}

/** Calls `fromValue` in the middle of a decoding: it must not start another one with the same reader. */
export type Make = (fromValue: (value: unknown) => unknown, value: unknown) => unknown;

/** How properties become an instance, by their shape: code, or null for a change of the prototype. */
const becoming = new WeakMap<RegisteredClass, Map<Shape, Become | null>>();

const byName = new Map<string, RegisteredClass>();
/** Also of prototypes that derive from registered ones, and of those that do not: null. */
let byPrototype = new WeakMap<object, RegisteredClass | null>();
let makeWith: Make = (fromValue, value) => fromValue(value);

/** How many instances this thread has made by a `fromValue`: whoever wants to know whether a decoding called one compares. */
export let conversions = 0;

export function setMake(make: Make): void {
  makeWith = make;
}

export function addClass(type: RegisteredClass): void {
  byName.set(type.name, type);
  becoming.set(type, new Map());
  byPrototype = new WeakMap();
}

export function classNamed(name: string): RegisteredClass | undefined {
  return byName.get(name);
}

/** The registration of exactly this prototype. */
export function classWith(prototype: object): RegisteredClass | undefined {
  for (const type of byName.values()) if (type.prototype === prototype) return type;
  return undefined;
}

/** The registered class that an object counts as: its own, else the nearest one that it derives from; null if there is none. */
export function classOf(value: object): RegisteredClass | null {
  if (byName.size === 0) return null;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === Array.prototype ? null : find(prototype);
}

function find(prototype: object | null): RegisteredClass | null {
  if (prototype === null) return null;
  let found = byPrototype.get(prototype);
  if (found === undefined) {
    found = classWith(prototype) ?? find(Object.getPrototypeOf(prototype));
    byPrototype.set(prototype, found);
  }
  return found;
}

/** The instance that fresh properties, or a fresh error, stand for. They are not to be used any more. */
export function become(type: RegisteredClass, properties: object): object {
  const shape = Object.getPrototypeOf(properties) === Object.prototype ? shapeOf(properties) : null;
  if (shape === null) return Object.setPrototypeOf(properties, type.prototype);
  const known = becoming.get(type)!;
  let make = known.get(shape);
  if (make === undefined) known.set(shape, (make = compileBecome(shape.keys, type.prototype)));
  return make === null ? Object.setPrototypeOf(properties, type.prototype) : make(properties);
}

function typeNamed(name: string, converted: boolean): RegisteredClass {
  const type = byName.get(name);
  if (type === undefined) throw new UnknownClassError(name);
  if (converted !== (type.fromValue !== null)) throw new UnknownClassError(name, converted);
  return type;
}

/** Makes an object with the properties of an instance the instance, for whoever refers to it already. */
export function turnInto(name: string, properties: object): void {
  Object.setPrototypeOf(properties, typeNamed(name, false).prototype);
}

/**
 * The instance that was stored as `value` under a class of this name. `converted`: by a `toValue`. Without one `value` is a fresh object with
 * the instance's properties, and becomes the instance.
 */
export function makeInstance(name: string, value: unknown, converted: boolean): object {
  const type = typeNamed(name, converted);
  const { prototype, fromValue } = type;
  if (fromValue === null) return become(type, value as object);
  conversions++;
  const made = makeWith(fromValue, value);
  if (Object.prototype.isPrototypeOf.call(prototype, made as object)) return made as object;
  throw new TypeError(
    `The fromValue of the class ${JSON.stringify(name)} returned something that is no instance of it.`,
  );
}
