// Handles that have arrived: see transfer.ts.

import type { Cache } from '../cache.js';
import { CollectionDestroyedError } from '../errors.js';
import { describe } from '../failure.js';
import { native } from '../runtime/native.js';
import { cacheOf, handleOf } from './handles.js';
import { TRANSFERRED, TRANSFERRED_FORMAT } from './transfer.js';

/** A place in a message where a handle was. */
interface Place {
  readonly arrived: Cache;
  put(handle: object): void;
}

/**
 * Turns what has become of handles in a message back into handles: in place, however deep they are, in arrays, objects, Maps and Sets. Returns
 * the message, or the handle if it is one. What else is in the message stays as it is. O(message).
 *
 * Throws `CollectionDestroyedError`, with nothing replaced, if one of the collections has ended meanwhile: it was destroyed, or kept
 * alive by nothing but this message for more than a minute.
 */
export function attach<T = unknown>(message: unknown): T {
  const places: Place[] = [];
  let result = message;
  const seen = new Set<object>();
  const open: object[] = [];
  const visit = (value: unknown, put: (handle: object) => void): void => {
    if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return;
    const text = transferredText(value);
    if (text !== null) places.push({ arrived: land(text), put });
    else if (!seen.has(value)) {
      seen.add(value);
      open.push(value);
    }
  };
  visit(message, (handle) => {
    result = handle;
  });
  for (let container = open.pop(); container !== undefined; container = open.pop()) visitParts(container, visit);
  for (const { arrived, put } of places) put(handleOf(arrived));
  return result as T;
}

type Visit = (value: unknown, put: (handle: object) => void) => void;

function visitParts(container: object, visit: Visit): void {
  if (container instanceof Map) {
    const entries = [...container];
    for (const entry of entries) {
      for (const side of [0, 1]) {
        visit(entry[side], (handle) => {
          entry[side] = handle;
          refill(container, () => {
            for (const [key, value] of entries) container.set(key, value);
          });
        });
      }
    }
  } else if (container instanceof Set) {
    const elements = [...container];
    elements.forEach((element, i) => {
      visit(element, (handle) => {
        elements[i] = handle;
        refill(container, () => {
          for (const each of elements) container.add(each);
        });
      });
    });
  }
  for (const key of Reflect.ownKeys(container)) {
    const property = Object.getOwnPropertyDescriptor(container, key)!;
    visit(property.value, (handle) => Object.defineProperty(container, key, { ...property, value: handle }));
  }
}

/** Keeps the order. */
function refill(container: Map<unknown, unknown> | Set<unknown>, fill: () => void): void {
  container.clear();
  fill();
}

/** What a clone of a handle carries; null for everything else. */
function transferredText(value: object): RegExpExecArray | null {
  const keys = Object.keys(value);
  if (keys.length !== 1 || keys[0] !== TRANSFERRED) return null;
  const text = Object.getOwnPropertyDescriptor(value, TRANSFERRED)!.value;
  return typeof text === 'string' ? TRANSFERRED_FORMAT.exec(text) : null;
}

function land([, kind, id, token]: RegExpExecArray): Cache {
  const arrived = native.land(Number(id), Number(token));
  if (arrived === undefined) throw new CollectionDestroyedError(describe(Number(kind), undefined));
  return cacheOf(arrived);
}
