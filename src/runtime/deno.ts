// What only Deno has: permissions, and a frame of asynchronous contexts, which is an object with an entry for each of them.

/** Whether an error says that a permission is missing. */
export function isDenied(error: unknown): error is Error {
  return (error as Error | null | undefined)?.name === 'NotCapable';
}

/** What to do about such an error while the engine is loaded. */
export function deniedMessage({ message }: Error): string {
  const permission = /^Requires (\w+) access/.exec(message)?.[1];
  return (
    `Deno does not let heddle load its engine: ${permission ?? 'a'} permission is missing. Run it with ` +
    '"deno run --allow-ffi --allow-read". A worker that is given permissions of its own needs ffi and read among them: ' +
    '{ deno: { permissions: { ffi: true, read: true } } }.'
  );
}

// ---------------------------------------------------------------- frames

/** The frame of the running code; undefined if there is none. */
export type Frame = Readonly<Record<PropertyKey, unknown>> | undefined;

/** V8's two functions that read and replace the frame, in under 1 ns each. */
export interface Frames {
  get(this: void): Frame;
  set(this: void, frame: Frame): void;
}

interface Internals {
  core?: { getAsyncContext?: Frames['get']; setAsyncContext?: Frames['set'] };
}

/** A copy of a frame in which `key` has another value. */
export function frameWith(frame: Frame, key: symbol, value: unknown): Frame {
  return { __proto__: null, ...frame, [key]: value } as unknown as Frame;
}

/**
 * Null where Deno does not show them or they are not what they were. Everything works without them, through
 * AsyncLocalStorage, which takes 480 ns for each transaction.
 */
export function findFrames(Storage: typeof import('node:async_hooks').AsyncLocalStorage): Frames | null {
  const { Deno } = globalThis as { Deno?: { internal?: symbol } & Record<symbol, Internals | undefined> };
  if (Deno?.internal === undefined) return null;
  const core = Deno[Deno.internal]?.core;
  const get = core?.getAsyncContext;
  const set = core?.setAsyncContext;
  if (typeof get !== 'function' || typeof set !== 'function') return null;
  return areCopied({ get, set }, new Storage()) ? { get, set } : null;
}

/** Whether contexts of others leave what they do not know in the frame, and are left alone by it. */
function areCopied({ get, set }: Frames, others: import('node:async_hooks').AsyncLocalStorage<number>): boolean {
  const key = Symbol('ours');
  const before = get();
  try {
    return others.run(1, () => {
      const outer = get();
      set(frameWith(outer, key, 2));
      const found = others.getStore() === 1 && others.run(3, () => get()?.[key] === 2 && others.getStore() === 3);
      set(outer);
      return found;
    });
  } catch {
    return false;
  } finally {
    set(before);
  }
}
