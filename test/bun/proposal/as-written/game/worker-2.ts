// Example 1, the second worker. It goes on until it is terminated.
import { gameEvents, players } from './state.ts';

// #region as written

// Worker 2: Game logic
for await (const event of gameEvents) {
  switch (event.type) {
    case 'player_moved':
      await Bun.transaction(() => {
        const player = players.get(event.playerId);
        if (player) {
          player.position = event.newPosition;
          players.set(event.playerId, player);
        }
      });
      break;
  }
}
// #endregion
