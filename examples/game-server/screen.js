// The world as somebody sees it who watches the game.
import { readTransactionSync } from 'heddle';
import { checkWorld, clock, commandsSoFar, ground, HEIGHT, players, positions, scoreboard, WIDTH } from './world.js';

/** Shows every tick, and checks the world in the same snapshot. Resolves to the number of those after the last tick. */
export async function show(ticks) {
  const draw = process.stdout.isTTY ? redraw(ticks) : printQuarters(ticks);
  let snapshots = 0;
  // A slow terminal is told of the latest tick alone, and holds up nobody.
  for await (const _ of clock.watch('tick', { buffer: 1, initial: true })) {
    const tick = readTransactionSync(() => {
      checkWorld();
      draw();
      return clock.get('tick');
    });
    snapshots++;
    if (tick === ticks) return snapshots;
  }
  return snapshots;
}

/** On a terminal: the map and the scoreboard, drawn over themselves. */
function redraw(ticks) {
  let up = '';
  return () => {
    const rows = Array.from({ length: HEIGHT }, () => new Array(WIDTH).fill(' '));
    for (const [x, y] of ground.keys()) rows[y][x] = '\x1b[33m·\x1b[0m';
    for (const { x, y } of positions.values()) rows[y][x] = '\x1b[36m☺\x1b[0m';
    const board = leaders(HEIGHT).map(([name, score]) => `${name.padEnd(8)} ${String(score).padStart(4)}`);
    const lines = [...rows.map((row, y) => `${row.join('')}  ${board[y] ?? ''}`), status(ticks)];
    process.stdout.write(`${up}${lines.map((line) => `${line}\x1b[K\n`).join('')}`);
    up = `\x1b[${lines.length}A`;
  };
}

/** Elsewhere (a file, a log): a line per quarter of the way. */
function printQuarters(ticks) {
  let printed = -1;
  return () => {
    const quarter = Math.floor((4 * clock.get('tick')) / ticks);
    if (quarter > printed) console.log(status(ticks));
    printed = quarter;
  };
}

function status(ticks) {
  const [[name, score]] = leaders(1);
  return `tick ${clock.get('tick')} of ${ticks}  ${commandsSoFar().toLocaleString('en')} commands  ${name} leads with ${score}`;
}

function leaders(most) {
  const best = [...scoreboard].sort(([, a], [, b]) => b - a).slice(0, most);
  return best.map(([id, score]) => /** @type {const} */ ([players.view(id).name, score]));
}
