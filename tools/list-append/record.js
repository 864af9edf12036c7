import { SharedMap } from 'heddle';
import { Clock } from '../recording/clock.js';
import { logsOf } from '../recording/threads.js';
import { decode } from './history.js';
import { Recorder } from './recorder.js';
import { close, MAPS } from './workload.js';

/**
 * Records a history: two busy workers over maps of their own, and at the end one read of all lists.
 *
 * @param {object} options
 * @param {number} options.transactions how many in all
 * @param {number} options.seed of the random mix
 * @param {string} options.name prefix of the names of the maps, unique in the process
 * @returns {Promise<import('./history.js').Run[]>}
 */
export async function record({ transactions, seed, name }) {
  const clock = new Clock();
  const names = Array.from({ length: MAPS }, (_, map) => `${name}:${map}`);
  /** @type {SharedMap<number, number[]>[]} */
  const maps = names.map((name) => new SharedMap({ name }));
  const share = { clock: clock.words, names, seed, transactions: transactions / 2 };
  const logs = await logsOf(
    new URL('./worker.js', import.meta.url),
    [1, 2].map((thread) => ({ ...share, thread })),
  );
  const recorder = new Recorder({ thread: 0, clock, maps });
  close(recorder);
  for (const map of maps) map.destroy();
  return [...logs, recorder.log.numbers].flatMap(decode);
}

/**
 * How often each thing happened in a history. A `conflict` is a run that was given up and made again; a lone operation is a transaction.
 *
 * @param {import('./history.js').Run[]} runs
 */
export function summarize(runs) {
  const count = (outcome) => runs.filter((run) => run.outcome === outcome).length;
  const [commits, aborts, conflicts] = [count('committed'), count('aborted'), count('lost')];
  return { transactions: commits + aborts, commits, conflicts, aborts };
}
