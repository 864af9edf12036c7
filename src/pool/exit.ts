// How a worker ends its own thread.

/**
 * Does not end it at once where that is Deno: the caller has nothing left to do. In a thread that its parent is ending, `process.exit` of Deno
 * (2.9) calls for the end of the code that runs, is told that the end has been called for, and then spins in wait for it.
 */
export function exitThread(): void {
  const { close } = globalThis as { close?: () => void };
  if (!('Deno' in globalThis) || close === undefined) process.exit(0);
  try {
    process.emit('exit', 0);
  } finally {
    close();
  }
}
