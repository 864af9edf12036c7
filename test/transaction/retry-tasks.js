// What the workers of retry.test.js do.

import { retry, SharedMap, transaction } from 'heddle';

/** Takes every other turn of a game until `rounds` have been played. */
export async function play(name, me, rounds) {
  const game = new SharedMap({ name });
  let waits = 0;
  for (let round = me; round < rounds; round += 2) {
    let runs = 0;
    await transaction(() => {
      runs++;
      if (game.get('turn') !== round) retry();
      game.set('turn', round + 1);
    });
    waits += runs - 1;
  }
  return waits;
}

/** Takes tickets, one by one, until there is a negative one; says how many it has got, and leaves each in `taken`. */
export async function take(name, words) {
  const tickets = new SharedMap({ name });
  const taken = new SharedMap({ name: `${name}: taken` });
  for (;;) {
    const ticket = await transaction(() => {
      const ticket = tickets.get('ticket');
      if (ticket === undefined) retry();
      if (ticket >= 0) {
        tickets.delete('ticket');
        taken.set(ticket, 1);
      }
      return ticket;
    });
    if (ticket < 0) return;
    Atomics.add(words, 0, 1);
  }
}

/** Waits for what never comes. */
export function wait(name, words) {
  const map = new SharedMap({ name });
  return transaction(() => {
    map.get('never');
    Atomics.add(words, 0, 1);
    retry();
  });
}
