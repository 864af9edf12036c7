// Which transaction the running code belongs to.
//
// Two carriers: `current` is set while the synchronous part of a body runs, and only then; what goes on after an `await`,
// or was left behind by a synchronous body, finds its scope in the runtime's asynchronous context. Asking that costs 2–9 ns, so
// it is asked only on threads where a body ever ran.

import { AsyncLocalStorage } from 'node:async_hooks';
import { ForeignTransactionError } from '../errors.js';
import type { Body } from '../txn/body.js';
import type { Scope } from '../txn/scope.js';
import { type Frame, type Frames, findFrames, frameWith } from './deno.js';
import { oncePerThread } from './native.js';

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

/**
 * The scope of the running code, open or not; null outside any transaction. Throws a `ForeignTransactionError` in one that another
 * copy of this package has begun.
 */
export function scopeHere(): Scope | null {
  if (current.scope !== null) return current.scope;
  return current.entered ? (carrier.find() ?? null) : null;
}

/** Runs `fn` in `scope`; `outer` is the scope that the caller is in. */
type Enter = <T>(scope: Scope | null, fn: () => T, outer: Scope | null) => T;

/** How a runtime carries a scope from a body to what goes on later. One call each: these are part of every transaction. */
interface Carrier {
  find(): Scope | null | undefined;
  enter: Enter;
  /** For a body that ends when it returns: what finds its scope later was left behind. */
  enterSync: Enter;
}

// Of AsyncLocalStorage, `run` allocates and calls through: on Node 20 it costs 37 ns, and `enterWith` before and after 4.
function byStorage(storage: AsyncLocalStorage<Scope | null | undefined>): Carrier {
  const enter: Enter = (scope, fn, outer) => {
    const running = current.scope;
    resume(scope);
    current.entered = true;
    storage.enterWith(scope);
    try {
      return fn();
    } finally {
      storage.enterWith(outer);
      resume(running);
    }
  };
  return { find: () => storage.getStore(), enter, enterSync: enter };
}

/** What code finds that a synchronous body has left behind, where it is not worth a frame of its own: it can only be too late. */
const LEFT_BEHIND = { call: null, body: null, nested: null, ended: true } as Scope;

function byFrames({ get, set }: Frames): Carrier {
  const key = Symbol('heddle.scope');
  let lastFrame: Frame;
  let lastInside = frameWith(undefined, key, LEFT_BEHIND);

  function insideOf(frame: Frame): Frame {
    if (frame !== lastFrame) {
      lastInside = frameWith(frame, key, LEFT_BEHIND);
      lastFrame = frame;
    }
    return lastInside;
  }

  const enterIn = <T>(scope: Scope | null, fn: () => T, frame: Frame, inside: Frame): T => {
    const running = current.scope;
    resume(scope);
    current.entered = true;
    set(inside);
    try {
      return fn();
    } finally {
      set(frame);
      resume(running);
    }
  };
  return {
    find: () => get()?.[key] as Scope | undefined,
    enter(scope, fn) {
      const frame = get();
      return enterIn(scope, fn, frame, frameWith(frame, key, scope));
    },
    enterSync(scope, fn) {
      const frame = get();
      return enterIn(scope, fn, frame, insideOf(frame));
    },
  };
}

const frames = findFrames(AsyncLocalStorage);
const carrier = frames === null ? byStorage(new AsyncLocalStorage()) : byFrames(frames);

/** Runs the synchronous part of a body that may go on after it. */
export const enter: Enter = carrier.enter;

/** Runs a body that ends when it returns. What it leaves behind (a promise that it did not return) is known as such later. */
export const enterSync: Enter = carrier.enterSync;

// ---------------------------------------------------------------- other copies

interface Copy {
  /** Whether the running code is in a transaction of this copy. */
  hasScope(): boolean;
  /** Looks for the others' transactions from now on. */
  heed(): void;
}

/** All copies of this module in the thread. Held weakly: a vm context may go with what was loaded in it. */
const copies = oncePerThread<WeakRef<Copy>[]>('contexts', () => []);

const { find } = carrier;
const self: Copy = {
  hasScope: () => (current.scope ?? find() ?? null) !== null,
  heed() {
    current.entered = true;
    // Only now: a copy that is alone pays nothing for this.
    carrier.find = () => find() ?? refuseForeign();
  },
};
copies.push(new WeakRef(self));
if (copies.length > 1) for (const copy of copies) copy.deref()?.heed();

function refuseForeign(): null {
  for (const copy of copies) {
    const other = copy.deref();
    if (other !== undefined && other !== self && other.hasScope()) throw new ForeignTransactionError();
  }
  return null;
}

/** Where code of the user runs in the middle of a read: the thread's buffers are in use, so every shared operation is refused. */
export const READING = { call: null, body: null, nested: null, ended: true } as Scope;

/** Calls `fn` in the middle of a read. */
export function withoutOperations(fn: (argument: unknown) => unknown, argument: unknown): unknown {
  const running = current.scope;
  resume(READING);
  try {
    return fn(argument);
  } finally {
    resume(running);
  }
}

/** Whether the thread's buffers are in use by a read that calls code of the user. */
export function isReading(): boolean {
  return current.scope === READING;
}

/** Throws in the middle of a read. */
export function refuseInRead(): void {
  if (current.scope === READING) {
    throw new TypeError(
      'A fromValue must not use shared collections: it runs in the middle of a read. Store what it needs.',
    );
  }
}

/** Runs `fn`, and what it leaves behind, outside any transaction. */
export function leave<T>(fn: () => T): T {
  refuseInRead();
  return current.entered ? enter(null, fn, scopeHere()) : fn();
}
