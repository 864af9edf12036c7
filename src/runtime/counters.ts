// What this thread counts for `stats`: its block of the engine's counters (core/include/heddle/counters.h), which all threads can sum up.

import { looks } from './clock.js';
import { native, oncePerThread } from './native.js';

const COLUMNS = 64;

// Columns of a row.
export const COMMITS = 0;
export const RERUNS = 1;
/** Reads of bodies. */
export const BODY_READS = 2;
/** Looks of reads outside bodies into the cache, less what came to the engine of both kinds of reads. */
export const LOOKS = 3;
/** Failed calls of `transaction`, by reason. */
export const ABORTS = {
  error: 4,
  conflict: 5,
  timeout: 6,
  cancelled: 7,
  limit: 8,
  expired: 9,
  destroyed: 10,
} as const;
/** And above: how long commits took. Bucket i holds what took from 2^(7 + i/2) ns on. */
const BUCKETS = 16;
const FIRST_EXPONENT = 7;

const block = oncePerThread('counters', () => new Float64Array(native.counters(false)));

/** Adds to a column of the row of all transactions, and of a label's row if that is another one. */
export function count(column: number, row = 0): void {
  block[column]++;
  if (row !== 0) block[row * COLUMNS + column]++;
}

let looksCounted = looks();

/** A read that was, or will be, counted came to the engine after all. */
export function countMiss(): void {
  block[LOOKS]--;
}

/** Takes stock of what has been read: `bodyReads` of a body that ends, and all outside bodies so far. */
export function countReads(bodyReads: number): void {
  const now = looks();
  block[LOOKS] += (now - looksCounted) >>> 0;
  looksCounted = now;
  block[BODY_READS] += bodyReads;
}

export function countTime(nanoseconds: number, row: number): void {
  const bucket = Math.floor(2 * (Math.log2(Math.max(1, nanoseconds)) - FIRST_EXPONENT));
  block[row * COLUMNS + BUCKETS + Math.min(Math.max(0, bucket), COLUMNS - BUCKETS - 1)]++;
}

const rows = new Map<string, number>();

/** The row of a label of transactions. */
export function rowOf(label: string | undefined): number {
  if (label === undefined) return 0;
  let row = rows.get(label);
  if (row === undefined) rows.set(label, (row = native.labelRow(label)));
  return row;
}

// ---------------------------------------------------------------- reading

/** How long something took, in µs; undefined while there is nothing to tell from. */
export interface Percentiles {
  /** How many measurements that is. */
  readonly count: number;
  readonly p50: number | undefined;
  readonly p90: number | undefined;
  readonly p99: number | undefined;
}

/** One row of the sum over all threads. */
export class Row {
  constructor(
    readonly sum: Float64Array,
    readonly row: number,
  ) {}

  get(column: number): number {
    return this.sum[this.row * COLUMNS + column];
  }

  get times(): Percentiles {
    const start = this.row * COLUMNS;
    return percentilesOf(this.sum.subarray(start + BUCKETS, start + COLUMNS));
  }
}

/** Of a histogram of the engine's; exact to 20 %. */
export function percentilesOf(buckets: Float64Array): Percentiles {
  const total = buckets.reduce((sum, n) => sum + n, 0);
  const at = (share: number): number | undefined => {
    let left = share * total;
    const bucket = buckets.findIndex((n) => n > 0 && (left -= n) <= 0);
    return bucket < 0 ? undefined : 2 ** (FIRST_EXPONENT + (bucket + 0.5) / 2) / 1000;
  };
  return { count: total, p50: at(0.5), p90: at(0.9), p99: at(0.99) };
}

/** The sum over all threads. */
export function sumOfThreads(): Float64Array {
  countReads(0);
  return new Float64Array(native.counters(true));
}
