// A function from its source. Loaded when the first source is, with the parser.

import { TaskScopeError } from '../../errors.js';
import { called, type Description } from './describe.js';
import { freeNames } from './free-variables.js';
import { type Parsed, parseFunction } from './source.js';

// biome-ignore lint/complexity/noBannedTypes: whatever takes arguments; it is called with those that were sent
export type Task = Function;

/**
 * The function of a description, made anew from its source: strict code, with nothing round it but the globals of this thread. A getter or setter
 * becomes what is called by it; what uses `this` finds undefined.
 *
 * `import()` in it takes built-in modules, packages that heddle's own files can see, and URLs; relative paths mean something else than they did
 * where the function was written, so one that is written out is refused. One that is computed is looked for beside this file: make a URL
 * of it first.
 *
 * Throws a `TaskScopeError` if it uses anything else, or if that cannot be told. O(source).
 */
export function evaluate(description: Description): Task {
  const { name } = description;
  const parsed = parse(description);
  const names = freeNames(parsed);
  if (names.length > 0) throw new TaskScopeError(`${called(description)} uses ${list(names)}, ${HOW}`, names);
  const fn = compile(description, parsed);
  if (fn.name !== name) Object.defineProperty(fn, 'name', { value: name, configurable: true });
  return fn;
}

const EXPORT = "Export it from the pool's script, where it is found by its name.";
const HOW =
  `which a worker does not have by its source alone. Pass what it needs as arguments, import modules inside of it, or export it from the pool's ` +
  'script, where it is found by its name. (Names that you have not written come from a transpiler or a coverage tool: export the function.)';

function list(names: readonly string[]): string {
  return names.length === 1 ? names[0] : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

/**
 * What the parser does not know is refused even if the runtime does: nobody could tell what such a function uses, and a variable that is
 * missing may be a silent difference (`typeof`, `try`).
 */
function parse(description: Description): Parsed {
  try {
    return parseFunction(description.source);
  } catch (error) {
    throw new TaskScopeError(
      `${called(description)} cannot be read as strict code, or is newer than what heddle can look into: ${messageOf(error)}. ${EXPORT}`,
      [],
    );
  }
}

function compile(description: Description, { expression }: Parsed): Task {
  const code = `'use strict'; return ${expression(JSON.stringify(description.name))};`;
  try {
    return new Function(code)();
  } catch (error) {
    throw new TaskScopeError(
      `${called(description)} cannot be made from its source here: ${messageOf(error)}. ${EXPORT}`,
      [],
    );
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
