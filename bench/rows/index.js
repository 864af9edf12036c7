import * as single from './single.js';
import * as workers from './workers.js';

/**
 * A row: `entries` compared by `run(row, settings)`, which gives the samples of each; ratios are to the entry `reference`
 * (heddle by default), which runs twice as the control. `better` is 'lower' by default. Targets are those of `verdict.js`, for
 * all runtimes unless they name some.
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
].map((row) => ({ reference: 'heddle', better: 'lower', ...row }));
