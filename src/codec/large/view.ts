// Read-only views of large values, decoded where they are touched.
//
//   part of up to SMALL bytes    decoded and frozen as a whole, as the view of a small value is
//   object of a shape            a frozen object: what is short is there, the rest behind accessors that open it
//   Map, Set                     all entries, opened as far as these rules say
//   other large containers       a façade that opens elements one by one (wide.ts)
//
// All that is opened refers to the bytes, and stays the same object for as long as what it is in.

import { damaged, nameOf } from '../damage.js';
import { descend, read, take } from '../decode.js';
import { Tag } from '../format.js';
import type { Bytes } from '../memory.js';
import { MAX_KEYS } from '../shapes.js';
import { decodeView, isGraph } from '../value.js';
import { refuseMutation, toView } from '../view.js';
import { isContainer, listAt, type Node, objectAt, openPart, sizeAt, tagAt } from './node.js';
import { facadeOf } from './wide.js';

/** Parts of up to so many bytes are opened whole. */
export interface Sizes {
  /** When they are touched. */
  readonly small: number;
  /** With the object that they are a field of. */
  readonly tiny: number;
}

const SIZES: Sizes = { small: 4096, tiny: 256 };

/** The view of the value that is all of `bytes`, which must never change. `sizes` are for tests. */
export function openView(bytes: Bytes, length: number, sizes: Sizes = SIZES): unknown {
  bytes.start(0, length);
  // Parts that are referred to from several places have to be the same object wherever they are met.
  if (isGraph(bytes, 0)) return decodeView(bytes, 0, length);
  return viewAt(bytes, bytes.u8[0], 8, sizes);
}

/** The view of a part. */
export function viewAt(bytes: Bytes, tag: number, slotAt: number, sizes: Sizes): unknown {
  openPart(bytes);
  return open(bytes, tag, slotAt, sizes);
}

/** The same of a part of what is being opened: out of its budget. */
function open(bytes: Bytes, tag: number, slotAt: number, sizes: Sizes): unknown {
  if (!isContainer(tag) || sizeAt(bytes, slotAt) <= sizes.small) return toView(read(bytes, tag, slotAt));
  switch (tag) {
    case Tag.OBJECT: {
      const { node, keys } = objectAt(bytes, slotAt);
      return new LazyObject(bytes, node, keys, 0, sizes);
    }
    case Tag.MAP: {
      const entries = partsAt(bytes, slotAt, sizes);
      const map = new Map();
      for (let i = 0; i + 1 < entries.length; i += 2) map.set(entries[i], entries[i + 1]);
      return refuseMutation(map);
    }
    case Tag.SET:
      return refuseMutation(new Set(partsAt(bytes, slotAt, sizes)));
    case Tag.SPARSE:
      return toView(read(bytes, tag, slotAt));
    case Tag.DICT: {
      const node = listAt(bytes, slotAt);
      const names = namesOf(bytes, node);
      if (names !== null) return new LazyObject(bytes, node, names, 1, sizes);
      return facadeOf(bytes, tag, slotAt, (tag, slotAt) => viewAt(bytes, tag, slotAt, sizes));
    }
    default:
      return facadeOf(bytes, tag, slotAt, (tag, slotAt) => viewAt(bytes, tag, slotAt, sizes));
  }
}

/** The names of the properties of a DICT that is no more than an object which has not been met twice; null if it has many. */
function namesOf(bytes: Bytes, node: Node): string[] | null {
  if (node.count > 2 * MAX_KEYS) return null;
  const names = Array.from({ length: node.count >> 1 }, (_, i) =>
    nameOf(read(bytes, tagAt(bytes, node, 2 * i), node.slots + 16 * i)),
  );
  if (new Set(names).size < names.length) throw damaged('two properties have the same name');
  return names;
}

function partsAt(bytes: Bytes, slotAt: number, sizes: Sizes): unknown[] {
  const node = listAt(bytes, slotAt);
  take(bytes, node.at - bytes.base, 8 + 8 * node.count);
  descend(bytes);
  const parts = Array.from({ length: node.count }, (_, i) =>
    open(bytes, tagAt(bytes, node, i), node.slots + 8 * i, sizes),
  );
  bytes.depth--;
  return parts;
}

/** True for what is opened together with the object that it is in. */
function isTiny(bytes: Bytes, tag: number, slotAt: number, sizes: Sizes): boolean {
  if (tag === Tag.MAPPED) return false;
  if (tag >= Tag.OBJECT || tag === Tag.LATIN1 || tag === Tag.UTF16) return sizeAt(bytes, slotAt) <= sizes.tiny;
  return true;
}

const INSPECT = Symbol.for('nodejs.util.inspect.custom');
const UNREAD = Symbol('unread');

/** Lets a class give a private field to an object that it has not made. */
const Foreign = class {
  constructor(object: object) {
    // biome-ignore lint/correctness/noConstructorReturn: that is what it is for
    return object;
  }
} as new (
  object: object,
) => object;

/** What the accessors of an object open. They are the same functions for all objects, so that these look alike to the compiler. */
class LazyObject extends Foreign {
  readonly #bytes: Bytes;
  readonly #sizes: Sizes;
  readonly #node: Node;
  /** 0 if the elements of the node are the values of its keys, 1 if the keys stand before them. */
  readonly #named: number;
  readonly #opened: unknown[];

  constructor(bytes: Bytes, node: Node, keys: readonly string[], named: number, sizes: Sizes) {
    const object: Record<string, unknown> = {};
    super(object);
    this.#bytes = bytes;
    this.#sizes = sizes;
    this.#node = node;
    this.#named = named;
    this.#opened = [];
    for (let i = 0; i < keys.length; i++) {
      const place = (i << named) + named;
      const tag = tagAt(bytes, node, place);
      const slotAt = node.slots + 8 * place;
      if (isTiny(bytes, tag, slotAt, sizes)) {
        Object.defineProperty(object, keys[i], { value: toView(read(bytes, tag, slotAt)), enumerable: true });
      } else {
        this.#opened[i] = UNREAD;
        Object.defineProperty(object, keys[i], accessorOf(i));
      }
    }
    Object.defineProperty(object, INSPECT, { value: showFields });
    Object.freeze(object);
  }

  /** What field `i` of `object`, or of what it inherits from, is. */
  static field(object: object, i: number): unknown {
    let owner = object;
    while (!(#opened in owner)) owner = Object.getPrototypeOf(owner);
    const part = owner.#opened[i];
    return part === UNREAD ? owner.#open(i) : part;
  }

  #open(i: number): unknown {
    const place = (i << this.#named) + this.#named;
    const tag = tagAt(this.#bytes, this.#node, place);
    this.#opened[i] = viewAt(this.#bytes, tag, this.#node.slots + 8 * place, this.#sizes);
    return this.#opened[i];
  }
}

/** Printed as what it stands for, not as accessors. */
function showFields(this: object): object {
  return { ...this };
}

const accessors: PropertyDescriptor[] = [];

function accessorOf(i: number): PropertyDescriptor {
  accessors[i] ??= {
    get(this: object) {
      return LazyObject.field(this, i);
    },
    enumerable: true,
  };
  return accessors[i];
}
