// Who listens to a signal: one listener for all, because runtimes warn of a signal that has more than ten.

const listeners = new WeakMap<AbortSignal, Set<() => void>>();

/** Calls `fn` when the signal aborts, which it has not; returns what ends that. O(1). */
export function onAbort(signal: AbortSignal, fn: () => void): () => void {
  const all = listeners.get(signal) ?? listen(signal);
  all.add(fn);
  return () => {
    if (!all.delete(fn) || all.size > 0) return;
    listeners.delete(signal);
    signal.removeEventListener('abort', ring);
  };
}

function listen(signal: AbortSignal): Set<() => void> {
  const all = new Set<() => void>();
  listeners.set(signal, all);
  signal.addEventListener('abort', ring, { once: true });
  return all;
}

function ring(this: AbortSignal): void {
  const all = listeners.get(this);
  listeners.delete(this);
  for (const fn of all ?? []) fn();
}
