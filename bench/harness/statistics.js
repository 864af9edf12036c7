export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * The interval in which the median lies with 95 % confidence, whatever the distribution: between two order statistics, whose
 * ranks are 1.96 standard deviations of Binomial(n, 1/2) from the middle.
 */
export function medianInterval(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const n = sorted.length;
  const rank = Math.max(1, Math.floor((n - 1.96 * Math.sqrt(n)) / 2));
  return [sorted[rank - 1], sorted[n - rank]];
}

/** The ratio of two entries, taken round by round: what slowed a round down slowed down both. */
export function ratio(over, under) {
  const ratios = over.map((value, round) => value / under[round]);
  const [low, high] = medianInterval(ratios);
  return { median: median(ratios), low, high };
}
