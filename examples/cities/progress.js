import { setTimeout as sleep } from 'node:timers/promises';
import { count } from './format.js';

const EVERY_MS = 5;
const WIDEST_BAR = 30;

/**
 * While `work` (a promise) goes on, checks snapshots and shows how far it has come. `checkSnapshot` throws, or returns
 * the number of cities that are there and, where that means something, of commits and reruns so far.
 * Resolves to the number of snapshots that were checked, the last of them after the end of the work.
 */
export async function watch(work, total, checkSnapshot) {
  const show = process.stdout.isTTY ? redraw : printQuarters();
  let working = true;
  const ended = work.finally(() => {
    working = false;
  });

  for (let snapshots = 1, last = false; ; snapshots++, last = !working) {
    const { cities, commits, reruns } = checkSnapshot();
    const transactions = commits === undefined ? '' : `${count(commits)} commits, ${count(reruns)} reruns, `;
    show(cities / total, `${count(cities)} cities, ${transactions}${count(snapshots)} snapshots agree`, last);
    if (last) return snapshots;
    await Promise.race([ended, sleep(EVERY_MS)]);
  }
}

/** On a terminal: one line, drawn over itself. It must not wrap, so the bar takes what room the text leaves. */
function redraw(share, text, last) {
  const width = Math.max(0, Math.min(WIDEST_BAR, process.stdout.columns - text.length - 5));
  const filled = Math.round(share * width);
  process.stdout.write(`\r  ${'█'.repeat(filled)}${'░'.repeat(width - filled)}  ${text}\x1b[K${last ? '\n' : ''}`);
}

/** Elsewhere (a file, a log): a line per quarter of the way. */
function printQuarters() {
  let next = 0.25;
  return (share, text, last) => {
    if (share < next && !last) return;
    console.log(`  ${String(Math.round(share * 100)).padStart(3)} %  ${text}`);
    next = share + 0.25;
  };
}
