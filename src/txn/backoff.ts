// How long a transaction that lost stands back, so that others finish. Jittered: losers that wait equally long meet again.

import { frame, VERSION } from '../runtime/frame.js';
import { native } from '../runtime/native.js';
import type { TransactionOptions } from './options.js';

/** A synchronous body that lost so often runs under the lease. */
export const LOSSES_BEFORE_LEASE = 8;
const LEASE_MS = 50;

// A synchronous body keeps its thread waiting, an asynchronous one only itself.
const SYNC_UNIT_US = 2;
const SYNC_MOST_US = 1_000;
const ASYNC_UNIT_MS = 1;
const ASYNC_MOST_MS = 100;

type Growth = TransactionOptions['backoff'];

function wait(unit: number, most: number, losses: number, growth: Growth): number {
  const longest = growth === 'linear' ? unit * losses : unit * 2 ** Math.min(losses, 30);
  return Math.min(longest, most) * Math.random();
}

/** Holds the thread; not after a first loss, which is most often one of bad luck. */
export function standBackSync(losses: number, growth: Growth): void {
  if (losses <= 1) return;
  frame.f[VERSION] = wait(SYNC_UNIT_US, SYNC_MOST_US, losses, growth);
  native.pause();
}

/** Milliseconds for a timer; 0 likewise. */
export function standBackMs(losses: number, growth: Growth): number {
  return losses <= 1 ? 0 : wait(ASYNC_UNIT_MS, ASYNC_MOST_MS, losses - 1, growth);
}

/** Keeps other threads from committing for a moment. The engine ends it by itself if this thread does not. */
export function takeLease(): void {
  frame.f[VERSION] = LEASE_MS;
  native.lease();
}

export function endLease(): void {
  native.leaseEnd();
}
