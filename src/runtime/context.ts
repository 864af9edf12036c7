// Which transaction the running code belongs to.
//
// Two carriers: `current.scope` is set while the synchronous part of a body runs, and only then; what goes on after
// an `await`, or was left behind by a synchronous body, finds its scope in AsyncLocalStorage. Asking the latter costs 2–9 ns,
// so it is asked only on threads where a body ever ran in it.

import { AsyncLocalStorage } from 'node:async_hooks';
import type { Body } from '../txn/body.js';
import type { Scope } from '../txn/scope.js';
import { asyncFrame } from './deno.js';

const storage = new AsyncLocalStorage<Scope | undefined>();

/**
 * One object, so that reading it costs one load in every module.
 *
 * `body` is that of `scope` while the body is free to be used, and null at any other time: what is not null may be used without
 * a look at the scope.
 */
export const current: { scope: Scope | null; body: Body | null; entered: boolean } = {
  scope: null,
  body: null,
  entered: false,
};

/** Makes `scope` the one whose synchronous part runs. */
export function resume(scope: Scope | null): void {
  current.scope = scope;
  current.body = scope === null ? null : scope.body;
}

/** The scope of the running code, open or not; null outside any transaction. */
export function scopeHere(): Scope | null {
  if (current.scope !== null) return current.scope;
  return current.entered ? (storage.getStore() ?? null) : null;
}

/** Runs `fn` in `scope`; `outer` is the scope that the caller is in. */
type Enter = <T>(scope: Scope, fn: () => T, outer: Scope | null) => T;

// `run` allocates and calls through: on Node 20 it costs 37 ns, `enterWith` before and after 4, and they do the same.
const enterByStore: Enter = (scope, fn, outer) => {
  const running = current.scope;
  resume(scope);
  current.entered = true;
  storage.enterWith(scope);
  try {
    return fn();
  } finally {
    storage.enterWith(outer ?? undefined);
    resume(running);
  }
};

const enterByRun: Enter = (scope, fn) => {
  const running = current.scope;
  resume(scope);
  current.entered = true;
  try {
    return storage.run(scope, fn);
  } finally {
    resume(running);
  }
};

let leftBehind: Scope | undefined;

/** Sets the scope of code that a synchronous body has left behind where contexts are switched by frames: an ended one. */
export function setLeftBehind(scope: Scope): void {
  leftBehind = scope;
}

let lastFrame: unknown = null;
let lastFrameInside: unknown;

/** The runtime's frame of contexts, with this storage's changed. Making one costs 480 ns on Deno, so the last one is kept. */
function frameInside(frame: unknown): unknown {
  if (frame !== lastFrame) {
    lastFrameInside = storage.run(leftBehind, asyncFrame!.get);
    lastFrame = frame;
  }
  return lastFrameInside;
}

const enterSyncByFrame: Enter = (scope, fn) => {
  const running = current.scope;
  const frame = asyncFrame!.get();
  const inside = frameInside(frame);
  resume(scope);
  current.entered = true;
  asyncFrame!.set(inside);
  try {
    return fn();
  } finally {
    asyncFrame!.set(frame);
    resume(running);
  }
};

const isDeno = 'Deno' in globalThis;

/** Runs the synchronous part of a body that may go on after it. */
export const enter: Enter = isDeno ? enterByRun : enterByStore;

/** Runs a body that ends when it returns. What it leaves behind (a promise that it did not return) is known as such later. */
export const enterSync: Enter = asyncFrame === null ? enter : enterSyncByFrame;

/** Runs `fn`, and what it leaves behind, outside any transaction. */
export function leave<T>(fn: () => T): T {
  const outer = current.scope;
  resume(null);
  try {
    return current.entered ? storage.run(undefined, fn) : fn();
  } finally {
    resume(outer);
  }
}
