import { median, ratio } from './statistics.js';

/**
 * The noise of a row is how far the ratio of an entry to its own copy strays from 1, as a factor (1.04: 4 %). It is used for
 * every ratio of the row.
 */
export const noiseOf = ({ low, high }) => Math.max(high, 1 / low);

/**
 * Holds one target against the figures of a row.
 *
 * @param {{ says: string, of: string, to?: string, atMost?: number, atLeast?: number }} target the median of the ratio of entry
 *   `of` to entry `to`, or of entry `of` itself, or the count of that name; and its limit
 * @param {{ samples: Record<string, number[]>, counts: Record<string, number>, unit: string, noise: number }} figures `noise` is
 *   that of the samples: counts are exact
 * @returns {{ says: string, limit: string, value: number, unit: string, verdict: 'met' | 'missed' | 'within noise' } | null} null
 *   if one of the entries did not run
 */
export function judge({ says, of, to, atMost, atLeast }, figures) {
  const { samples, counts } = figures;
  const counted = of in counts;
  if (!counted && (!samples[of] || (to && !samples[to]))) return null;
  const value = counted ? counts[of] : to ? ratio(samples[of], samples[to]).median : median(samples[of]);
  const unit = counted ? '' : to ? '×' : figures.unit;
  const noise = counted ? 1 : figures.noise;
  // Above 1 is better than asked.
  const margin = atMost === undefined ? value / atLeast : atMost / value;
  const verdict = margin >= noise ? 'met' : margin <= 1 / noise ? 'missed' : 'within noise';
  const limit = atMost === undefined ? `at least ${atLeast}` : `at most ${atMost}`;
  return { says, limit, value, unit, verdict };
}
