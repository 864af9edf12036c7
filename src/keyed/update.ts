// Read, change, write: the value of one key in a transaction.

import type { Cache } from '../cache.js';
import { type CacheKey, canDraft, Draft } from '../codec/index.js';
import type { LargeValue } from '../large.js';
import type { Body } from '../txn/body.js';
import { isThenable } from '../txn/thenable.js';

type Change = (value: unknown) => unknown;

/**
 * Writes what `change` makes of the value of a key: what it returns, else the value itself that it may have changed. `check` gets what
 * is to be written, and gives what is. Returns that; of a large value that was changed in place, its view.
 */
export function updateEntry(
  body: Body,
  cache: Cache,
  cacheKey: CacheKey,
  change: Change,
  check: ((value: unknown) => unknown) | null,
): unknown {
  // A schema looks at all of the value.
  const large = check === null ? body.find(cache, cacheKey).largeValue() : null;
  if (large !== null && canDraft(large.bytes)) return updateDraft(body, cache, cacheKey, change, large);
  const value = body.get(cache, cacheKey);
  const result = change(value);
  if (isThenable(result)) return result; // which transactionSync refuses
  if (result === undefined && (typeof value !== 'object' || value === null)) return value;
  const changed = result === undefined ? value : result;
  const stored = check === null ? changed : check(changed);
  body.set(cache, cacheKey, stored);
  return stored;
}

function updateDraft(body: Body, cache: Cache, cacheKey: CacheKey, change: Change, large: LargeValue): unknown {
  const draft = new Draft(large.bytes, large.length);
  try {
    const result = change(draft.value);
    if (isThenable(result)) return result;
    if (result === undefined || result === draft.value) return body.patch(cache, cacheKey, large, draft);
    body.set(cache, cacheKey, result); // which may have parts of the draft in it
    return body.get(cache, cacheKey);
  } finally {
    draft.end();
  }
}
