// What the pools run: the script of those that load one.

/** For numbers. */
export const increment = (x) => x + 1;

/** For objects: there and back again. */
export const same = (value) => value;

/** Is busy for so many milliseconds by the clock, and returns them. */
export function spin(ms) {
  const end = performance.now() + ms;
  while (performance.now() < end);
  return ms;
}

/** By name. */
export const tasks = { increment, same, spin };
