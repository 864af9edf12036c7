// Example 1, Real-time Game Server: the declarations, which each of its workers loads.

export type PlayerId = string;

interface Position {
  x: number;
  y: number;
}

export interface Player {
  name: string;
  position: Position;
}

export type GameEvent =
  | { type: 'player_joined'; playerId: PlayerId; timestamp: number }
  | { type: 'player_moved'; playerId: PlayerId; newPosition: Position };

interface GameConfig {
  maxPlayers: number;
}

// #region as written
// Shared game state across worker threads
const players = new Bun.SharedMap<PlayerId, Player>();
const gameEvents = new Bun.SharedQueue<GameEvent>();
const gameConfig = new Bun.SharedRecord<GameConfig>();
// #endregion

export { gameConfig, gameEvents, players };
