// The programs of the proposal. That the code that runs is the proposal's own is a test beside each.

const runs = (what, ...modules) => ({
  in: ['src/bun/index.ts', 'src/bun/position.ts nameByPosition', 'src/bun/workers.ts preloadInWorkers'],
  tests: [`test/bun/proposal.test.js: it runs: ${what}`],
  types: modules.map((module) => `test/bun/proposal/as-written/${module}`),
});

export default {
  'High-Level API Overview': { 'the program': runs('the overview', 'overview/main.ts') },
  'Example 1: Real-time Game Server': {
    'the program': runs('example 1, in three workers', 'game/worker-1.ts', 'game/worker-2.ts', 'game/worker-3.ts'),
  },
  'Example 2: Data Processing Pipeline': { 'the program': runs('example 2, with its pool', 'processing/shared.ts') },
  'Example 3: Configuration Management': {
    'the program': runs('example 3, in two workers', 'config/endpoint-worker.ts', 'config/flags-worker.ts'),
  },
  'From Current postMessage Patterns': {
    'the program': runs(
      'the migration from postMessage, in two workers',
      'messages/main.ts',
      'messages/after-worker.ts',
    ),
  },
  'From SharedArrayBuffer': { 'the program': runs('the migration from SharedArrayBuffer', 'buffers/main.ts') },
};
