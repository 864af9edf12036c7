// Opening a keyed collection that begins with entries.

import type { Cache } from '../cache.js';
import { openCollection } from '../collection/open.js';
import type { CollectionOptions } from '../collection/options.js';
import { runOutside } from '../transaction.js';
import { type Collected, setEntries } from './entries.js';

/** Opens or creates one. `entries` go into a new one only: all of them, before anybody else can see it. */
export function openKeyed(kind: number, options: CollectionOptions, entries: readonly Collected[] | null): Cache {
  // Not part of the transaction that the caller may be in: the collection is not either.
  return openCollection(kind, options, entries && ((cache) => runOutside(() => setEntries(cache, entries))));
}
