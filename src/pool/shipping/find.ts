// The worker's side: what a description stands for here.

import { TaskAmbiguousError, TaskNotFoundError } from '../../errors.js';
import type { Description } from './describe.js';
import type { Task } from './evaluate.js';

/** The functions that a worker can be asked for: those that the pool's script exports, and any that come with their source. */
export class TaskFunctions {
  readonly #exports: ReadonlyMap<string, Task>;

  constructor(
    exports: object | undefined,
    /** Where the script is, for messages; undefined for a pool without one. */
    readonly script: string | undefined,
  ) {
    this.#exports = new Map(functionsIn(exports));
  }

  /**
   * The function of a description, in this order:
   *
   * 1. the script's export of its name, if that has its source. (An anonymous default export has the name `default`.)
   * 2. an export by another name that is called so itself and has its source: `export { double as twice }`, `export default function double…`.
   *    Functions without a name are not looked for, as many look alike that are not (`const by = (n) => (x) => x * n`).
   * 3. what its source makes, which takes its time: a promise. See `evaluate` for what it can do.
   *
   * Having the source counts as being the function: nothing of a function that could be looked at from another thread tells more. So two
   * closures that one piece of code has made and given the same name are not told apart.
   *
   * Throws a `TaskAmbiguousError` if an export of its name is another function, or two others look like it. Rejects with a `TaskScopeError`
   * if the source does not do alone. O(exports + source).
   */
  find(description: Description): Task | Promise<Task> {
    return this.#exported(description) ?? evaluateLater(description);
  }

  /** The script's export of that name. Throws a `TaskNotFoundError` if there is none, or it is no function. O(1). */
  named(name: string): Task {
    const found = this.#exports.get(name);
    if (found !== undefined) return found;
    throw new TaskNotFoundError(name, this.script, [...this.#exports.keys()]);
  }

  #exported(description: Description): Task | undefined {
    const { name } = description;
    if (name === '') return undefined;
    const named = this.#exports.get(name);
    if (named === undefined) return this.#renamed(description);
    if (sourceOf(named) === description.source) return named;
    throw new TaskAmbiguousError(name, this.script!, "the pool's script exports one with other source");
  }

  #renamed({ name, source }: Description): Task | undefined {
    const alike = new Set<Task>();
    for (const fn of this.#exports.values()) if (fn.name === name && sourceOf(fn) === source) alike.add(fn);
    if (alike.size < 2) return [...alike][0];
    throw new TaskAmbiguousError(name, this.script!, "the pool's script exports several with its source");
  }
}

function* functionsIn(exports: object | undefined): Generator<[string, Task]> {
  for (const [name, value] of Object.entries(exports ?? {})) if (typeof value === 'function') yield [name, value];
}

const sourceOf = (fn: Task): string => Function.prototype.toString.call(fn);

/** The parser is loaded by those who need it. */
async function evaluateLater(description: Description): Promise<Task> {
  const { evaluate } = await import('./evaluate.js');
  return evaluate(description);
}
