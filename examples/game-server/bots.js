// Players who never sleep.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { QueueClosedError } from 'heddle';
import { commands, ground, inventory, positions, randomBelow } from './world.js';

/** A bot that has more items drops some. */
const POCKETS = 5;

/** Takes turns for all bots, as fast as there is room for commands, until the game is over. Resolves to how many commands they sent. */
export async function play(bots) {
  let sent = 0;
  try {
    for (;;) {
      for (let player = 0; player < bots; player++, sent++) await commands.enqueueAsync(decide(player, bots));
      await nextTurn(); // there is a screen to draw, too
    }
  } catch (error) {
    if (!(error instanceof QueueClosedError)) throw error;
    return sent;
  }
}

/** What a bot wants next, by what it sees. @returns {import('./world.js').Command} */
function decide(player, bots) {
  const { x, y } = positions.view(player);
  if (ground.has([x, y])) return { type: 'pickUp', player };
  if (inventory.view(player).length > POCKETS) return { type: 'drop', player };
  if (randomBelow(3) === 0) return { type: 'trade', player, seller: randomBelow(bots), offer: 1 + randomBelow(10) };
  return { type: 'turn', player };
}
