// Single elements as the engine has them.

import type { Cache } from '../cache.js';
import { failure } from '../failure.js';
import { askPlace, isCurrent, takeAnswer } from '../load.js';
import { frame, LATEST, OK, VALUE_LENGTH } from '../runtime/frame.js';

const ABSENT = -1;

/**
 * The element at an index now, outside any transaction; undefined if there is none. Cached like an entry of a map, but for as long as
 * nothing of the array has changed.
 */
export function elementNow(cache: Cache, index: number): unknown {
  const known = cache.young.get(index) ?? cache.find(index);
  if (known !== undefined && isCurrent(cache, known)) return known.owned();
  const status = askPlace(cache, index, LATEST, -1);
  if (status !== OK) throw failure(status, cache);
  return frame.i[VALUE_LENGTH] === ABSENT ? undefined : takeAnswer(cache, known, index).owned();
}
