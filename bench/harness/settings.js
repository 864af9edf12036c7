/**
 * How long things take. Rounds are many and short: a change of the machine's speed meets all entries alike, and a time slice that
 * another process takes (some milliseconds) spoils few of them, which the median forgets. They are still long against the
 * refilling of the processor's caches after the other entries.
 */
export const settings = {
  full: { rounds: 61, roundMs: 2.5, warmUpMs: 100 },
  quick: { rounds: 15, roundMs: 2.5, warmUpMs: 40 },
};
