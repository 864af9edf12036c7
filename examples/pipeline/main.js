// What do the packages of this project weigh, compressed as for a browser? A pipeline reads and digests files here, and
// compresses them in workers, which share a cache. The second time nothing is left to compute.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { brotliCompressSync } from 'node:zlib';
import { pipeline, WorkerPool } from 'heddle';
import { showProgress } from './bar.js';
import { digest, textsIn } from './files.js';
import { progress } from './shared.js';
import { weigh } from './tasks.js';

const { values, positionals } = parseArgs({
  options: { verify: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const folder = positionals[0] ?? fileURLToPath(new URL('../../node_modules', import.meta.url));
const texts = textsIn(folder);
const workers = Math.min(availableParallelism(), 4);
const pool = new WorkerPool(new URL('./tasks.js', import.meta.url), { size: workers });

console.log(`${texts.length} files in ${folder}, ${workers} workers`);
const first = await weighAll();
print(first);

console.log('\nThe same again');
assert.deepEqual(await weighAll(), first, 'the cache changes nothing but the time');
assert.ok(progress.get('files') === texts.length && !progress.get('computed'), 'everything was in the cache');
await pool.close();

if (values.verify) {
  const alone = new Map();
  for (const { group, path, bytes } of texts) {
    add(alone, { group, bytes, compressed: brotliCompressSync(readFileSync(path)).length });
  }
  assert.deepEqual(first, alone);
  console.log('One thread without a cache comes to the same');
}

/** The packages, and what they weigh. */
async function weighAll() {
  progress.clear();
  const done = showProgress(texts.reduce((sum, { bytes }) => sum + bytes, 0));
  const packages = new Map();
  const weights = pipeline(texts, [
    { fn: digest, parallelism: 8 },
    { fn: weigh, pool, parallelism: 2 * workers }, // each has one under way, and one that waits
  ]);
  for await (const weight of weights) add(packages, weight);
  done();
  return packages;
}

function add(packages, { group, bytes, compressed }) {
  const sum = packages.get(group) ?? { bytes: 0, compressed: 0 };
  packages.set(group, { bytes: sum.bytes + bytes, compressed: sum.compressed + compressed });
}

function print(packages) {
  const kilobytes = (bytes) => `${(bytes / 1024).toFixed(0)} KB`.padStart(9);
  const heaviest = [...packages].sort(([, a], [, b]) => b.compressed - a.compressed).slice(0, 8);
  for (const [name, { bytes, compressed }] of heaviest) {
    console.log(`  ${name.padEnd(32)}${kilobytes(bytes)} → ${kilobytes(compressed)}`);
  }
}
