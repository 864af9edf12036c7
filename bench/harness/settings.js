/**
 * How long things take. Rounds are many and short: a change of the machine's speed meets all entries alike, and a time slice that
 * another process takes (some milliseconds) spoils few of them, which the median forgets. They are still long against the
 * refilling of the processor's caches after the other entries.
 */
export const settings = {
  full: {
    rounds: 61,
    roundMs: 2.5,
    warmUpMs: 100,
    engine: { rounds: 11, roundMs: 200, underSnapshot: { roundMs: 20 } },
    heldMs: 10_000,
    slotMs: 20,
    fills: 5,
    starts: 25,
    largeRounds: 25,
    poolRounds: 11,
  },
  quick: {
    rounds: 15,
    roundMs: 2.5,
    warmUpMs: 40,
    engine: { rounds: 5, roundMs: 50, underSnapshot: { roundMs: 20 } },
    heldMs: 3000,
    slotMs: 20,
    fills: 1,
    starts: 7,
    largeRounds: 5,
    poolRounds: 3,
  },
};
