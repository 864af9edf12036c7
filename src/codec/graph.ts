// Decoding values of which parts are referred to from several places: every object is noted under the place of its slot, before what is
// in it is read.

import { type BufferPlace, show, type View } from './buffers.js';
import { makeInstance, turnInto } from './classes.js';
import { define } from './compile.js';
import { damaged, lengthOf, madeOf, nameOf } from './damage.js';
import { descend, listAt, read, readLeaf, shapeAt, take } from './decode.js';
import { emptyError, setErrorPart, sparseArray } from './exotic.js';
import { BINARY, paddedTags, Tag } from './format.js';
import type { Bytes } from './memory.js';

/** `decodeValue` of such a value. */
export function decodeGraph(bytes: Bytes, offset: number, length: number): unknown {
  bytes.start(offset, length);
  return new GraphReader(bytes).read(bytes.u8[offset], offset + 8);
}

class GraphReader {
  readonly #objects = new Map<number, object>();
  readonly #views = new Map<number, View>();
  readonly #places: BufferPlace[] = [];
  readonly #buffers: ArrayBuffer[] = [];

  constructor(readonly bytes: Bytes) {
    const table = bytes.u32[(bytes.base >> 2) + 1];
    if (table !== 0) this.#readTable(table);
  }

  #readTable(offset: number): void {
    const { bytes } = this;
    let at = take(bytes, offset, 8);
    if ((at & 7) !== 0) throw damaged('a table is not aligned');
    const count = bytes.u32[at >> 2];
    for (let i = 0; i < count; i++) {
      at = take(bytes, at === bytes.base + offset ? offset + 8 : at - bytes.base, 24);
      const { u32, f64 } = bytes;
      this.#places.push({ tag: u32[at >> 2], slotAt: at + 8, maxByteLength: f64[(at + 16) >> 3] });
      const views = u32[(at >> 2) + 1];
      at += 24;
      for (let n = 0; n < views; n++, at += 24) {
        take(bytes, at - bytes.base, 24);
        const type = u32[(at >> 2) + 1];
        if (type >= BINARY.length) throw damaged('a view has no type');
        const view = { buffer: i, type, byteOffset: f64[(at + 8) >> 3], length: f64[(at + 16) >> 3] };
        this.#views.set(u32[at >> 2], view);
      }
    }
  }

  read(tag: number, slotAt: number): unknown {
    const { bytes } = this;
    const place = slotAt - bytes.base;
    switch (tag) {
      case Tag.REF: {
        const object = this.#objects.get(bytes.u32[slotAt >> 2]);
        if (object === undefined) throw damaged('something is referred to that is not there');
        return object;
      }
      case Tag.OBJECT:
        return this.#readObject(slotAt, this.#note(place, {}));
      case Tag.DICT:
        return this.#readProperties(slotAt, this.#note(place, {}));
      case Tag.ARRAY:
        return this.#readArray(slotAt, this.#note(place, []));
      case Tag.SPARSE:
        return this.#readSparse(slotAt, place);
      case Tag.MAP: {
        const map = this.#note(place, new Map());
        const list = this.#readList(slotAt);
        for (let i = 0; i + 1 < list.length; i += 2) map.set(list[i], list[i + 1]);
        return map;
      }
      case Tag.SET: {
        const set = this.#note(place, new Set());
        for (const element of this.#readList(slotAt)) set.add(element);
        return set;
      }
      case Tag.ERROR:
        return this.#readError(slotAt, place);
      case Tag.INSTANCE:
        return this.#readInstance(slotAt, place);
      case Tag.VIEW:
        return this.#readView(place);
      default: {
        if (tag >= Tag.BINARY || tag === Tag.MAPPED) {
          if (this.#views.has(place)) return this.#readView(place);
        }
        const leaf =
          tag === Tag.REGEXP || tag === Tag.BOXED ? readLeaf(tag, this.#readList(slotAt)) : read(bytes, tag, slotAt);
        if (typeof leaf === 'object' && leaf !== null) this.#note(place, leaf);
        return leaf;
      }
    }
  }

  #note<T extends object>(place: number, object: T): T {
    this.#objects.set(place, object);
    return object;
  }

  #readObject(slotAt: number, object: Record<string, unknown>): object {
    const { bytes } = this;
    const at = bytes.base + bytes.u32[slotAt >> 2];
    const { keys } = shapeAt(bytes, at);
    const slots = at + 8 + paddedTags(keys.length);
    for (let i = 0; i < keys.length; i++) define(object, keys[i], this.read(bytes.u8[at + 8 + i], slots + 8 * i));
    bytes.depth--;
    return object;
  }

  /** Calls `visit` with each element of a list, undefined for a hole. */
  #forEach(slotAt: number, visit: (element: unknown, i: number, tag: number) => void): void {
    const { bytes } = this;
    const { count, slots, tags } = listAt(bytes, slotAt);
    descend(bytes);
    for (let i = 0; i < count; i++) {
      const tag = tags === 0 ? Tag.NUMBER : bytes.u8[tags + i];
      visit(tag === Tag.HOLE ? undefined : this.read(tag, slots + 8 * i), i, tag);
    }
    bytes.depth--;
  }

  #readList(slotAt: number): unknown[] {
    return this.#readArray(slotAt, []);
  }

  #readArray(slotAt: number, array: unknown[]): unknown[] {
    this.#forEach(slotAt, (element, i, tag) => {
      if (tag === Tag.HOLE) array.length = i + 1;
      else array[i] = element;
    });
    return array;
  }

  #readProperties(slotAt: number, object: object): object {
    let name = '';
    this.#forEach(slotAt, (element, i) => {
      if (i % 2 === 0) name = nameOf(element);
      else define(object as Record<string, unknown>, name, element);
    });
    return object;
  }

  #readSparse(slotAt: number, place: number): unknown[] {
    const array = this.#note(place, sparseArray(0));
    let name = '';
    this.#forEach(slotAt, (element, i) => {
      if (i === 0) array.length = lengthOf(element);
      else if (i % 2 === 1) name = nameOf(element);
      else define(array as unknown as Record<string, unknown>, name, element);
    });
    return array;
  }

  #readError(slotAt: number, place: number): Error {
    let error: Error | undefined;
    let name = '';
    this.#forEach(slotAt, (element, i) => {
      if (error === undefined) error = this.#note(place, emptyError(nameOf(element)));
      else if (i % 2 === 1) name = nameOf(element);
      else setErrorPart(error, name, element);
    });
    if (error === undefined) throw damaged('an error has no type');
    return error;
  }

  /** An instance that is its properties is noted before they are read; what a `fromValue` makes, afterwards. */
  #readInstance(slotAt: number, place: number): object {
    const { bytes } = this;
    const { count, slots, tags } = listAt(bytes, slotAt);
    if (count < 2 || tags === 0) throw damaged('an instance has no properties');
    descend(bytes);
    const name = nameOf(this.read(bytes.u8[tags], slots));
    const converted = count > 2;
    const tag = bytes.u8[tags + 1];
    let instance: object;
    if (converted) instance = this.#note(place, makeInstance(name, this.read(tag, slots + 8), true));
    else if (tag === Tag.OBJECT) instance = this.#readObject(slots + 8, this.#note(place, {}));
    else if (tag === Tag.DICT) instance = this.#readProperties(slots + 8, this.#note(place, {}));
    else if (tag === Tag.ERROR) instance = this.#readError(slots + 8, place);
    else throw damaged('an instance has no properties');
    if (!converted) turnInto(name, instance);
    bytes.depth--;
    return instance;
  }

  #readView(place: number): object {
    const view = this.#views.get(place);
    if (view === undefined) throw damaged('a view is not in the table');
    const buffer = (this.#buffers[view.buffer] ??= this.#readBuffer(this.#places[view.buffer]));
    return this.#note(
      place,
      madeOf(() => show(buffer, view)),
    );
  }

  #readBuffer({ tag, slotAt, maxByteLength }: BufferPlace): ArrayBuffer {
    const buffer = tag === Tag.BINARY || tag === Tag.MAPPED ? read(this.bytes, tag, slotAt) : null;
    if (!(buffer instanceof ArrayBuffer)) throw damaged('a buffer is none');
    if (maxByteLength < 0) return buffer;
    if (!(maxByteLength >= buffer.byteLength && maxByteLength < 2 ** 40))
      throw damaged('a buffer has no greatest length');
    const Resizable = ArrayBuffer as unknown as new (length: number, options: object) => ArrayBuffer;
    const resizable = madeOf(() => new Resizable(buffer.byteLength, { maxByteLength }));
    new Uint8Array(resizable).set(new Uint8Array(buffer));
    return resizable;
  }
}
