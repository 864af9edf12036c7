// What a function uses that its source does not bring along.

import { analyze } from 'eslint-scope';
import type { Parsed, Part } from './source.js';
import { surroundingsOf } from './surroundings.js';

/**
 * Names that only a worker's global object has, and some runtimes' more than others'. In a function from elsewhere they are variables
 * that happen to be called so, or mean something of the thread that it was written for.
 */
const OF_WORKERS = new Set(['name', 'close', 'postMessage', 'onmessage', 'onmessageerror', 'onerror', 'require']);

/** Whether a name means the same in every thread. What all objects inherit (`constructor`, `toString`) counts as no global. */
export function isGlobal(name: string): boolean {
  return name in globalThis && !(name in Object.prototype) && !OF_WORKERS.has(name);
}

/**
 * The names of what a function uses of the place that it was written in: variables that are no globals of this thread, also if they are only
 * assigned or asked for by `typeof`; and what is no variable: `this` and `arguments` and `new.target` of the code round an arrow function, `super`,
 * private names, `import.meta`, `import()` of a relative path that is written out, and `eval`, whose code may use anything. In the order
 * of their first use, each once; variables first.
 *
 * A variable that goes by the name of a global is taken for that. O(source).
 */
export function freeNames({ program, fn }: Parsed, isKnown: (name: string) => boolean = isGlobal): string[] {
  const { names, evals } = surroundingsOf(fn);
  const free = new Set<string>();
  for (const { name, identifier } of unresolved(program, fn)) {
    if (!isKnown(name) || evals.has(identifier)) free.add(name);
  }
  return [...free, ...names];
}

interface Use {
  readonly name: string;
  readonly identifier: Part;
}

type Program = Parameters<typeof analyze>[0];

/** The uses of variables that nothing in the function declares. */
function unresolved(program: Part, fn: Part): Use[] {
  // With `eval` taken for any other function: it is refused.
  const scopes = analyze(program as unknown as Program, { ecmaVersion: 2022, sourceType: 'module', ignoreEval: true });
  const scope = scopes.acquire(fn as never); // that of its own name, if it has one
  if (scope === null) throw new Error('The function has no scope.');
  return scope.through.map(({ identifier }) => ({
    name: identifier.name,
    identifier: identifier as unknown as Part,
  }));
}
