/** How long things take. Rounds are short, so that a change of the machine's speed meets all entries alike. */
export const settings = {
  full: { rounds: 21, roundMs: 12, warmUpMs: 150, warmUpRounds: 3 },
  quick: { rounds: 7, roundMs: 4, warmUpMs: 40, warmUpRounds: 2 },
};
