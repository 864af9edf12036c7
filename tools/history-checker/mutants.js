// Seeds bugs that the history checker must find.

/** @type {import('../mutants/run.js').Mutant[]} */
const MUTANTS = [
  {
    name: 'a commit does not validate what it read',
    edits: [['core/src/txn/steps.h', '(read.stamp & 1) != 0 || now != read.stamp', 'false']],
  },
  {
    // It dawdles where it is wrong, so that catching it does not take luck.
    name: 'a stamp is even again before the new version is there',
    edits: [
      [
        'core/src/txn/steps.h',
        'stamp.store(next_stamp(now), std::memory_order_relaxed);',
        '{ stamp.store(now + 2); for (int pause = 0; pause < 10000; ++pause) (void)stamp.load(); }',
      ],
      [
        'core/src/txn/steps.h',
        'const Stamp even = next_stamp(stamp.load(std::memory_order_relaxed));',
        'const Stamp even = (stamp.load(std::memory_order_relaxed) + 1) & ~1;',
      ],
    ],
  },
  {
    name: 'a cached read does not ask its stamp',
    edits: [['src/load.ts', 'entry.segment[entry.slot] !== entry.stamp || cache', 'cache']],
  },
  {
    name: 'a body takes a cached read that is newer than its snapshot',
    edits: [['src/txn/body.ts', '=== entry.stamp && entry.version <= this.rv;', '=== entry.stamp;']],
  },
];

/** @type {import('../mutants/run.js').Checker} */
export const HISTORY_CHECKER = {
  name: 'history checker',
  // With a third of them one in three runs missed the stamp that is even too early.
  command: ['tools/history-checker/index.js', '60000'],
  finding: /^violation of (.+?): .*/gm,
  mutants: MUTANTS,
};
