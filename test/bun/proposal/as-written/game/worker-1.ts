// Example 1, the first worker: it is told who joins.
import { gameEvents, type Player, type PlayerId, players } from './state.ts';

declare const self: Worker;

// #region as written

// Worker 1: Handle player connections
async function handlePlayerJoin(playerId: PlayerId, playerData: Player) {
  await Bun.transaction(() => {
    players.set(playerId, playerData);
    gameEvents.enqueue({
      type: 'player_joined',
      playerId,
      timestamp: Date.now()
    });
  });
}
// #endregion

self.onmessage = ({ data }: MessageEvent<[PlayerId, Player]>) => handlePlayerJoin(...data);
