// Where a pool's script is.

import { dirname, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { typeName } from '../arguments.js';
import { rare } from '../runtime/rare.js';

const SCHEME = /^[a-z][a-z\d+.-]+:/i;

/** The file of the code that called `above`, as a URL; undefined if it is in none. */
function callerOf(above: object): string | undefined {
  const prepare = Error.prepareStackTrace;
  const holder: { stack?: unknown } = {};
  try {
    Error.prepareStackTrace = (_, sites) => sites.map((site) => site.getFileName());
    Error.captureStackTrace(holder, above as never);
    const files = holder.stack as (string | null | undefined)[];
    const file = Array.isArray(files)
      ? files.find((each) => typeof each === 'string' && !each.startsWith('node:'))
      : undefined;
    if (typeof file !== 'string') return undefined;
    return SCHEME.test(file) ? file : pathToFileURL(file).href;
  } finally {
    Error.prepareStackTrace = prepare;
  }
}

/**
 * The URL of a script that is stated as a URL, a path, or what `import.meta.resolve` gives. A path is relative to the module that called
 * `above`, then to the working directory; a `TypeError` names both if it is in neither.
 */
export function scriptUrl(script: unknown, above: object): string {
  if (script instanceof URL) return script.href;
  if (typeof script !== 'string' || script === '') {
    throw new TypeError(
      `The script of a WorkerPool must be a path or a URL, or null for none, and not ${typeName(script)}: new WorkerPool(null, { size: 2 }).`,
    );
  }
  if (SCHEME.test(script)) return script;
  const caller = callerOf(above);
  const places = [process.cwd()];
  if (caller?.startsWith('file:')) places.unshift(dirname(fileURLToPath(caller)));
  const paths = [...new Set(places.map((place) => resolve(place, script)))];
  const found = paths.find((path) => rare.fs.existsSync(path));
  if (found !== undefined) return pathToFileURL(found).href;
  const where = paths.length === 1 ? `${paths[0]} does not exist` : `neither ${paths.join(' nor ')} exists`;
  throw new TypeError(`There is no script ${JSON.stringify(script)}: ${where}.`);
}
