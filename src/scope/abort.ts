// Who listens to a signal: one listener for all, because runtimes warn of a signal that has more than ten.

interface Listener {
  readonly all: Set<() => void>;
  readonly ring: () => void;
}

const listeners = new WeakMap<AbortSignal, Listener>();

/** Calls `fn` when the signal aborts, which it has not; returns what ends that. O(1). */
export function onAbort(signal: AbortSignal, fn: () => void): () => void {
  const { all, ring } = listeners.get(signal) ?? listen(signal);
  all.add(fn);
  return () => {
    if (!all.delete(fn) || all.size > 0) return;
    listeners.delete(signal);
    signal.removeEventListener('abort', ring);
  };
}

function listen(signal: AbortSignal): Listener {
  const all = new Set<() => void>();
  const ring = () => {
    listeners.delete(signal);
    for (const fn of all) fn();
  };
  const listener = { all, ring };
  listeners.set(signal, listener);
  signal.addEventListener('abort', ring, { once: true });
  return listener;
}
