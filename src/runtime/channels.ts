// What happens, for who wants to look on: channels of node:diagnostics_channel. They cost nothing while nobody listens.

import { channel } from 'node:diagnostics_channel';
import type { Cache } from '../cache.js';
import type { Conflict } from '../errors.js';
import { kindName } from '../kinds.js';
import type { OpenTransaction } from '../txn/open-calls.js';

const commits = channel('heddle:commit');
const aborts = channel('heddle:abort');
const conflicts = channel('heddle:conflict');
const overflows = channel('heddle:overflow');
const stragglers = channel('heddle:straggler');
const suppressions = channel('heddle:suppressed');
const stuckOnes = channel('heddle:stuck');

/** A transaction has committed. Message: `{ version, label, runs }`. */
export function committed(version: number, label: string | undefined, runs: number): void {
  if (commits.hasSubscribers) commits.publish({ version, label, runs });
}

/** A transaction has failed. Message: `{ reason, label, runs }`. */
export function aborted(reason: unknown, label: string | undefined, runs: number): void {
  if (aborts.hasSubscribers) aborts.publish({ reason, label, runs });
}

/** A run of a transaction has lost. Message: `{ collection, key, label, run }`. */
export function conflicted(conflict: Conflict | undefined, label: string | undefined, run: number): void {
  if (conflicts.hasSubscribers) conflicts.publish({ collection: conflict?.collection, key: conflict?.key, label, run });
}

/** A watcher was too slow. Message: `{ collection, kind, skipped }`. */
export function overflowed({ name, kind }: Cache, skipped: number): void {
  if (overflows.hasSubscribers) overflows.publish({ collection: name, kind: kindName(kind), skipped });
}

/** A scope has been cancelled and has not waited any longer for what still runs in it. Message: `{ operation, running, grace }`. */
export function straggling(operation: string, running: number, grace: number): void {
  if (stragglers.hasSubscribers) stragglers.publish({ operation, running, grace });
}

/** Something has failed in a scope that had its outcome already. Message: `{ operation, error }`. */
export function suppressed(operation: string, error: unknown): void {
  if (suppressions.hasSubscribers) suppressions.publish({ operation, error });
}

/** A transaction has been running for longer than `warnAfter`. Message: as `inspectHeddle` shows it. */
export function stuck(transaction: OpenTransaction): void {
  if (stuckOnes.hasSubscribers) stuckOnes.publish(transaction);
}
