import { SharedMap } from 'heddle';
import { Clock } from '../recording/clock.js';
import { logsOf } from '../recording/threads.js';
import { decode } from './history.js';
import { Recorder } from './recorder.js';
import { close, MAPS, open } from './workload.js';

/**
 * Records a history: two busy workers over three maps of their own.
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
  const maps = names.map((name) => new SharedMap({ name }));
  const recorder = new Recorder({ thread: 0, clock, maps });
  open(recorder);
  const share = { clock: clock.words, names, seed, transactions: transactions / 2 };
  const logs = await logsOf(
    new URL('./worker.js', import.meta.url),
    [1, 2].map((thread) => ({ ...share, thread, writesAlone: thread === 1 })),
  );
  close(recorder);
  for (const map of maps) map.destroy();
  return [recorder.log.numbers, ...logs].flatMap(decode);
}

/** How often each thing happened in a history. A `conflict` is a run that was given up and made again. */
export function summarize(runs) {
  const count = (outcome) => runs.filter((run) => run.outcome === outcome).length;
  const transactional = runs.filter(({ outcome }) => outcome !== 'lone');
  const calls = new Set(transactional.map(({ thread, call }) => thread * 2 ** 32 + call)).size;
  const conflicts = transactional.length - calls;
  return {
    transactions: calls,
    commits: count('committed'),
    readOnly: count('read-only'),
    conflicts,
    aborts: count('aborted') - conflicts,
    lone: count('lone'),
  };
}
