// How things are at this moment, for somebody who looks for what is wrong.

import { type CollectionSummary, collections } from './collection/list.js';
import { kindName, SHARED_QUEUE } from './kinds.js';
import { native } from './runtime/native.js';
import { collectionStats } from './statistics.js';
import { type OpenTransaction, openTransactions } from './txn/open-calls.js';

/** A collection, as `inspectHeddle` shows it. */
export interface InspectedCollection extends CollectionSummary {
  readonly entries: number;
  /** Who watches it, in all threads. */
  readonly watches: number;
  /** Who waits for items of a queue, in all threads. */
  readonly waiting: number;
}

/** What `inspectHeddle` tells. */
export interface Inspection {
  /** In the order in which they were made. */
  readonly collections: readonly InspectedCollection[];
  /** Asynchronous ones that have awaited something, the oldest first. */
  readonly transactions: readonly OpenTransaction[];
  /** Of transactions and iterators. */
  readonly snapshots: { readonly open: number; readonly maxAge: number };
  /** Who waits for a change in `retry`, or for room in a queue; and for items of queues. */
  readonly waits: { readonly changes: number; readonly items: number };
  /** How many changes wait for them, in how many bytes. */
  readonly watches: { readonly open: number; readonly lag: number; readonly memory: number };
  /** Bytes that shared state takes, history included, and the limit. */
  readonly memory: { readonly held: number; readonly limit: number };
  /** That use heddle. */
  readonly threads: number;
}

/**
 * Everything that is open in the process, for all threads: collections, transactions with their age and where they began, waits, watches,
 * and the limits. For people: `console.log(inspectHeddle())`. Of other threads' transactions those that have been open for a second. From any
 * thread, at any time, inside transactions as well. O(collections + transactions); commits wait meanwhile, a moment for each queue.
 */
export function inspectHeddle(): Inspection {
  const engine = native.stats();
  const found = collections()
    .map(collectionStats)
    .filter((one) => one !== undefined)
    .map(({ id, kind, name, entries, memory, watches }) => ({
      id,
      kind,
      name,
      entries,
      memory,
      watches,
      waiting: kind === kindName(SHARED_QUEUE) ? native.waiting(id) : 0,
    }));
  return {
    collections: found,
    transactions: openTransactions(),
    snapshots: { open: engine.openSnapshots, maxAge: engine.maxSnapshotAge },
    waits: { changes: native.waiting(0), items: found.reduce((sum, { waiting }) => sum + waiting, 0) },
    watches: { open: engine.watches, lag: engine.watchLag, memory: engine.memoryTold },
    memory: { held: engine.memory, limit: engine.memoryLimit },
    threads: engine.threads,
  };
}
