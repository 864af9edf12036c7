import { median, ratio } from './statistics.js';

/**
 * The noise of a row is how far the ratio of an entry to its own copy strays from 1, as a factor (1.04: 4 %). It is used for
 * every ratio of the row.
 */
export const noiseOf = ({ low, high }) => Math.max(high, 1 / low);

/**
 * Holds one target against the samples of a row.
 *
 * @param {{ says: string, of: string, to?: string, atMost?: number, atLeast?: number }} target the median of the ratio of entry
 *   `of` to entry `to`, or of entry `of` itself, and its limit
 * @returns {{ says: string, limit: string, value: number, verdict: 'met' | 'missed' | 'within noise' } | null} null if one of the
 *   entries did not run
 */
export function judge({ says, of, to, atMost, atLeast }, samples, noise) {
  if (!samples[of] || (to && !samples[to])) return null;
  const value = to ? ratio(samples[of], samples[to]).median : median(samples[of]);
  // Above 1 is better than asked.
  const margin = atMost === undefined ? value / atLeast : atMost / value;
  const verdict = margin >= noise ? 'met' : margin <= 1 / noise ? 'missed' : 'within noise';
  const limit = atMost === undefined ? `at least ${atLeast}` : `at most ${atMost}`;
  return { says, limit, value, verdict };
}
