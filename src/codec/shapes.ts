import type { Copy, Decode, Encode } from './compile.js';
import { damaged } from './damage.js';

/**
 * Process-wide numbering of shapes. `define` returns the number (at least 1) of the shape with these bytes, the same for the
 * same bytes in every thread, or 0 when the table is full; `read` returns the bytes of a number, or null.
 */
export interface ShapeTable {
  define(bytes: Uint8Array): number;
  read(id: number): Uint8Array | null;
}

/** An ordered list of keys under its number, with the code made for it. */
export class Shape {
  encode: Encode | null = null;
  decode: Decode | null = null;
  copy: Copy | null = null;

  constructor(
    readonly id: number,
    readonly keys: readonly string[],
  ) {}
}

/** Objects with more keys, longer keys or keys like array indexes are dictionaries. */
export const MAX_KEYS = 64;
const MAX_KEY_LENGTH = 64;
const INDEX_LIKE = /^(0|[1-9]\d*)$/;

/** A list of keys is numbered when it is met again: a dictionary with ever new keys never is. */
const MAX_CANDIDATES = 256;
const candidates = new Set<string>();

/**
 * A step in the tree of known key lists. `key` and `next` remember the last way taken from here, so a list that is met
 * repeatedly is found by comparing pointers, without building a string or hashing.
 */
class Step {
  key: string | null = null;
  next: Step | null = null;
  ways: Map<string, Step> | null = null;
  shape: Shape | null = null;

  /** The step after `key`, which differs from `this.key`; null if no known list goes on like that. */
  turn(key: string): Step | null {
    const next = this.ways?.get(key) ?? null;
    if (next !== null) {
      this.key = key;
      this.next = next;
    }
    return next;
  }
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A table for one thread without an engine. */
class LocalTable implements ShapeTable {
  private readonly ids = new Map<string, number>();
  private readonly list: Uint8Array[] = [];

  define(bytes: Uint8Array): number {
    const text = decoder.decode(bytes);
    const known = this.ids.get(text);
    if (known !== undefined) return known;
    if (this.list.length === 4096) return 0;
    this.list.push(bytes.slice());
    this.ids.set(text, this.list.length);
    return this.list.length;
  }

  read(id: number): Uint8Array | null {
    return this.list[id - 1] ?? null;
  }
}

let table: ShapeTable = new LocalTable();
let full = false;
let start = new Step();
let byId: (Shape | undefined)[] = [];

/** Numbers shapes through `newTable` from now on. Call it before anything is encoded: numbers of the old table are forgotten. */
export function setShapeTable(newTable: ShapeTable): void {
  table = newTable;
  full = false;
  start = new Step();
  byId = [];
  candidates.clear();
}

/**
 * The known shape of an object whose prototype is `Object.prototype`; null if there is none. `for…in` is the fastest enumeration
 * in every runtime. It lists own keys first, so an enumerable property that somebody added to `Object.prototype` is taken for
 * an own one only if other objects have just these keys as their own; otherwise nothing matches and `shapeOfKeys` decides.
 */
export function shapeOf(object: object): Shape | null {
  let step: Step = start;
  for (const key in object) {
    const next: Step | null = step.key === key ? step.next : step.turn(key);
    if (next === null) return null;
    step = next;
  }
  return step.shape;
}

/** The shape of a list of own keys, numbered now if it is worth it; null if an object with them is to be a dictionary. */
export function shapeOfKeys(keys: readonly string[]): Shape | null {
  let step: Step | null = start;
  for (let i = 0; i < keys.length && step !== null; i++) step = step.key === keys[i] ? step.next : step.turn(keys[i]);
  return step?.shape ?? discover(keys);
}

/** The shape with this number. Throws if the table does not know it. */
export function shapeById(id: number): Shape {
  return byId[id] ?? add(id, keysOf(id));
}

function keysOf(id: number): string[] {
  const bytes = table.read(id);
  if (bytes === null) throw damaged(`there is no shape ${id}`);
  return JSON.parse(decoder.decode(bytes));
}

function discover(keys: readonly string[]): Shape | null {
  if (full || keys.length > MAX_KEYS) return null;
  const text = JSON.stringify(keys);
  if (!candidates.delete(text)) {
    if (candidates.size === MAX_CANDIDATES) candidates.clear();
    candidates.add(text);
    return null;
  }
  if (keys.some((key) => key.length > MAX_KEY_LENGTH || INDEX_LIKE.test(key))) return null;
  const id = table.define(encoder.encode(text));
  full = id === 0;
  return full ? null : shapeById(id);
}

function add(id: number, keys: readonly string[]): Shape {
  const shape = new Shape(id, keys);
  byId[id] = shape;
  let step = start;
  for (const key of keys) {
    step.ways ??= new Map();
    let next = step.ways.get(key);
    if (next === undefined) step.ways.set(key, (next = new Step()));
    step = next;
  }
  step.shape = shape;
  return shape;
}
