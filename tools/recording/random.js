// What random workloads are made of.

/** A seeded generator (mulberry32): what was drawn can be had again. */
export function seededRandom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** One of a list. */
export const pick = (list, random) => list[Math.floor(random() * list.length)];

/** Lets other lanes run: for a moment, or for a turn of the event loop. */
export function pause(random) {
  return random() < 0.5 ? Promise.resolve() : new Promise((resolve) => setTimeout(resolve, 0));
}

/** Thrown by a body that would rather not. */
export class ChangeOfMind extends Error {}

export function changeOfMind(random, probability) {
  if (random() < probability) throw new ChangeOfMind('rather not');
}
