export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * The interval in which the median lies with at least 95 % confidence, whatever the distribution: the order statistics at
 * ranks k + 1 and n - k, where k is the largest number with P(Binomial(n, 1/2) <= k) <= 2.5 %. All values if there are fewer than 6.
 */
export function medianInterval(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const n = sorted.length;
  let probability = 2 ** -n;
  let cumulated = probability;
  let outside = 0;
  while (cumulated <= 0.025) {
    outside++;
    probability *= (n - outside + 1) / outside;
    cumulated += probability;
  }
  const cut = Math.max(outside - 1, 0);
  return [sorted[cut], sorted[n - 1 - cut]];
}

/** The ratio of two entries, taken round by round: what slowed a round down slowed down both. */
export function ratio(over, under) {
  const ratios = over.map((value, round) => value / under[round]);
  const [low, high] = medianInterval(ratios);
  return { median: median(ratios), low, high };
}
