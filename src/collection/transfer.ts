// Handles on their way between threads, outside of shared values: postMessage, workerData, structuredClone.
//
// A clone of a handle is an object with one property, which says what it was a handle of. Reading that property is how a clone is made, so it
// also tells the engine of a copy that keeps the collection alive until it is attached, or for a minute.

import { setTimeout } from 'node:timers';
import type { Cache } from '../cache.js';
import { kindName } from '../kinds.js';
import { native } from '../runtime/native.js';

/** The name of that property. */
export const TRANSFERRED = '$heddle';
/** Its value: kind, collection, copy; and for whoever comes upon it, what to do. */
export const TRANSFERRED_FORMAT = /^(\d+):(\d+):(\d+)( |$)/;

/** The engine gives up copies that are older than a minute (Lifetimes::kFlight), by a clock that may differ a little. */
const FLIGHT_MS = 61_000;
let timed = false;
let sentSince = false;

/** What a clone of a handle takes along. */
export function transferred(cache: Cache): string {
  const token = native.send(cache.id);
  sentSince = true;
  if (!timed) giveUpLater();
  return `${cache.kind}:${cache.id}:${token} a copy of a handle: attach(message) makes it a ${kindName(cache.kind)} again`;
}

function giveUpLater(): void {
  timed = true;
  sentSince = false;
  setTimeout(() => {
    timed = false;
    native.tidy();
    if (sentSince) giveUpLater();
  }, FLIGHT_MS).unref();
}
