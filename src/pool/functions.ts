// Functions as the engine knows them: a text for each, by which workers find them.

import { type Description, describeFunction } from './shipping/describe.js';
import type { TaskFunctions } from './shipping/find.js';

const EXPORT = '=';
const SOURCE = '>';
const END_OF_NAME = '\0';

export type Callable = (...args: unknown[]) => unknown;

/** Throws as `describeFunction`. */
export function textOfFunction(fn: unknown): string {
  const { name, source } = describeFunction(fn);
  return SOURCE + name + END_OF_NAME + source;
}

export function textOfExport(name: string): string {
  return EXPORT + name;
}

/** What such a text stands for in this worker. */
export function functionOf(text: string, functions: TaskFunctions): Callable | Promise<Callable> {
  if (text[0] === EXPORT) return functions.named(text.slice(1)) as Callable;
  const end = text.indexOf(END_OF_NAME);
  const description: Description = { name: text.slice(1, end), source: text.slice(end + 1) };
  return functions.find(description) as Callable | Promise<Callable>;
}
