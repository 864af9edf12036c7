// Names for what a module creates while its top level runs: where the program text does that.
//
// What counts is the call stack of `new`, up to the innermost frame that is the top level of an ES module. If there is none, or the
// call is inside a transaction, whose body may run again, there is no name. The frames up to there are the name: their positions,
// with a number for what has been created at the same ones before. All threads that load a module run the same text in the same
// order, so they give the same names.

import { pathToFileURL } from 'node:url';
import { isInTransaction } from '../transaction.js';

/** Of the top level of an ES module Bun shows `path:line:column`, of all else a function with its position in parentheses. */
const TOP_LEVEL = /^((?:\/|[A-Za-z]:\\).*)(:\d+:\d+)$/;

/** A frame of the runtime's own. */
const NOWHERE = 'unknown';

/** How often each position has created something. */
const counts = new Map<string, number>();

/** The name for what the caller of `construct` creates; undefined if no top level leads there. O(depth of the stack). */
export function nameByPosition(construct: object): string | undefined {
  if (isInTransaction()) return undefined;
  const frames = callStack(construct);
  const top = frames.findIndex((frame) => TOP_LEVEL.test(frame));
  if (top < 0) return undefined;
  const [, path, position] = TOP_LEVEL.exec(frames[top])!;
  const place = [...frames.slice(0, top), pathToFileURL(path).href + position].join(' < ');
  const count = counts.get(place) ?? 0;
  counts.set(place, count + 1);
  return `${place}#${count}`;
}

/** What is on the stack above a function, innermost first, as Bun itself writes it. */
function callStack(above: object): string[] {
  const holder: { stack?: string } = {};
  const { stackTraceLimit, prepareStackTrace } = Error;
  try {
    Error.stackTraceLimit = Number.POSITIVE_INFINITY;
    (Error as { prepareStackTrace: unknown }).prepareStackTrace = undefined;
    // biome-ignore lint/complexity/noBannedTypes: what the runtime's function asks for
    Error.captureStackTrace(holder, above as Function);
    const [, ...frames] = holder.stack!.split('\n    at ');
    return frames.filter((frame) => frame !== NOWHERE);
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
    Error.prepareStackTrace = prepareStackTrace;
  }
}
