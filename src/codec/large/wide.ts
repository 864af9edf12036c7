// Façades of large arrays and dictionaries: Proxies that open an element when it is asked for. Whoever wants to know more (all names, a
// descriptor, whether it is frozen) makes the façade open everything: then its target is what it stands for, frozen.
//
// Invariant
//  F1. Until then the target is empty and extensible, so that no answer of the façade contradicts it.

import { damaged } from '../damage.js';
import { Tag } from '../format.js';
import type { Bytes } from '../memory.js';
import { Dictionary } from './dictionary.js';
import { listAt, type Node, tagAt } from './node.js';

type Open = (tag: number, slotAt: number) => unknown;

/** The façade of an ARRAY or a DICT. `open` gives the view of an element. */
export function facadeOf(bytes: Bytes, tag: number, slotAt: number, open: Open): object {
  const node = listAt(bytes, slotAt);
  if (tag === Tag.ARRAY) return new Elements(bytes, node, open).facade;
  if (tag === Tag.DICT) return new Properties(bytes, node, open).facade;
  throw damaged(`tag ${tag} is no container`);
}

const INSPECT = Symbol.for('nodejs.util.inspect.custom');

abstract class Facade implements ProxyHandler<object> {
  readonly facade: object;
  #opened = new Map<number, unknown>();
  #whole = false;

  constructor(
    readonly bytes: Bytes,
    readonly node: Node,
    readonly open: Open,
    target: object,
  ) {
    // Some runtimes print the target.
    Object.defineProperty(target, INSPECT, { value: () => this.shown(this.#complete(target)), configurable: true });
    this.facade = new Proxy(target, this);
  }

  /** What there is under a key of the façade: its position, -1 if it is none of its elements. */
  abstract find(key: string): number;
  /** What the façade stands for that is no element of it. */
  abstract other(target: object, key: string | symbol, receiver: unknown): unknown;
  /** Whether there is an element at all at this position. */
  abstract exists(position: number): boolean;
  /** The place of the element in the node. */
  abstract placeOf(position: number): number;
  /** Gives the target all that it stands for. */
  abstract fill(target: object): void;
  /** Something else that is printed like it. */
  abstract shown(target: object): object;

  /** The element at a position, always the same. */
  element(position: number): unknown {
    const known = this.#opened.get(position);
    if (known !== undefined) return known;
    const place = this.placeOf(position);
    const element = this.open(tagAt(this.bytes, this.node, place), this.node.slots + 8 * place);
    this.#opened.set(position, element);
    return element;
  }

  #complete(target: object): object {
    if (!this.#whole) {
      this.#whole = true;
      this.fill(target);
      this.#opened = new Map();
      Object.freeze(target);
    }
    return target;
  }

  get(target: object, key: string | symbol, receiver: unknown): unknown {
    if (this.#whole) return Reflect.get(target, key, receiver);
    const position = typeof key === 'string' ? this.find(key) : -1;
    return position < 0 ? this.other(target, key, receiver) : this.element(position);
  }

  has(target: object, key: string | symbol): boolean {
    if (!this.#whole && typeof key === 'string' && this.find(key) >= 0) return true;
    return Reflect.has(target, key);
  }

  getOwnPropertyDescriptor(target: object, key: string | symbol): PropertyDescriptor | undefined {
    return Reflect.getOwnPropertyDescriptor(this.#complete(target), key);
  }

  ownKeys(target: object): (string | symbol)[] {
    return Reflect.ownKeys(this.#complete(target));
  }

  isExtensible(target: object): boolean {
    return Reflect.isExtensible(this.#complete(target));
  }

  preventExtensions(target: object): boolean {
    return Reflect.preventExtensions(this.#complete(target));
  }

  defineProperty(target: object, key: string | symbol, descriptor: PropertyDescriptor): boolean {
    return Reflect.defineProperty(this.#complete(target), key, descriptor);
  }

  deleteProperty(target: object, key: string | symbol): boolean {
    return Reflect.deleteProperty(this.#complete(target), key);
  }

  set(): boolean {
    return false;
  }

  setPrototypeOf(target: object, prototype: object | null): boolean {
    return Reflect.setPrototypeOf(this.#complete(target), prototype);
  }
}

const INDEX = /^(0|[1-9]\d{0,9})$/;

class Elements extends Facade {
  constructor(bytes: Bytes, node: Node, open: Open) {
    super(bytes, node, open, []);
  }

  find(key: string): number {
    if (!INDEX.test(key)) return -1;
    const i = Number(key);
    return i < this.node.count && this.exists(i) ? i : -1;
  }

  exists(position: number): boolean {
    return tagAt(this.bytes, this.node, position) !== Tag.HOLE;
  }

  placeOf(position: number): number {
    return position;
  }

  other(target: object, key: string | symbol, receiver: unknown): unknown {
    return key === 'length' ? this.node.count : Reflect.get(target, key, receiver);
  }

  fill(target: unknown[]): void {
    target.length = this.node.count;
    for (let i = 0; i < this.node.count; i++) if (this.exists(i)) target[i] = this.element(i);
  }

  shown(target: unknown[]): unknown[] {
    return target.slice();
  }
}

class Properties extends Facade {
  readonly #names: Dictionary;

  constructor(bytes: Bytes, node: Node, open: Open) {
    super(bytes, node, open, {});
    this.#names = new Dictionary(bytes, node);
  }

  find(key: string): number {
    return this.#names.find(key);
  }

  exists(): boolean {
    return true;
  }

  placeOf(position: number): number {
    return 2 * position + 1;
  }

  other(target: object, key: string | symbol, receiver: unknown): unknown {
    return Reflect.get(target, key, receiver);
  }

  fill(target: object): void {
    for (let i = 0; i < this.#names.size; i++) {
      const value = this.element(i);
      Object.defineProperty(target, this.#names.name(i), {
        value,
        enumerable: true,
        configurable: true,
        writable: true,
      });
    }
  }

  shown(target: object): object {
    return { ...target };
  }
}
