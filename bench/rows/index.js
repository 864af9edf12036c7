import * as collections from './collections.js';
import * as engine from './engine.js';
import * as limits from './limits.js';
import * as pools from './pools.js';
import * as scopes from './scopes.js';
import * as single from './single.js';
import * as values from './values.js';
import * as watching from './watching.js';
import * as workers from './workers.js';

/**
 * A row: `entries` compared by `run(row, settings)`, which gives the samples of each; ratios are to the entry `reference`
 * (heddle by default), which runs twice as the control; null for a row without one. `better` is 'lower' by default. A row runs in
 * all runtimes unless it names some; `engine` is the engine alone. Targets are those of `verdict.js`, for all runtimes of the row
 * unless they name some.
 */
export const rows = [
  single.getNumber,
  single.viewNumber,
  single.getObject,
  workers.firstGet,
  single.setNumber,
  single.setObject,
  single.transferSync,
  single.transferAwaited,
  workers.contention,
  workers.scalingReads,
  workers.scalingTransfers,
  workers.readerPause,
  single.postMessage,
  values.copyObject,
  values.copyOrder,
  values.copyArray,
  values.copyText,
  values.viewField,
  values.viewLarge,
  values.openLarge,
  values.updateLarge,
  values.readLarge,
  values.copyLarge,
  collections.queueNumbers,
  collections.queueObjects,
  collections.queueLatency,
  collections.arrayPush,
  collections.arraySplice,
  collections.arrayIterate,
  watching.numbers,
  watching.objects,
  watching.latency,
  watching.cost,
  ...pools.all,
  ...scopes.all,
  limits.heldSnapshot,
  limits.memory,
  limits.clear,
  limits.workerStart,
  ...engine.all,
].map((row) => ({ reference: 'heddle', better: 'lower', runtimes: ['node', 'bun', 'deno'], ...row }));
