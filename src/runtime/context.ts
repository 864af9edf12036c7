// Which transaction the running code belongs to.
//
// Two carriers: `current` is set while the synchronous part of a body runs, and only then; what goes on after an `await`,
// or was left behind by a synchronous body, finds its scope in the runtime's asynchronous context. Asking that costs 2–9 ns, so
// it is asked only on threads where a body ever ran.

import { AsyncLocalStorage } from 'node:async_hooks';
import type { Body } from '../txn/body.js';
import type { Scope } from '../txn/scope.js';
import { type Frame, findFrames, frameWith } from './deno.js';

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
  return current.entered ? (carrier.find() ?? null) : null;
}

/** How a runtime carries a scope from a body to what goes on later. */
interface Carrier {
  find(): Scope | undefined;
  /** Runs `fn` with `scope`; `outer` is what the caller has. */
  carry<T>(scope: Scope | undefined, fn: () => T, outer: Scope | null): T;
  /** The same if `fn` ends when it returns: what finds its scope later is left behind. */
  carrySync<T>(scope: Scope, fn: () => T, outer: Scope | null): T;
}

// Of AsyncLocalStorage, `run` allocates and calls through: on Node 20 it costs 37 ns, and `enterWith` before and after 4.
function byStorage(storage: AsyncLocalStorage<Scope | undefined>): Carrier {
  const carry: Carrier['carry'] = (scope, fn, outer) => {
    storage.enterWith(scope);
    try {
      return fn();
    } finally {
      storage.enterWith(outer ?? undefined);
    }
  };
  return { find: () => storage.getStore(), carry, carrySync: carry };
}

function byFrames(get: () => Frame, set: (frame: Frame) => void): Carrier {
  const key = Symbol('heddle.scope');
  let lastFrame: Frame;
  let lastInside = frameWith(undefined, key, leftBehind);
  const carryFrame = <T>(frame: Frame, inside: Frame, fn: () => T): T => {
    set(inside);
    try {
      return fn();
    } finally {
      set(frame);
    }
  };
  return {
    find: () => get()?.[key] as Scope | undefined,
    carry(scope, fn) {
      const frame = get();
      return carryFrame(frame, frameWith(frame, key, scope), fn);
    },
    carrySync(_scope, fn) {
      const frame = get();
      if (frame !== lastFrame) {
        lastInside = frameWith(frame, key, leftBehind);
        lastFrame = frame;
      }
      return carryFrame(frame, lastInside, fn);
    },
  };
}

/** What code finds that a synchronous body has left behind, where it is not worth a frame of its own: it can only be too late. */
const leftBehind = { call: null, body: null, nested: null, ended: true } as Scope;

const frames = findFrames(AsyncLocalStorage);
const carrier = frames === null ? byStorage(new AsyncLocalStorage()) : byFrames(frames.get, frames.set);

/** Runs the synchronous part of a body that may go on after it; `outer` is the scope that the caller is in. */
export function enter<T>(scope: Scope, fn: () => T, outer: Scope | null): T {
  const running = current.scope;
  resume(scope);
  current.entered = true;
  try {
    return carrier.carry(scope, fn, outer);
  } finally {
    resume(running);
  }
}

/** Runs a body that ends when it returns. What it leaves behind (a promise that it did not return) is known as such later. */
export function enterSync<T>(scope: Scope, fn: () => T, outer: Scope | null): T {
  const running = current.scope;
  resume(scope);
  current.entered = true;
  try {
    return carrier.carrySync(scope, fn, outer);
  } finally {
    resume(running);
  }
}

/** Runs `fn`, and what it leaves behind, outside any transaction. */
export function leave<T>(fn: () => T): T {
  if (!current.entered) return fn();
  const outer = scopeHere();
  const running = current.scope;
  resume(null);
  try {
    return carrier.carry(undefined, fn, outer);
  } finally {
    resume(running);
  }
}
