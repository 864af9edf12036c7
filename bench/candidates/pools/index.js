import heddle from './heddle.js';
import { bareBatches, bareMessages, batches, messages } from './messages.js';
import { piscina, piscinaTuned } from './piscina.js';
import { poolifier, poolifierQueues } from './poolifier.js';
import tinypool from './tinypool.js';
import workerpool from './workerpool.js';

/**
 * A pool opens with as many workers as `size` says, for one of the functions of `tasks.js`:
 *
 * - `open({ task, size })` gives what follows, at once or as a promise.
 * - `execute(argument)` is a promise of what the task makes of it.
 * - `map(items)` is a promise of what it makes of each, where the pool has a way of its own.
 * - `close()` ends the workers.
 */
export const pools = {
  heddle,
  messages,
  batches,
  bareMessages,
  bareBatches,
  piscina,
  piscinaTuned,
  tinypool,
  workerpool,
  poolifier,
  poolifierQueues,
};
