// What a body does to arrays. What it reads is logged element by element, so that it loses only over those; what it writes takes effect
// when it commits.

import type { Cache } from '../cache.js';
import { encodeValue, isImmutable } from '../codec/index.js';
import { TransactionEndedError } from '../errors.js';
import { stageEncoded } from '../large.js';
import { askPlace, takeAnswer } from '../load.js';
import { frame, OK, SET, VALUE_LENGTH } from '../runtime/frame.js';
import { arena } from '../runtime/thread.js';
import type { Body } from '../txn/body.js';
import { bodyHere } from '../txn/scope.js';
import { Write } from '../txn/writes.js';
import { Edits } from './edits.js';
import { Walk } from './walk.js';

/** A part that is longer is read, and logged, as the array as a whole. */
const FEW = 64;

const ABSENT = -1;

/** What has become of the array; null while nothing has. */
function editsOf(body: Body, cache: Cache): Edits | null {
  const edits = body.writes.edits(cache);
  if (edits !== undefined) rebase(body, cache, edits);
  return edits ?? null;
}

/** The same, to be changed. */
function editing(body: Body, cache: Cache): Edits {
  body.checkWrite();
  const before = body.snapshotSize(cache);
  body.checkWrite(); // it may have found that the body is late
  const edits = body.writes.editing(cache, (cleared) => new Edits(cleared ? 0 : before, cleared));
  rebase(body, cache, edits);
  return edits;
}

/** The snapshot may have moved to where others have appended, if nothing that the body has read says how long the array is. */
function rebase(body: Body, cache: Cache, edits: Edits): void {
  if (!edits.cleared && !edits.rebase(body.snapshotSize(cache))) body.doom();
}

/** The length without logging it: what does not depend on it must not conflict over it. */
export function lengthSoFar(body: Body, cache: Cache): number {
  body.check();
  return editsOf(body, cache)?.length ?? (body.writes.clears(cache) ? 0 : body.snapshotSize(cache));
}

export function lengthInside(body: Body, cache: Cache): number {
  logLength(body, cache); // first: from here on the snapshot moves nowhere where it is another one
  return lengthSoFar(body, cache);
}

function logLength(body: Body, cache: Cache): void {
  body.check();
  if (!body.writes.clears(cache)) body.sizeAtSnapshot(cache);
}

/**
 * Whether there is an element at an index. Logs the length if there is none, or one that the body has appended: others may append before it.
 * Else whoever uses the element logs it, or changes it, which fails where there is none.
 */
export function hasElement(body: Body, cache: Cache, index: number): boolean {
  if (index < 0) return false;
  const own = editsOf(body, cache)?.isAppended(index);
  return own || index >= lengthSoFar(body, cache) ? index < lengthInside(body, cache) : true;
}

/** The element at an index of the array as the body has it. */
export function elementInside(body: Body, cache: Cache, index: number): unknown {
  if (!hasElement(body, cache, index)) return undefined;
  const place = editsOf(body, cache)?.at(index) ?? index;
  return typeof place === 'number' ? baseElement(body, cache, place) : place.read();
}

/** An element of the snapshot. */
function baseElement(body: Body, cache: Cache, index: number): unknown {
  body.touch(cache);
  const known = cache.find(index);
  for (;;) {
    if (known !== undefined && body.holds(known)) return body.logElement(known, index).owned();
    const status = askPlace(cache, index, body.rv, body.slot);
    if (status !== OK) {
      body.renew();
      continue;
    }
    if (frame.i[VALUE_LENGTH] === ABSENT) body.doom(); // the snapshot has moved since the caller looked
    return body.logElement(takeAnswer(cache, known, index), index).owned();
  }
}

/** The elements [from, to), owned by the caller. */
export function partInside(body: Body, cache: Cache, from: number, to: number): unknown[] {
  const edits = editsOf(body, cache);
  const elements: unknown[] = [];
  const range = (from: number, to: number) => {
    if (to - from <= FEW) {
      for (let index = from; index < to; index++) elements.push(baseElement(body, cache, index));
    } else {
      for (const chunk of chunks(body, cache, from, to)) {
        for (let n = 0; n < chunk.length; n++) elements.push(chunk[n]);
      }
    }
  };
  if (edits === null) {
    if (!body.writes.clears(cache)) range(from, to);
    return elements;
  }
  for (const part of edits.clone().parts(from, to)) {
    if (part instanceof Write) elements.push(part.read());
    else range(part.from, part.to);
  }
  return elements;
}

