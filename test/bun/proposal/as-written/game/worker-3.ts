// Example 1, the third worker. It goes on until it is terminated.
import { type Player, type PlayerId, players } from './state.ts';

declare const self: Worker;

interface StateUpdate {
  type: 'state_update';
  playerId: PlayerId | undefined;
  player: Player | undefined;
}

/** The clients are in the thread that has started this one. */
const broadcastToClients = (update: StateUpdate) => self.postMessage(update);
setTimeout(() => self.postMessage('ready')); // when the loop waits

// #region as written

// Worker 3: Broadcasting updates
for await (const change of players.watchAll()) {
  broadcastToClients({
    type: 'state_update',
    playerId: change.key,
    player: change.newValue
  });
}
// #endregion
