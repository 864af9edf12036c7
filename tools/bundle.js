// Bundles src/ into dist/: one module with what all entries have in common, and the entries: node tools/bundle.js
//
// Most of what a thread pays for its first import is the number of modules, and src/ has well over a hundred. tsc writes the declarations beside.
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { rolldown } from 'rolldown';

/**
 * The modules of src/ that anything outside imports from dist/. A module has its state once in a thread only if all get
 * it from the same file, so what is not an entry is not there by itself.
 */
const ENTRIES = [
  // The exports of package.json.
  'index',
  'bun/index',
  // What the workers of a pool are started with.
  'pool/worker',
  // What tests and benchmarks look into.
  'codec/index',
  'pool/shipping/describe',
  'pool/shipping/evaluate',
  'pool/shipping/failure',
  'pool/shipping/find',
  'pool/shipping/free-variables',
  'pool/shipping/source',
  'runtime/clock',
  'runtime/native',
  'runtime/thread',
];

/** With the parser that it needs: loaded by who evaluates a function, which few threads do. */
const EVALUATION = /pool\/shipping\/(evaluate|free-variables|source|surroundings)\.ts$/;

const ROOT = resolve(import.meta.dirname, '..');
const DIST = join(ROOT, 'dist');
const { dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));

/**
 * The classes of collections have the names of the constants by which they are exported, so the bundler renames them. Stack traces and messages of the
 * runtime would say `SharedMap$1`.
 */
const namedClasses = {
  name: 'named-classes',
  renderChunk: (/** @type {string} */ code) =>
    code.replace(/^var (Shared\w+)\$\d+ = class \{/gm, (text, name) => text.replace('class', `class ${name}`)),
};

/** A source with one character beyond ASCII takes a thread of V8 twice the memory, and it has to be decoded. Comments are gone by now. */
const ascii = {
  name: 'ascii',
  generateBundle(_options, chunks) {
    for (const chunk of Object.values(chunks)) {
      if (chunk.type === 'chunk') chunk.code = chunk.code.replace(/[^\0-\x7F]/g, escaped);
    }
  },
};

const escaped = (/** @type {string} */ unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;

const bundle = await rolldown({
  cwd: ROOT,
  input: Object.fromEntries(ENTRIES.map((entry) => [entry, `src/${entry}.ts`])),
  platform: 'node',
  external: Object.keys(dependencies),
  tsconfig: 'tsconfig.json',
  plugins: [namedClasses, ascii],
});

const { output } = await bundle.write({
  dir: 'dist',
  format: 'esm',
  entryFileNames: '[name].js',
  // As deep as src/runtime/addon.ts, which says where the addon is.
  chunkFileNames: 'common/[name].js',
  // What only one entry has runs only where that is loaded. So no entry that does something may be imported by another.
  codeSplitting: {
    groups: [
      { name: 'heddle', test: (id) => !EVALUATION.test(id), minShareCount: 2, priority: 1 },
      { name: 'evaluation', test: EVALUATION },
    ],
  },
  comments: false,
  // Two classes or functions of one name go on having it in messages and stack traces.
  keepNames: true,
});
await bundle.close();

// What an earlier build has left would be a second copy for whoever imports it.
const written = new Set(output.map(({ fileName }) => fileName));
for (const file of /** @type {string[]} */ (readdirSync(DIST, { recursive: true }))) {
  if (file.endsWith('.js') && !written.has(file)) rmSync(join(DIST, file));
}
