// What a command does: one transaction each, over all the collections that it touches. What the rules forbid does nothing.

import { transactionSync } from 'heddle';
import {
  clock,
  ground,
  HEIGHT,
  handled,
  inventory,
  players,
  positions,
  randomBelow,
  scoreboard,
  WIDTH,
  worthOf,
} from './world.js';

const actions = {
  /** Goes on in some other direction. */
  turn({ player }) {
    positions.update(player, (position) => {
      position.dx = randomBelow(3) - 1;
      position.dy = randomBelow(3) - 1;
    });
  },

  pickUp({ player }) {
    const { x, y } = positions.view(player);
    const item = ground.get([x, y]);
    if (item === undefined) return; // somebody else was faster
    ground.delete([x, y]);
    inventory.update(player, (items) => void items.push(item));
    scoreboard.update(player, (score) => score + worthOf(item));
  },

  drop({ player }) {
    const { x, y } = positions.view(player);
    const [item, ...rest] = inventory.get(player);
    if (item === undefined || ground.has([x, y])) return;
    inventory.set(player, rest);
    ground.set([x, y], item);
    scoreboard.update(player, (score) => score - worthOf(item));
  },

  /** Buys what the seller has had for longest, if the offer is good enough. */
  trade({ player, seller, offer }) {
    const [item, ...rest] = inventory.get(seller);
    if (player === seller || item === undefined || offer < worthOf(item) || players.view(player).coins < offer) return;
    inventory.set(seller, rest);
    inventory.update(player, (items) => void items.push(item));
    pay(player, -offer);
    pay(seller, offer);
    scoreboard.update(player, (score) => score + worthOf(item) - offer);
    scoreboard.update(seller, (score) => score - worthOf(item) + offer);
  },
};

function pay(player, coins) {
  players.update(player, (purse) => void (purse.coins += coins));
}

/** Does what a player wants, and counts it: both or neither. */
export function perform(command, worker) {
  transactionSync(
    () => {
      actions[command.type](command);
      handled.update(worker, (n) => n + 1);
    },
    { label: command.type },
  );
}

/** A tick: everybody takes a step, and a few items grow. Nobody sees half of it. */
export function tick() {
  transactionSync(
    () => {
      for (const [player, { x, y, dx, dy }] of positions) {
        if (dx === 0 && dy === 0) continue;
        positions.set(player, { x: (x + dx + WIDTH) % WIDTH, y: (y + dy + HEIGHT) % HEIGHT, dx, dy });
      }
      for (let i = 0; i < 8; i++) grow();
      clock.set('tick', clock.get('tick') + 1);
    },
    { label: 'tick' },
  );
}

function grow() {
  /** @type {[number, number]} */
  const cell = [randomBelow(WIDTH), randomBelow(HEIGHT)];
  if (ground.has(cell)) return;
  const item = clock.get('items') + 1;
  clock.set('items', item);
  ground.set(cell, item);
}
