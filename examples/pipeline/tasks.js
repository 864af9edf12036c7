// What the workers of the pool do: the expensive part.
import { readFileSync } from 'node:fs';
import { brotliCompressSync } from 'node:zlib';
import { advance, cache } from './shared.js';

/** What a file weighs on its way to a browser. Two files with the same content are compressed once, by whichever worker comes first. */
export function weigh({ group, path, bytes, digest }) {
  let computed = 0;
  const compressed = cache.getOrInsertComputed(digest, () => {
    computed = 1;
    return brotliCompressSync(readFileSync(path)).length;
  });
  advance({ files: 1, bytes, computed, reused: 1 - computed });
  return { group, bytes, compressed };
}
