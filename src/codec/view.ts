import { become, classOf, type RegisteredClass } from './classes.js';
import { copy } from './copy.js';
import { errorParts, makeError, shallowArray } from './exotic.js';
import { isHandle } from './handles.js';

/**
 * A deeply read-only form of a value that a decoder made. Plain objects and arrays are frozen in place; what freezing does
 * not protect (Map, Set, Date, binary, …) is replaced by a private copy, in a copy of what contains it, so that nothing
 * a reader does to the view reaches `value`. Returns `value` itself if it contains nothing of that kind.
 */
export function toView(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || frozenGraphs.has(value)) return value;
  const type = classOf(value);
  if (type !== null) return viewOfInstance(value, type);
  if (Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype) {
    return viewOfParts(value as Record<string, unknown>);
  }
  if (value instanceof Map) {
    const map = new Map();
    for (const [key, element] of value) map.set(toView(key), toView(element));
    return refuseMutation(map);
  }
  if (value instanceof Set) {
    const set = new Set();
    for (const element of value) set.add(toView(element));
    return refuseMutation(set);
  }
  if (value instanceof Date) return refuseMutation(new Date(value.getTime()));
  return value instanceof Error ? Object.freeze(viewOfError(value)) : copy(value);
}

function viewOfError(error: Error): Error {
  return makeError(errorParts(error).map(toView));
}

/** What a `fromValue` made is its class's own business: it is frozen, and what it refers to is not. */
function viewOfInstance(value: object, type: RegisteredClass): unknown {
  if (type.fromValue !== null) return ArrayBuffer.isView(value) ? value : Object.freeze(value);
  if (value instanceof Error) return Object.freeze(become(type, viewOfError(value)));
  return viewOfParts(value as Record<string, unknown>);
}

function viewOfParts(value: Record<string, unknown>): unknown {
  let result = value;
  for (const key of Object.keys(value)) {
    const part = value[key];
    if (typeof part !== 'object' || part === null) continue;
    const view = toView(part);
    if (view === part) continue;
    if (result === value) result = shallowCopy(value);
    result[key] = view;
  }
  Object.freeze(value);
  return Object.freeze(result);
}

function shallowCopy(value: Record<string, unknown>): Record<string, unknown> {
  if (Array.isArray(value)) return shallowArray(value) as unknown as Record<string, unknown>;
  return Object.setPrototypeOf({ ...value }, Object.getPrototypeOf(value));
}

/** What `freezeGraph` has made: views. */
const frozenGraphs = new WeakSet<object>();

/** Makes a value of which nobody else has any part read-only in place; its parts may refer to each other in any way. */
export function freezeGraph(value: unknown): unknown {
  freezeParts(value, new Set());
  if (typeof value === 'object' && value !== null) frozenGraphs.add(value);
  return value;
}

function freezeParts(value: unknown, met: Set<unknown>): void {
  if (typeof value !== 'object' || value === null || met.has(value)) return;
  met.add(value);
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return; // which nothing can protect
  if (classOf(value)?.fromValue) {
    Object.freeze(value);
    return;
  }
  const own = OWN_MUTATORS.get(Object.getPrototypeOf(value));
  if (value instanceof Map) for (const part of [...value].flat()) freezeParts(part, met);
  else if (value instanceof Set) for (const part of value) freezeParts(part, met);
  else if (own === undefined)
    for (const key of Object.getOwnPropertyNames(value)) freezeParts(value[key as never], met);
  if (own !== undefined) refuseMutation(value);
  else if (!isHandle(value)) Object.freeze(value);
}

/** Own mutators, not enumerable so that equality, printing and spreading see an ordinary Map, Set or Date. */
function refuse(): never {
  throw new TypeError('This value is a read-only view: change an owned copy (`get`) and `set` it, or use `update`.');
}

const mutators = (prototype: object, pattern: RegExp): PropertyDescriptorMap =>
  Object.fromEntries(
    Object.getOwnPropertyNames(prototype)
      .filter((name) => pattern.test(name))
      .map((name) => [name, { value: refuse }]),
  );

const OWN_MUTATORS = new Map<object, PropertyDescriptorMap>([
  [Map.prototype, mutators(Map.prototype, /^(set|delete|clear|getOrInsert.*)$/)],
  [Set.prototype, mutators(Set.prototype, /^(add|delete|clear)$/)],
  [Date.prototype, mutators(Date.prototype, /^set/)],
]);

/** Freezes a Map, Set or Date: its own mutators throw. */
export function refuseMutation(value: object): object {
  return Object.freeze(Object.defineProperties(value, OWN_MUTATORS.get(Object.getPrototypeOf(value))!));
}
