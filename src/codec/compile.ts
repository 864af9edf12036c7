import type { Arena } from './arena.js';
import { canCompile } from './can-compile.js';
import { objectSize, paddedTags, Tag } from './format.js';
import { print } from './identity.js';
import type { Bytes } from './memory.js';
import { putText, readText } from './text.js';

/**
 * Code made for one list of keys. It reads and builds objects through constant property names, which every engine turns
 * into plain loads, stores and one allocation. Where making code from strings is not allowed, loops do the same.
 */
export type Encode = (arena: Arena, object: Record<string, unknown>, slotAt: number) => number;
export type Decode = (bytes: Bytes, at: number) => Record<string, unknown>;
/** Makes an object with these properties and another prototype. */
export type Become = (properties: object) => object;
export type Copy = (object: Record<string, unknown>) => Record<string, unknown>;

/** Whether the slot of an object has been made to refer to where it was met before. */
export type IsKnown = (arena: Arena, object: object, fingerprint: number, slotAt: number) => boolean;

/** Writes a value's slot and returns its tag. */
export type Put = (arena: Arena, value: unknown, slotAt: number) => number;
/** Reads the value that a tag and a slot describe. */
export type Read = (bytes: Bytes, tag: number, slotAt: number) => unknown;

/** Where the tag and the slot of key `i` of `count` are, from the start of the node. */
const tagOf = (i: number): number => 8 + i;
const slotOf = (count: number, i: number): number => 8 + paddedTags(count) + 8 * i;

/** Defines an own property, `__proto__` too. */
export function define(object: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__')
    Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
  else object[key] = value;
}

/** The source of an object literal; a computed name makes `__proto__` an ordinary property. */
function literal(keys: readonly string[], source: (name: string, i: number) => string): string {
  const name = (key: string): string => (key === '__proto__' ? '["__proto__"]' : JSON.stringify(key));
  return `{ ${keys.map((key, i) => `${name(key)}: ${source(JSON.stringify(key), i)}`).join(', ')} }`;
}

/** So many properties make up the fingerprint of an object: the first ones are often the same in all objects of a list. */
export const PRINTED = 4;

/** Returns where the node is; -1 if the object is known, unless no `slotAt` (-1) is given. */
export function compileEncode(id: number, keys: readonly string[], put: Put, isKnown: IsKnown): Encode {
  const count = keys.length;
  const size = objectSize(count);
  if (!canCompile) {
    return (arena, object, slotAt) => {
      const values = keys.map((key) => object[key]);
      const fingerprint = values.slice(0, PRINTED).reduce((sum: number, value) => sum + print(value), count);
      if (slotAt >= 0 && isKnown(arena, object, fingerprint, slotAt)) return -1;
      const at = arena.alloc(size);
      arena.u32[at >> 2] = id;
      arena.u32[(at >> 2) + 1] = count;
      for (let i = 0; i < count; i++) {
        const tag = put(arena, values[i], at + slotOf(count, i));
        arena.u8[at + tagOf(i)] = tag;
      }
      return at;
    };
  }
  const values = keys.map((key, i) => `const v${i} = object[${JSON.stringify(key)}];`);
  const fingerprint = keys.slice(0, PRINTED).map((_, i) => ` + print(v${i})`);
  // Tags are stored four at a time, and after the calls that may run user code: those may replace the views.
  const fields = keys.map((_, i) => {
    const slot = slotOf(count, i);
    const gather = i % 4 === 0 ? 'tags = t;' : `tags |= t << ${8 * (i % 4)};`;
    const store = i % 4 === 3 || i === count - 1 ? `arena.i32[(at >> 2) + ${2 + (i >> 2)}] = tags;` : '';
    return `if (typeof v${i} === 'number') { t = ${Tag.NUMBER}; arena.f64[(at >> 3) + ${slot >> 3}] = v${i}; }
      else if (typeof v${i} === 'string') t = putText(arena, v${i}, at + ${slot});
      else t = v${i} === true ? ${Tag.TRUE} : v${i} === false ? ${Tag.FALSE} : put(arena, v${i}, at + ${slot});
      ${gather} ${store}`;
  });
  return new Function(
    'put',
    'putText',
    'isKnown',
    'print',
    `return (arena, object, slotAt) => {
      ${values.join('\n')}
      if (slotAt >= 0 && arena.depth - arena.root !== 1 && isKnown(arena, object, ${count}${fingerprint.join('')}, slotAt)) return -1;
      const at = arena.alloc(${size});
      arena.i32[at >> 2] = ${id};
      arena.i32[(at >> 2) + 1] = ${count};
      let t, tags;
      ${fields.join('\n')}
      return at;
    }`,
  )(put, putText, isKnown, print);
}

export function compileDecode(keys: readonly string[], read: Read): Decode {
  const count = keys.length;
  if (!canCompile) {
    return (bytes, at) => {
      const object: Record<string, unknown> = {};
      for (let i = 0; i < count; i++) {
        define(object, keys[i], read(bytes, bytes.u8[at + tagOf(i)], at + slotOf(count, i)));
      }
      return object;
    };
  }
  const fields = literal(keys, (_, i) => {
    const slot = slotOf(count, i);
    return `(t = u8[at + ${tagOf(i)}]) === ${Tag.NUMBER} ? f64[(at >> 3) + ${slot >> 3}]
      : t === ${Tag.LATIN1} ? readText(bytes, at + ${slot})
      : t === ${Tag.TRUE} ? true : t === ${Tag.FALSE} ? false : read(bytes, t, at + ${slot})`;
  });
  return new Function(
    'read',
    'readText',
    `return (bytes, at) => { const { u8, f64 } = bytes; let t; return ${fields}; }`,
  )(read, readText);
}

export function compileCopy(keys: readonly string[], copy: (value: object) => unknown): Copy {
  if (!canCompile) {
    return (object) => {
      const result: Record<string, unknown> = {};
      for (const key of keys) {
        const value = object[key];
        define(result, key, typeof value === 'object' && value !== null ? copy(value) : value);
      }
      return result;
    };
  }
  const fields = literal(keys, (key) => `typeof (v = object[${key}]) === 'object' && v !== null ? copy(v) : v`);
  return new Function('copy', `return (object) => { let v; return ${fields}; }`)(copy);
}

/**
 * Gives objects with these keys a prototype by making others: taking their own away costs several times as much. Null where that cannot be
 * told apart from defining properties: the prototype has one of the keys, which may be a setter.
 */
export function compileBecome(keys: readonly string[], prototype: object): Become | null {
  if (!canCompile || keys.some((key) => key in prototype)) return null;
  const names = keys.map((key) => JSON.stringify(key));
  const assign = names.map((name) => `this[${name}] = properties[${name}];`).join('\n');
  const Instance = new Function(`return function (properties) { ${assign} }`)();
  Instance.prototype = prototype;
  return (properties) => new Instance(properties);
}
