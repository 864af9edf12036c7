// What heddle tells of itself.

import type { Cache } from './cache.js';
import { type CollectionSummary, collections } from './collection/list.js';
import { destroyed } from './failure.js';
import { kindName } from './kinds.js';
import { ABORTS, BODY_READS, COMMITS, LOOKS, type Percentiles, RERUNS, Row, sumOfThreads } from './runtime/counters.js';
import { native } from './runtime/native.js';

/** How often calls of `transaction` and its siblings have failed, by reason. */
export interface AbortCounts {
  /** The body threw. */
  readonly error: number;
  /** More lost runs than `maxRetries`. */
  readonly conflict: number;
  readonly timeout: number;
  /** By their `signal`. */
  readonly cancelled: number;
  /** `MemoryLimitError` */
  readonly limit: number;
  /** `SnapshotExpiredError` */
  readonly expired: number;
  /** `CollectionDestroyedError` */
  readonly destroyed: number;
}

/** Of the transactions of one label. */
export interface LabelStats {
  /** Calls that ended well, with writes or without. */
  readonly commits: number;
  /** Runs of bodies after a lost one. */
  readonly reruns: number;
  readonly aborts: AbortCounts;
  /** µs that the engine took for each commit with writes. */
  readonly commitTime: Percentiles;
}

/** Of one collection. */
export interface CollectionStats extends CollectionSummary {
  /** At present. */
  readonly entries: number;
  /** Commits that wrote to it. */
  readonly commits: number;
  /** Runs of bodies that lost because of what they had read in it. */
  readonly conflicts: number;
  /** Reads that the cache of a thread could not answer. */
  readonly misses: number;
  readonly evictions: number;
  /** Commits that its limits have refused. */
  readonly refusals: number;
  /** Who watches it at present, in all threads. */
  readonly watches: number;
}

/** Of the whole process, since its start. */
export interface Stats {
  /** Commits with writes, lone operations included. */
  readonly commits: number;
  /** Commits that were refused because something that they had read had changed. */
  readonly conflicts: number;
  readonly reruns: number;
  readonly aborts: AbortCounts;
  /** µs that the engine took for a commit; a sample of one in 64. */
  readonly commitTime: Percentiles;
  /** Reads that the threads' caches could answer, and those that came to the engine. */
  readonly cache: { readonly hits: number; readonly misses: number };
  readonly snapshots: { readonly open: number; readonly revoked: number; readonly maxAge: number };
  /** Bytes that shared state takes, history included, and how many it may take. */
  readonly memory: { readonly held: number; readonly limit: number };
  /** At present; how many changes wait for them, in how many bytes; and how often one was found too slow. */
  readonly watches: {
    readonly open: number;
    readonly lag: number;
    readonly memory: number;
    readonly overflows: number;
  };
  readonly evictions: number;
  /** Commits that limits have refused. */
  readonly refusals: number;
  /** That use heddle at present. */
  readonly threads: number;
  readonly collections: readonly CollectionStats[];
  /** By label; the transactions of labels beyond the 62nd together under `'(other labels)'`. */
  readonly labels: Readonly<Record<string, LabelStats>>;
}

const OTHER_LABELS = 63;

function abortsOf(row: Row): AbortCounts {
  return Object.fromEntries(
    Object.entries(ABORTS).map(([reason, column]) => [reason, row.get(column)]),
  ) as unknown as AbortCounts;
}

function labelStats(sum: Float64Array, row: number): LabelStats {
  const counts = new Row(sum, row);
  return {
    commits: counts.get(COMMITS),
    reruns: counts.get(RERUNS),
    aborts: abortsOf(counts),
    commitTime: counts.times,
  };
}

/** What has happened to a collection; undefined if it is destroyed. */
export function collectionStats(summary: CollectionSummary): CollectionStats | undefined {
  const counts = native.counts(summary.id);
  if (counts === undefined) return undefined;
  const { entries, commits, conflicts, loads, evictions, refusals, watches } = counts;
  return { ...summary, entries, commits, conflicts, misses: loads, evictions, refusals, watches };
}

/** The same of a handle's collection. Throws if it is destroyed. */
export function statsOf(cache: Cache): CollectionStats {
  const { id, kind, name } = cache;
  const found = collectionStats({ id, kind: kindName(kind), name, memory: native.memory(id) });
  if (found === undefined) throw destroyed(cache);
  return found;
}

/**
 * Counts since the start of the process, over all threads, and how things are at present. From any thread, inside transactions as well:
 * it reads nothing that a transaction could conflict over. What other threads are counting just now may be missing. O(threads + collections).
 */
export function stats(): Stats {
  const engine = native.stats();
  const sum = sumOfThreads();
  const all = new Row(sum, 0);
  const misses = engine.loads;
  const labels: [string, LabelStats][] = native.labels().map((label, i) => [label, labelStats(sum, i + 1)]);
  const others = labelStats(sum, OTHER_LABELS);
  if (others.commits > 0 || others.reruns > 0) labels.push(['(other labels)', others]);
  return {
    commits: engine.commits,
    conflicts: engine.conflicts,
    reruns: all.get(RERUNS),
    aborts: abortsOf(all),
    commitTime: all.times,
    cache: { hits: Math.max(0, all.get(LOOKS) + all.get(BODY_READS)), misses },
    snapshots: { open: engine.openSnapshots, revoked: engine.snapshotsRevoked, maxAge: engine.maxSnapshotAge },
    memory: { held: engine.memory, limit: engine.memoryLimit },
    watches: { open: engine.watches, lag: engine.watchLag, memory: engine.memoryTold, overflows: engine.overflows },
    evictions: engine.evictions,
    refusals: engine.refusals,
    threads: engine.threads,
    collections: collections()
      .map(collectionStats)
      .filter((one) => one !== undefined),
    labels: Object.fromEntries(labels),
  };
}