/** All elements as the body has them now, a chunk at a time. */
export function chunksInside(body: Body, cache: Cache): Generator<ArrayLike<unknown>> {
  const length = lengthInside(body, cache);
  const edits = editsOf(body, cache);
  if (edits !== null) return chunksOf(body, cache, edits.clone());
  return chunks(body, cache, 0, length);
}

function* chunksOf(body: Body, cache: Cache, edits: Edits): Generator<ArrayLike<unknown>> {
  for (const part of edits.parts(0, edits.length)) {
    if (part instanceof Write) yield [part.read()];
    else yield* chunks(body, cache, part.from, part.to);
  }
}

function* chunks(body: Body, cache: Cache, from: number, to: number): Generator<ArrayLike<unknown>> {
  if (from >= to) return;
  body.check();
  if (!body.registered && !body.register()) body.doom();
  body.touch(cache);
  const walk = new Walk(cache, body, from, to);
  for (;;) {
    if (walk.end < to) body.doom(); // as above
    yield walk.elements;
    if (walk.done) return;
    walk.next();
  }
}

// ---------------------------------------------------------------- writing

/** An element that is written later; who asks for it ends what it has staged. */
export function encodedElement(cache: Cache, value: unknown): Write {
  const element = new Write();
  element.kind = SET;
  element.cache = cache;
  if (isImmutable(value) && typeof value !== 'symbol') {
    element.fill(value);
    return element;
  }
  const tail = arena.tail;
  const start = encodeValue(arena, value);
  const length = arena.tail - start;
  try {
    element.fillEncoded(start, length, stageEncoded(start, length));
    element.keep();
  } finally {
    arena.release(tail);
  }
  return element;
}

/** The same of a body, which owns what is staged. */
function elementFor(body: Body, cache: Cache, value: unknown): Write {
  const element = encodedElement(cache, value);
  if (element.staged !== null) {
    if (bodyHere() !== body) {
      element.staged.end();
      throw new TransactionEndedError();
    }
    body.writes.own(element.staged);
  }
  return element;
}

/** Sets an element that is there, or the one after the last. The caller has checked that the index is one. */
export function setInside(body: Body, cache: Cache, index: number, value: unknown): void {
  const element = elementFor(body, cache, value);
  if (hasElement(body, cache, index)) {
    const edits = editing(body, cache);
    if (index >= edits.length) body.doom();
    edits.set(index, element);
    return;
  }
  const length = lengthInside(body, cache);
  if (index > length) throw outOfRange(index, length);
  editing(body, cache).append(element);
}

export function outOfRange(index: unknown, length: number): RangeError {
  const place = typeof index === 'number' ? index : `of the type ${typeof index}`; // which may be none that can be printed
  return new RangeError(`There is no place ${place} in an array of ${length} elements: set() takes 0 to ${length}.`);
}

/** Returns the new length, as far as the body can know. */
export function pushInside(body: Body, cache: Cache, values: readonly unknown[]): number {
  for (const value of values) {
    const element = elementFor(body, cache, value);
    editing(body, cache).append(element);
  }
  return lengthSoFar(body, cache);
}

/** How much longer than the snapshot the body has made the array; the length that it has given to one that it has cleared, less 2^53. */
export function ownLength(body: Body, cache: Cache): number {
  const cleared = editsOf(body, cache)?.cleared ?? body.writes.clears(cache);
  return lengthSoFar(body, cache) - (cleared ? 2 ** 53 : body.snapshotSize(cache));
}

/**
 * Replaces `count` elements from `start` on, which must be there; returns them. `own` is what `ownLength` was before user code looked at the
 * values, or null without values.
 */
export function spliceInside(
  body: Body,
  cache: Cache,
  start: number,
  count: number,
  values: readonly unknown[],
  own: number | null,
): unknown[] {
  const elements = values.map((value) => elementFor(body, cache, value));
  body.checkWrite();
  // Another run would come to the same.
  if (own !== null && start + count > lengthSoFar(body, cache) && own !== ownLength(body, cache)) {
    throw new RangeError('The array has become shorter while what is to be inserted was encoded or validated.');
  }
  const removed = count > 0 ? partInside(body, cache, start, start + count) : [];
  const edits = editing(body, cache);
  if (start + count > edits.length) body.doom();
  edits.splice(start, count, elements);
  return removed;
}
