import { types } from 'node:util';
import type { Arena } from './arena.js';
import { classOf } from './classes.js';
import { MAX_DEPTH } from './format.js';

/**
 * `DataCloneError`s. The path of the culprit is found afterwards, by looking for each container in the one around it: the
 * encoder keeps no keys, so naming paths costs values that can be shared nothing.
 */
function cloneError(message: string): DOMException {
  const error = new DOMException(message, 'DataCloneError');
  const stack = stackOfCaller(`DataCloneError: ${message}`);
  if (stack !== undefined) Object.defineProperty(error, 'stack', { value: stack, configurable: true, writable: true });
  return error;
}

/** As a stack names this module; other modules of the library, bundled, are the same file. */
const HERE = import.meta.url.replace(/^file:\/\//, '');
/** Enough to leave the encoder. */
const MOST_FRAMES = 100;
const MOST_SHOWN = 10;

/**
 * A stack that begins with the code that called the library: the frames of the encoder would be all that is shown of a nested value. None if
 * the program has made stacks something else, or has frozen what they are set by.
 */
function stackOfCaller(title: string): string | undefined {
  const { stackTraceLimit } = Error;
  Reflect.set(Error, 'stackTraceLimit', MOST_FRAMES);
  try {
    const frames = new Error().stack?.split('\n').filter((line) => /^\s*at |@/.test(line)) ?? [];
    const caller = frames.findIndex((frame) => !frame.includes(HERE) && /\.[cm]?[jt]sx?\b/.test(frame));
    return caller < 0 ? undefined : [title, ...frames.slice(caller, caller + MOST_SHOWN)].join('\n');
  } catch {
    return undefined;
  } finally {
    Reflect.set(Error, 'stackTraceLimit', stackTraceLimit);
  }
}

/** The containers round what is being encoded; a level without one is the second of an instance. */
function ancestors(arena: Arena): unknown[] {
  return arena.ancestors.slice(arena.root, arena.depth).filter((container) => container !== null);
}

/** The error for a value that cannot be shared at all. */
export function refuse(arena: Arena, culprit: unknown): DOMException {
  const chain = ancestors(arena);
  if (chain.at(-1) !== culprit || chain.length === 0) chain.push(culprit);
  return cloneError(`${pathOf(chain)} is ${describe(culprit)}`);
}

/** The error for a value that contains itself: some container is among the ancestors twice. */
export function refuseCycle(arena: Arena): DOMException {
  const chain = ancestors(arena);
  const again = chain.findIndex((container, i) => chain.indexOf(container) < i);
  const path = pathOf(chain.slice(0, again + 1));
  const target = pathOf(chain.slice(0, chain.indexOf(chain[again]) + 1));
  return cloneError(
    `${path} refers back to ${target}: store the parts under keys of their own and refer to them by key.`,
  );
}

/** The error for a value nested too deep. */
export function refuseDepth(arena: Arena): DOMException {
  const path = pathOf(ancestors(arena).slice(0, 8));
  return cloneError(
    `${path}… is nested deeper than ${MAX_DEPTH} levels: store the parts under keys of their own and refer to them by key.`,
  );
}

function describe(value: unknown): string {
  if (typeof value === 'function') return 'a function: store data, and find the function by name where it is called.';
  if (typeof value === 'symbol') return 'a symbol, which no other thread has: store a string.';
  if (ArrayBuffer.isView(value)) return 'a view of memory that is shared or gone: store a copy of its bytes.';
  if (types.isArrayBuffer(value)) return 'an ArrayBuffer that has been transferred: store what it was transferred to.';
  if (types.isPromise(value)) return 'a Promise: await it first and store its result.';
  if (types.isSharedArrayBuffer(value))
    return 'a SharedArrayBuffer: send it by postMessage, or store a copy of its bytes.';
  if (value instanceof AbortSignal)
    return 'an AbortSignal, which belongs to this thread: a task is cancelled by an option, run(name, args, { signal }).';
  return `of the type ${typeName(value as object)}, which belongs to this thread: store the data it stands for.`;
}

function typeName(object: object): string {
  const type = Object.getPrototypeOf(object)?.constructor?.name;
  return type === undefined || type === '' || type === 'Object'
    ? Object.prototype.toString.call(object).slice(8, -1)
    : type;
}

/** `value.user["first name"][3]`: the way from the first container of `chain` to its last element. */
function pathOf(chain: readonly unknown[]): string {
  let path = 'value';
  for (let i = 1; i < chain.length; i++) {
    const container = chain[i - 1] as object;
    path = isConverted(container) ? `toValue(${path})` : path + stepTo(container, chain[i]);
  }
  return path;
}

/** Whether what is stored of an object is what a `toValue` makes of it. */
function isConverted(container: object): boolean {
  try {
    return (classOf(container)?.toValue ?? null) !== null;
  } catch {
    return false;
  }
}

function stepTo(container: unknown, part: unknown): string {
  try {
    if (types.isMap(container)) return stepInMap(container, part);
    if (types.isSet(container)) return `.values()[${[...container].indexOf(part)}]`;
    return stepInObject(container as object, part);
  } catch {
    return '[…]'; // a Proxy that refuses to be looked at
  }
}

function stepInMap(map: Map<unknown, unknown>, part: unknown): string {
  for (const [key, element] of map) {
    if (element === part) return `.get(${typeof key === 'object' ? '{…}' : quote(key)})`;
  }
  return `.keys()[${[...map.keys()].indexOf(part)}]`;
}

function stepInObject(object: object, part: unknown): string {
  let getter: string | undefined;
  for (const key of Object.getOwnPropertyNames(object)) {
    const property = Object.getOwnPropertyDescriptor(object, key)!;
    if (property.get !== undefined) getter ??= key;
    else if (property.value === part) return member(object, key);
  }
  return getter === undefined ? '[…]' : member(object, getter);
}

function member(object: object, key: string): string {
  if (Array.isArray(object) && /^\d+$/.test(key)) return `[${key}]`;
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(key) ? `.${key}` : `[${quote(key)}]`;
}

const quote = (key: unknown): string => (typeof key === 'string' ? JSON.stringify(key) : String(key));
