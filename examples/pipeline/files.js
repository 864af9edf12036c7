// The real input: the texts in a folder, its own or those of packages that somebody has installed.
import { createHash } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';

const TEXT = /(\.([cm]?[jt]s|json|md|txt|css|html)|licen[cs]e|readme)$/i;
const LARGEST = 200_000; // bytes; the few that are larger would only make the example slower

/** @param {string} folder @returns {{ group: string, path: string, bytes: number }[]} */
export function textsIn(folder) {
  return [...walk(folder)]
    .map((path) => ({ group: groupOf(relative(folder, path)), path, bytes: statSync(path).size }))
    .filter(({ bytes }) => bytes <= LARGEST);
}

/** The texts below a folder; links are not followed. @returns {Generator<string>} */
function* walk(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && !entry.name.startsWith('.')) yield* walk(path);
    else if (entry.isFile() && TEXT.test(entry.name)) yield path;
  }
}

/** The package that a file belongs to: `zod`, `@types/node`. */
function groupOf(path) {
  const [first, second] = path.split(sep);
  return first.startsWith('@') ? `${first}/${second}` : first;
}

/** A stage of the pipeline: files of the same digest have the same content. */
export async function digest(file) {
  const text = await readFile(file.path);
  return { ...file, digest: createHash('sha256').update(text).digest('base64') };
}
