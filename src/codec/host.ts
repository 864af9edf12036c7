import { types } from 'node:util';

/** Names that objects give themselves whose constructor is no global, or a global of another realm. */
const NAMES =
  /^\[object (Intl\..+|Temporal\..+|WebAssembly\..+|.*Generator|.+ Iterator|WeakRef|FinalizationRegistry|(Async)?DisposableStack)\]$/;

/** True for objects of the language that mean nothing in another thread; `name` is what `Object.prototype.toString` says. */
export function isBoundToThread(value: object, name: string): boolean {
  return (
    types.isPromise(value) ||
    types.isSharedArrayBuffer(value) ||
    types.isWeakMap(value) ||
    types.isWeakSet(value) ||
    types.isSymbolObject(value) ||
    NAMES.test(name)
  );
}

/** Names of the runtime's own globals, taken before a program adds its own. Only names: some are slow to load. */
const globalNames = new Set(Object.getOwnPropertyNames(globalThis));
const known = new WeakMap<object, boolean>();

/**
 * True for the prototype of a class that the runtime provides (`MessagePort`, `URL`, `WeakRef`, …) or of one derived from it: what
 * such objects are made of is not in their properties.
 */
export function isHostPrototype(prototype: object): boolean {
  let isHost = known.get(prototype);
  if (isHost === undefined) {
    const next = Object.getPrototypeOf(prototype);
    isHost = next !== null && (isGlobalClass(prototype) || isHostPrototype(next));
    known.set(prototype, isHost);
  }
  return isHost;
}

function isGlobalClass(prototype: object): boolean {
  const type = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value;
  if (typeof type !== 'function' || type.prototype !== prototype) return false;
  return globalNames.has(type.name) && Reflect.get(globalThis, type.name) === type;
}
