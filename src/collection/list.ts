// What collections there are.

import { kindName, WORKER_POOL } from '../kinds.js';
import { native } from '../runtime/native.js';

/** What `collections` tells of each. */
export interface CollectionSummary {
  /** Unique in the process; never used again. */
  readonly id: number;
  /** The class of its handles: `'SharedMap'`, … */
  readonly kind: string;
  /** Undefined for one without. */
  readonly name: string | undefined;
  /** Bytes that its entries take, as of the last commit. */
  readonly memory: number;
}

/** All collections of the process, of all threads, in the order in which they were made. O(collections). */
export function collections(): CollectionSummary[] {
  return native
    .collections()
    .filter(({ kind }) => kind !== WORKER_POOL)
    .map(({ id, kind, name }) => ({ id, kind: kindName(kind), name, memory: native.memory(id) }))
    .filter(({ memory }) => memory >= 0);
}
