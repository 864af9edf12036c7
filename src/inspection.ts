// How things are at this moment, for somebody who looks for what is wrong.

import { type CollectionSummary, collections } from './collection/list.js';
import { optionsIn, type SharedOptions } from './collection/options.js';
import { kindName, SHARED_QUEUE, WORKER_POOL } from './kinds.js';
import { originIn } from './pool/text.js';
import { native } from './runtime/native.js';
import { type OpenTransaction, openTransactions } from './txn/open-calls.js';

/** A collection, as `inspectHeddle` shows it. */
export interface InspectedCollection extends CollectionSummary {
  readonly entries: number;
  /** Who watches it, in all threads. */
  readonly watches: number;
  /** Who waits for items of a queue, in all threads. */
  readonly waiting: number;
  /** That it was made with: `maxMemory`, `maxEntries`, `eviction`, `capacity`. */
  readonly limits: Omit<SharedOptions, 'lifetime'>;
}

/** A pool that has not ended, as `inspectHeddle` shows it. */
export interface InspectedPool {
  readonly id: number;
  readonly script: string | null;
  /** Most workers; those that are ready or will be; those of them that run something. */
  readonly size: number;
  readonly workers: number;
  readonly activeWorkers: number;
  /** Threads that have not ended, those that are about to included. */
  readonly threads: number;
  readonly queuedTasks: number;
  /** Tasks that were accepted and are not settled, and how many there may be. */
  readonly unfinishedTasks: number;
  readonly maxTasks: number;
  /** Bytes that tasks and their arguments and results take. */
  readonly memory: number;
}

/** What `inspectHeddle` tells. */
export interface Inspection {
  /** In the order in which they were made. */
  readonly collections: readonly InspectedCollection[];
  /** Of all threads, in the order in which they were made. */
  readonly pools: readonly InspectedPool[];
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

function inspected({ id, kind, name, memory }: CollectionSummary): InspectedCollection | undefined {
  const counts = native.counts(id);
  const options = native.describe(id)?.optionsText;
  if (counts === undefined || options === undefined) return undefined; // destroyed meanwhile
  const { entries, watches } = counts;
  const waiting = kind === kindName(SHARED_QUEUE) ? native.waiting(id) : 0;
  const { lifetime: _, ...limits } = optionsIn(options);
  return { id, kind, name, entries, memory, watches, waiting, limits };
}

function pools(): InspectedPool[] {
  return native
    .collections()
    .filter(({ kind }) => kind === WORKER_POOL)
    .flatMap(({ id, optionsText }) => {
      const counts = native.poolCounts(id);
      if (counts === undefined || counts.ended) return [];
      const { script, settings } = originIn(optionsText);
      const { size, workers, active, threads, queued, unfinished, memory } = counts;
      const tasks = { queuedTasks: queued, unfinishedTasks: unfinished, maxTasks: settings.maxTasks };
      return { id, script, size, workers, activeWorkers: active, threads, ...tasks, memory };
    });
}

/**
 * Everything that is open in the process, for all threads: collections, pools, transactions with their age and where they began,
 * waits, watches, and the limits. For people: `console.log(inspectHeddle())`. Of other threads' transactions those that have been open for a second. From any
 * thread, at any time, inside transactions as well. O(collections + transactions); commits wait meanwhile, a moment for each queue.
 */
export function inspectHeddle(): Inspection {
  const engine = native.stats();
  const found = collections()
    .map(inspected)
    .filter((one) => one !== undefined);
  return {
    collections: found,
    pools: pools(),
    transactions: openTransactions(),
    snapshots: { open: engine.openSnapshots, maxAge: engine.maxSnapshotAge },
    waits: { changes: native.waiting(0), items: found.reduce((sum, { waiting }) => sum + waiting, 0) },
    watches: { open: engine.watches, lag: engine.watchLag, memory: engine.memoryTold },
    memory: { held: engine.memory, limit: engine.memoryLimit },
    threads: engine.threads,
  };
}
