// What the submitting thread says of a function, for workers to find it by.

import { types } from 'node:util';
import { typeName } from '../../arguments.js';
import { TaskScopeError } from '../../errors.js';

/** A function on its way to a worker. */
export interface Description {
  /** Its `name`; empty if it has none. */
  readonly name: string;
  /** What `Function.prototype.toString` says. */
  readonly source: string;
}

const descriptions = new WeakMap<object, Description>();

/**
 * The description of `fn`; the same object for the same function.
 *
 * Throws a `TypeError` for what is no function, or one that is not for calling or gives nothing that could be sent back: a class, a generator.
 * Throws a `TaskScopeError` for a function without a source: one that is bound, a Proxy or part of the runtime. O(source), once.
 */
export function describeFunction(fn: unknown): Description {
  if (typeof fn !== 'function') {
    const hint = typeof fn === 'string' ? ': run(name, args) calls an export of the script by its name' : '';
    throw new TypeError(`A task must be a function, and not ${typeName(fn)}${hint}.`);
  }
  let description = descriptions.get(fn);
  if (description === undefined) {
    const source = Function.prototype.toString.call(fn);
    description = { name: nameOf(fn), source };
    check(fn, description);
    descriptions.set(fn, description);
  }
  return description;
}

/** How messages call a function. */
export function called({ name }: Description): string {
  return name === '' ? 'This function' : `The function ${JSON.stringify(name)}`;
}

/** Its own property, and not what a static method or accessor of that name would be. */
function nameOf(fn: object): string {
  const name: unknown = Object.getOwnPropertyDescriptor(fn, 'name')?.value;
  return typeof name === 'string' ? name : '';
}

/** The whole body, and not words in a string or comment: no function that was written has just this in it. */
const NATIVE = /\{\s*\[native code\]\s*\}\s*$/;

function check(fn: object, description: Description): void {
  const { source } = description;
  if (NATIVE.test(source)) {
    throw new TaskScopeError(
      `${called(description)} is bound or part of the runtime: it has no source that a worker could run. Wrap it, as in (x) => Math.sqrt(x), ` +
        "or export it from the pool's script and call it by its name with run().",
      [],
    );
  }
  if (isClass(fn, source)) {
    throw new TypeError(
      `${called(description)} is a class, and a task is called: give a function that makes an instance.`,
    );
  }
  if (types.isGeneratorFunction(fn)) {
    throw new TypeError(
      `${called(description)} is a generator, which stays in its thread: give a function that returns an array.`,
    );
  }
}

/** The source alone would not do: a method may be named `class`. Nor the property: a function may be frozen. */
function isClass(fn: object, source: string): boolean {
  return Object.getOwnPropertyDescriptor(fn, 'prototype')?.writable === false && /^class\b/.test(source);
}
