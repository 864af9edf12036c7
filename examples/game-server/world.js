// The state of the game: every thread that imports this module has the same world. And what is true of it at any time.
import assert from 'node:assert/strict';
import { retry, SharedMap, SharedQueue, SharedRecord, transaction, transactionSync } from 'heddle';

export const WIDTH = 60;
export const HEIGHT = 16;
export const PURSE = 100; // coins that a player begins with
export const HANDLERS = 2;

/** @typedef {{ x: number, y: number, dx: number, dy: number }} Position */
/** @typedef {{ type: 'turn' | 'pickUp' | 'drop', player: number }} Simple */
/** @typedef {Simple | { type: 'trade', player: number, seller: number, offer: number }} Command */

/** @type {SharedMap<number, { name: string, coins: number }>} */
export const players = new SharedMap({ name: 'game: players' });
/** @type {SharedMap<number, Position>} */
export const positions = new SharedMap({ name: 'game: positions' });
/** @type {SharedMap<number, number[]>} the items of each player */
export const inventory = new SharedMap({ name: 'game: inventory' });
/** @type {SharedMap<[x: number, y: number], number>} the item that lies there, one at most */
export const ground = new SharedMap({ name: 'game: ground' });
/** @type {SharedMap<number, number>} what each player is worth, written with what it follows from */
export const scoreboard = new SharedMap({ name: 'game: scoreboard' });
/** @type {SharedMap<number, number>} how many commands each handler has done */
export const handled = new SharedMap({ name: 'game: handled' });
/** @type {SharedQueue<Command>} */
export const commands = new SharedQueue({ name: 'game: commands', capacity: 200 });
/** @type {SharedRecord<{ tick: number, items: number }>} ticks so far; items are numbered from 1 on */
export const clock = new SharedRecord({ name: 'game: clock', initial: { tick: 0, items: 0 } });

/** What an item is worth. @param {number} item */
export const worthOf = (item) => 1 + (item % 9);

/** @param {readonly number[]} numbers */
const sum = (numbers) => numbers.reduce((a, b) => a + b, 0);

/** @param {number} number of players */
export function populate(number) {
  transactionSync(() => {
    for (let id = 0; id < number; id++) {
      players.set(id, { name: `bot ${id}`, coins: PURSE });
      positions.set(id, { x: randomBelow(WIDTH), y: randomBelow(HEIGHT), dx: 0, dy: 0 });
      inventory.set(id, []);
      scoreboard.set(id, PURSE);
    }
  });
}

/** Resolves when there is somebody to do what players want. */
export function handlersReady() {
  return transaction(() => {
    if (handled.size < HANDLERS) retry(); // until it changes
  });
}

/** How many commands were done. */
export const commandsSoFar = () => sum([...handled.values()]);

/** Resolves when there were so many. @param {number} commands */
export function commandsDone(commands) {
  return transaction(() => {
    if (commandsSoFar() < commands) retry();
  });
}

/** Throws if an item is lost or doubled, money made or burnt, or a score wrong. To be called in a transaction, which sees one moment of it all. */
export function checkWorld() {
  const items = [...inventory.values()].flat().concat([...ground.values()]);
  assert.equal(items.length, clock.get('items'), 'as many items as were made');
  assert.equal(new Set(items).size, items.length, 'each of them once');

  assert.equal(sum([...players.values()].map(({ coins }) => coins)), players.size * PURSE, 'all the money');
  for (const [id, { coins }] of players) {
    assert.ok(coins >= 0, 'nobody is in debt');
    assert.equal(scoreboard.get(id), coins + sum((inventory.get(id) ?? []).map(worthOf)), 'the score of each player');
  }
}

/** @param {number} n */
export const randomBelow = (n) => Math.floor(Math.random() * n);
