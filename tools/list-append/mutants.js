// Seeds bugs that the list-append checker must find, and call by their name.

/**
 * Makes a commit prove only those of its reads for which `wanted` holds. The others pass whatever is there now.
 *
 * @param {string} wanted an expression over `written`, whether the commit writes the key as well
 * @returns {import('../mutants/copy.js').Edit[]}
 */
function provesOnly(wanted) {
  return [
    ['src/txn/commit.ts', 'const at = reads.fill();', 'const at = reads.fill(writes);'],
    ['src/txn/reads.ts', '  fill(): number {', '  fill(writes): number {'],
    [
      'src/txn/reads.ts',
      'i[at + 1] = stamps[n];',
      `const { cache, cacheKey, segment, slot } = this.#sources[n];
            const written = writes?.find(cache, cacheKey) !== undefined;
            i[at + 1] = writes === undefined || ${wanted} ? stamps[n] : segment[slot];`,
    ],
  ];
}

/** @type {import('../mutants/run.js').Mutant[]} */
const MUTANTS = [
  {
    name: 'a commit proves only what it has read and written (snapshot isolation)',
    edits: provesOnly('written'),
    expected: ['G2-item'],
  },
  {
    name: 'a commit proves only what it has read and not written',
    edits: provesOnly('!written'),
    expected: ['lost update'],
  },
  {
    name: 'a commit does not validate what it read',
    edits: [['core/src/txn/steps.h', '(read.stamp & 1) != 0 || now != read.stamp', 'false']],
    expected: ['lost update', 'G2-item'],
  },
  {
    name: 'a cached read does not ask its stamp',
    edits: [['src/load.ts', 'entry.segment[entry.slot] !== entry.stamp || cache', 'cache']],
    expected: ['G-single-realtime'],
  },
  {
    name: 'a key that is read again keeps the value that the cache had',
    edits: [['src/entry.ts', 'this.version === version &&', '']],
    expected: ['lost update', 'G-single-realtime'],
  },
  {
    name: 'a body takes a cached read that is newer than its snapshot',
    edits: [['src/txn/body.ts', '=== entry.stamp && entry.version <= this.rv;', '=== entry.stamp;']],
    expected: ['G-single'],
  },
  {
    name: 'a nested transaction that throws keeps its writes',
    edits: [['src/txn/nesting.ts', 'writes.rollback(this.#savepoint)', 'writes.release(this.#savepoint)']],
    expected: ['G1a'],
  },
];

/** @type {import('../mutants/run.js').Checker} */
export const LIST_APPEND = {
  name: 'list-append',
  command: ['tools/list-append/index.js', '10000'],
  finding: /^anomaly (.+?) \(.+?\)/gm,
  mutants: MUTANTS,
};
