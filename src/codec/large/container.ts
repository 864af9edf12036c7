// One plain object or array of a draft: a Proxy. While elements are replaced it keeps the new ones beside the bytes (`changed`): each
// becomes a patch of its slot. Whoever changes which elements there are makes it list them all (`target`), and it is written anew; but
// elements that were not touched are still referred to where they are. Everything else (Map, Date, binary, …) is decoded when it
// is read, and written again.
//
// Invariants
//  D1. A part of the old value is referred to from one place. A draft that is met a second time, or outside of what it was a part of,
//      is written by its content.
//  D2. The bytes do not change while the draft is used.

import type { Arena } from '../arena.js';
import { put } from '../encode.js';
import { objectSize, PIECED, paddedTags, Tag } from '../format.js';
import { shapeOfKeys } from '../shapes.js';
import { Dictionary } from './dictionary.js';
import type { Draft } from './draft.js';
import { isContainer, listAt, type Node, objectAt, readPart, sizeAt, tagAt } from './node.js';
import type { Patch } from './patch.js';

/** An element that has not been touched: its slot says where it is. */
class Kept {
  constructor(
    readonly tag: number,
    readonly slotAt: number,
  ) {}
}

/** Where a part of the new value is. */
interface Written {
  readonly tag: number;
  /** False if it is where it was; else the scratch slot has its place. */
  readonly moved: boolean;
  /** Bytes that it has grown by. */
  readonly grown: number;
}

export const isPlain = (tag: number): boolean => tag === Tag.OBJECT || tag === Tag.ARRAY || tag === Tag.DICT;

const drafts = new WeakMap<object, Container>();

export class Container implements ProxyHandler<object> {
  readonly proxy: object;
  readonly #node: Node;
  readonly #keys: readonly string[] | null;
  readonly #names: Dictionary | null;
  /** The drafts and other parts that have been read, by position. */
  readonly #parts = new Map<number, unknown>();
  readonly #changed = new Map<number, unknown>();
  readonly #target: Record<string, unknown>;
  #listed = false;
  #rewritten = false;
  #written = false;

  constructor(
    readonly draft: Draft,
    readonly parent: Container | null,
    readonly tag: number,
    readonly slotAt: number,
    readonly tagAt: number,
  ) {
    const { bytes } = draft;
    if (tag === Tag.OBJECT) {
      const { node, keys } = objectAt(bytes, slotAt);
      this.#node = node;
      this.#keys = keys;
      this.#names = null;
    } else {
      this.#node = listAt(bytes, slotAt);
      this.#keys = null;
      this.#names = tag === Tag.DICT ? new Dictionary(bytes, this.#node) : null;
    }
    this.#target = (tag === Tag.ARRAY ? [] : {}) as Record<string, unknown>;
    this.proxy = new Proxy(this.#target, this);
    drafts.set(this.proxy, this);
  }

  // ---------------------------------------------------------------- elements

  get #count(): number {
    return this.#names === null ? this.#node.count : this.#names.size;
  }

  /** The position of an element as it was; -1 if there was none. */
  #find(key: string): number {
    if (this.#keys !== null) return this.#keys.indexOf(key);
    if (this.#names !== null) return this.#names.find(key);
    const i = Number(key);
    return Number.isInteger(i) && i >= 0 && i < this.#node.count && String(i) === key ? i : -1;
  }

  #nameOf(position: number): string {
    return this.#keys?.[position] ?? this.#names?.name(position) ?? String(position);
  }

