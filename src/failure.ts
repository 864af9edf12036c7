// What the engine refuses, as errors.

import type { Cache } from './cache.js';
import {
  CollectionDestroyedError,
  HeddleError,
  MemoryLimitError,
  QueueClosedError,
  QueueFullError,
  SnapshotExpiredError,
} from './errors.js';
import { kindName } from './kinds.js';
import {
  CLOSED,
  ENTRIES_LIMIT,
  EXPIRED,
  MEMORY_LIMIT,
  OUT_OF_MEMORY,
  PROCESS_LIMIT,
  QUEUE_FULL,
} from './runtime/frame.js';
import { native } from './runtime/native.js';

/** How messages call a collection. */
export function describe(kind: number, name: string | undefined): string {
  return name === undefined ? `This ${kindName(kind)}` : `${kindName(kind)} ${JSON.stringify(name)}`;
}

/** Notes that a collection is no more, and says so. */
export function destroyed(cache: Cache): CollectionDestroyedError {
  cache.destroyed = true;
  cache.forget();
  return new CollectionDestroyedError(describe(cache.kind, cache.name));
}

export function expired(): SnapshotExpiredError {
  return new SnapshotExpiredError(native.stats().maxSnapshotAge);
}

/** The error for a status that is neither success nor to be handled otherwise; `cache` is what the call was about. */
export function failure(status: number, cache?: Cache): HeddleError {
  const what = cache === undefined ? 'A collection' : describe(cache.kind, cache.name);
  switch (status) {
    case MEMORY_LIMIT:
      return new MemoryLimitError(
        `${what} would pass its maxMemory. Nothing was written: delete entries or raise the limit.`,
      );
    case ENTRIES_LIMIT:
      return new MemoryLimitError(
        `${what} would pass its maxEntries. Nothing was written: delete entries or raise the limit.`,
      );
    case PROCESS_LIMIT:
      return new MemoryLimitError(
        `Shared state would pass the limit of the process, ${native.stats().memoryLimit} bytes. Nothing was written: delete ` +
          'entries, end old transactions and iterators, or raise the limit with configure({ maxMemory }).',
      );
    case EXPIRED:
      return expired();
    case QUEUE_FULL:
      return new QueueFullError(what);
    case CLOSED:
      return new QueueClosedError(what);
    case OUT_OF_MEMORY:
      return new MemoryLimitError('The process has no memory left for this. Nothing was written.');
    default:
      return new HeddleError(
        `The engine refused a request (status ${status}). This is a bug in heddle: please report it.`,
      );
  }
}
