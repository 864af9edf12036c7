import { fork } from 'node:child_process';
import { topTen } from './aggregate.js';
import { fingerprints } from './questions.js';

/** Takes the time of each phase, and the memory of the process (all its threads) when the work begins. */
export class Meter {
  #last = performance.now();
  atStart = process.memoryUsage().rss;
  phases = {};

  lap(phase) {
    const now = performance.now();
    this.phases[phase] = now - this.#last;
    this.#last = now;
  }
}

/** Runs a variant in a process of its own, so that none inherits the memory or the warm code of another. */
export function runVariant(script) {
  return new Promise((resolve, reject) => {
    const child = fork(new URL(script, import.meta.url));
    let result;
    child.once('message', (message) => {
      result = message;
      child.disconnect();
    });
    child.once('exit', (code) => {
      if (result) resolve(result);
      else reject(new Error(`${script} ended with exit code ${code} and without a result`));
    });
  });
}

/** The last thing a variant does: tell the process that started it what came out. */
export function sendResult({ meter, store, ...rest }) {
  const peak = process.resourceUsage().maxRSS * 1024;
  process.once('disconnect', () => process.exit());
  process.send?.({
    ...rest,
    seconds: { load: meter.phases.load / 1000, read: meter.phases.read / 1000 },
    memory: { atStart: meter.atStart, peak },
    topTen: topTen(store).map((city) => city.name),
    fingerprints: fingerprints(store),
  });
}
