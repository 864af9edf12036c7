// The clock that the time-outs of transactions go by, for tests of what happens before one, at one and after it: on a busy
// machine a thread may be kept waiting for longer than any time-out, between any two lines.

/**
 * Calls `fn` while the clock stands still, but for `clock.pass(ms)`, and `step` ms for each look at it. Timers go on.
 *
 * @template T
 * @param {(clock: { pass(ms: number): void }) => T} fn the clock goes on when it returns, or when its promise settles
 * @param {{ step?: number }} [options]
 * @returns {T}
 */
export function withStoppedClock(fn, { step = 0 } = {}) {
  const own = Object.getOwnPropertyDescriptor(performance, 'now');
  let time = performance.now();
  const goOn = () => {
    if (own === undefined) delete performance.now;
    else Object.defineProperty(performance, 'now', own);
  };
  const now = () => {
    time += step;
    return time;
  };
  Object.defineProperty(performance, 'now', { value: now, configurable: true, writable: true });
  let result;
  try {
    result = fn({
      pass(ms) {
        time += ms;
      },
    });
  } catch (error) {
    goOn();
    throw error;
  }
  if (result instanceof Promise) return result.finally(goOn);
  goOn();
  return result;
}