  #placeOf(position: number): number {
    return this.#names === null ? position : 2 * position + 1;
  }

  #slotOf(position: number): number {
    return this.#node.slots + 8 * this.#placeOf(position);
  }

  #tagOf(position: number): number {
    return tagAt(this.draft.bytes, this.#node, this.#placeOf(position));
  }

  /** An element as it was, or as what was read of it has become. */
  #part(position: number): unknown {
    const known = this.#parts.get(position);
    if (known !== undefined) return known;
    const { bytes } = this.draft;
    const tag = this.#tagOf(position);
    const slotAt = this.#slotOf(position);
    if (tag === Tag.HOLE) return undefined;
    if (isPlain(tag)) {
      const tagAt = this.#node.tags + this.#placeOf(position);
      const { proxy } = new Container(this.draft, this, tag, slotAt, tagAt);
      this.#parts.set(position, proxy);
      return proxy;
    }
    const part = readPart(bytes, tag, slotAt);
    if (typeof part === 'object' && part !== null && tag !== Tag.HANDLE) {
      this.#parts.set(position, part);
      this.draft.pieces ||= (bytes.u32[0] & PIECED) !== 0;
    }
    return part;
  }

  /** The same for the target: what has not been read is not read for it. */
  #keptPart(position: number): unknown {
    const tag = this.#tagOf(position);
    const isApart = isContainer(tag) || tag > Tag.SET || tag === Tag.LATIN1 || tag === Tag.UTF16;
    const untouched = isApart && !this.#parts.has(position) && tag !== Tag.DATE && tag !== Tag.HANDLE;
    return untouched ? new Kept(tag, this.#slotOf(position)) : this.#part(position);
  }

  /** Gives the target all elements. */
  #list(): Record<string, unknown> {
    if (this.#listed) return this.#target;
    this.#listed = true;
    const target = this.#target;
    if (this.tag === Tag.ARRAY) target.length = this.#count;
    for (let position = 0; position < this.#count; position++) {
      if (this.#changed.has(position)) define(target, this.#nameOf(position), this.#changed.get(position));
      else if (this.#tagOf(position) !== Tag.HOLE) define(target, this.#nameOf(position), this.#keptPart(position));
    }
    return target;
  }

  /** The same, as a list that will be written anew. */
  #rewrite(): Record<string, unknown> {
    this.#rewritten = true;
    return this.#list();
  }

  /** Reads what the target has under a key. */
  #touch(key: string | symbol): void {
    const kept = Object.getOwnPropertyDescriptor(this.#target, key)?.value;
    if (kept instanceof Kept) define(this.#target, key as string, this.#part(this.#find(key as string)));
  }

  // ---------------------------------------------------------------- traps

  #check(): void {
    if (this.draft.ended)
      throw new TypeError(
        'A draft can be used in the function that it was given to, and not after: use get() or view().',
      );
  }

  get(target: object, key: string | symbol, receiver: unknown): unknown {
    this.#check();
    if (this.#listed) {
      this.#touch(key);
    } else if (typeof key === 'string') {
      const position = this.#find(key);
      if (position >= 0) return this.#changed.has(position) ? this.#changed.get(position) : this.#part(position);
      if (key === 'length' && this.tag === Tag.ARRAY) return this.#count;
    }
    return Reflect.get(target, key, receiver);
  }

  has(target: object, key: string | symbol): boolean {
    this.#check();
    if (!this.#listed && typeof key === 'string') {
      const position = this.#find(key);
      if (position >= 0 && (this.#changed.has(position) || this.#tagOf(position) !== Tag.HOLE)) return true;
    }
    return Reflect.has(target, key);
  }

  set(target: object, key: string | symbol, value: unknown): boolean {
    this.#check();
    const position = typeof key === 'string' && !this.#rewritten ? this.#find(key) : -1;
    if (position < 0 || !this.#fits(position, value)) return Reflect.set(this.#rewrite(), key, value);
    this.#changed.set(position, value);
    if (this.#listed) define(target as Record<string, unknown>, key as string, value);
    return true;
  }

  /** Whether a new element can take the slot of an old one. */
  #fits(position: number, value: unknown): boolean {
    if (this.#node.tags === 0) return typeof value === 'number';
    const isOwn = typeof value === 'object' && value !== null && drafts.get(value)?.parent === this; // D1
    return this.#tagOf(position) !== Tag.HOLE && !isOwn;
  }

  deleteProperty(_target: object, key: string | symbol): boolean {
    this.#check();
    return Reflect.deleteProperty(this.#rewrite(), key);
  }

  defineProperty(_target: object, key: string | symbol, descriptor: PropertyDescriptor): boolean {
    this.#check();
    return Reflect.defineProperty(this.#rewrite(), key, descriptor);
  }

  getOwnPropertyDescriptor(_target: object, key: string | symbol): PropertyDescriptor | undefined {
    this.#check();
    const listed = this.#list();
    this.#touch(key);
    return Reflect.getOwnPropertyDescriptor(listed, key);
  }

  ownKeys(): (string | symbol)[] {
    this.#check();
    return Reflect.ownKeys(this.#list());
  }

  preventExtensions(): boolean {
    return false;
  }

  setPrototypeOf(): boolean {
    return false;
  }

  // ---------------------------------------------------------------- writing

  /** Tells the patch what has changed; where the container is then. */
  write(patch: Patch): Written {
    this.#written = true;
    return this.#rewritten ? this.#writeAnew(patch) : this.#writeChanges(patch);
  }

  #writeChanges(patch: Patch): Written {
    const { arena } = patch;
    const start = arena.tail;
    for (const [position, value] of this.#changed) {
      const tag = put(arena, value, patch.scratch);
      patch.dead += this.#deadBytes(position);
      patch.slot(this.#slotOf(position), this.#node.tags === 0 ? -1 : this.#node.tags + this.#placeOf(position), tag);
    }
    for (const [position, part] of this.#parts) {
      if (this.#changed.has(position)) continue;
      const container = drafts.get(part as object);
      const slotAt = this.#slotOf(position);
      if (container === undefined) {
        const tag = put(arena, part, patch.scratch);
        patch.dead += this.#deadBytes(position);
        patch.slot(slotAt, this.#node.tags + this.#placeOf(position), tag);
        continue;
      }
      const { tag, moved, grown } = container.write(patch);
      if (moved) patch.slot(slotAt, container.tagAt, tag);
      else if (grown > 0) patch.word(slotAt + 4, sizeAt(this.draft.bytes, slotAt) + grown);
    }
    return { tag: this.tag, moved: false, grown: arena.tail - start };
  }

  #deadBytes(position: number): number {
    const tag = this.#tagOf(position);
    return isContainer(tag) || tag === Tag.LATIN1 || tag >= Tag.BINARY
      ? sizeAt(this.draft.bytes, this.#slotOf(position))
      : 0;
  }

  #writeAnew(patch: Patch): Written {
    const { arena } = patch;
    const target = this.#list();
    patch.dead += this.#nodeBytes();
    const start = (arena.tail + 7) & ~7;
    let tag: number = Tag.ARRAY;
    let kept = 0;
    if (this.tag === Tag.ARRAY) {
      kept = this.#putList(patch, target as unknown as unknown[]);
    } else {
      const keys = Object.keys(target);
      const shape = shapeOfKeys(keys);
      tag = shape === null ? Tag.DICT : Tag.OBJECT;
      if (shape === null)
        kept = this.#putList(
          patch,
          keys.flatMap((key) => [key, target[key]]),
        );
      else
        kept = this.#putShaped(
          patch,
          shape.id,
          keys.map((key) => target[key]),
        );
    }
    arena.u32[patch.scratch >> 2] = start - patch.base;
    arena.u32[(patch.scratch >> 2) + 1] = arena.tail - start + kept;
    return { tag, moved: true, grown: arena.tail - start };
  }

  #nodeBytes(): number {
    return this.#keys === null ? 8 + 9 * this.#node.count : objectSize(this.#node.count);
  }

  #putShaped(patch: Patch, shape: number, values: readonly unknown[]): number {
    const count = values.length;
    const at = patch.arena.alloc(objectSize(count));
    patch.arena.u32[at >> 2] = shape;
    patch.arena.u32[(at >> 2) + 1] = count;
    return this.#putElements(patch, values, at + 8, at + 8 + paddedTags(count));
  }

  #putList(patch: Patch, values: readonly unknown[]): number {
    const { arena } = patch;
    const count = values.length;
    const at = arena.alloc(8 + 8 * count);
    const tags = arena.alloc(paddedTags(count));
    arena.u32[at >> 2] = count;
    arena.u32[(at >> 2) + 1] = tags - patch.base;
    return this.#putElements(patch, values, tags, at + 8);
  }

  /** Fills tags and slots of a fresh node; returns the bytes of what is kept where it was. */
  #putElements(patch: Patch, values: readonly unknown[], tags: number, slots: number): number {
    const { arena } = patch;
    let kept = 0;
    for (let i = 0; i < values.length; i++) {
      const value = values[i];
      const slotAt = slots + 8 * i;
      let tag: number;
      if (value instanceof Kept) {
        tag = value.tag;
        this.#refer(arena, value.slotAt, slotAt);
        kept += sizeAt(this.draft.bytes, value.slotAt);
      } else if (value === undefined && !Object.hasOwn(values, i)) {
        tag = Tag.HOLE;
      } else {
        tag = this.#putElement(patch, value, slotAt);
      }
      arena.u8[tags + i] = tag;
    }
    return kept;
  }

  #putElement(patch: Patch, value: unknown, slotAt: number): number {
    const { arena } = patch;
    const container = typeof value === 'object' && value !== null ? drafts.get(value) : undefined;
    if (container === undefined || container.parent !== this || container.#written) return put(arena, value, slotAt); // D1
    const { tag, moved, grown } = container.write(patch);
    if (moved) {
      arena.u32[slotAt >> 2] = arena.u32[patch.scratch >> 2];
      arena.u32[(slotAt >> 2) + 1] = arena.u32[(patch.scratch >> 2) + 1];
    } else {
      this.#refer(arena, container.slotAt, slotAt);
      arena.u32[(slotAt >> 2) + 1] += grown;
    }
    return tag;
  }

  #refer(arena: Arena, from: number, to: number): void {
    const { u32 } = this.draft.bytes;
    arena.u32[to >> 2] = u32[from >> 2];
    arena.u32[(to >> 2) + 1] = u32[(from >> 2) + 1];
  }
}

function define(target: object, key: string, value: unknown): void {
  Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
}
