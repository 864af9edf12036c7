// A progress bar that follows counters which workers add to.
import { progress } from './shared.js';

const WIDTH = 30;

/** Shows how much of `total` bytes is done until the function that it returns is called. */
export function showProgress(total) {
  const began = performance.now();
  const show = process.stdout.isTTY ? redraw : printQuarters();
  const update = (last = false) => {
    const { bytes = 0, files = 0, reused = 0 } = Object.fromEntries(progress.view());
    const share = total === 0 ? 1 : bytes / total;
    const left = ((performance.now() - began) / 1000) * (1 / share - 1);
    const eta = Number.isFinite(left) ? `${left.toFixed(1)} s left` : 'a moment';
    show(share, `${files} files, ${reused} of them from the cache, ${eta}`, last);
  };
  const end = progress.subscribe(() => update()); // once for a burst of changes, in whatever threads they were made
  return () => {
    end();
    update(true);
  };
}

/** On a terminal: one line, drawn over itself. */
function redraw(share, text, last) {
  const filled = Math.round(share * WIDTH);
  process.stdout.write(`\r${'█'.repeat(filled)}${'░'.repeat(WIDTH - filled)}  ${text}\x1b[K${last ? '\n' : ''}`);
}

/** Elsewhere (a file, a log): a line per quarter of the way. */
function printQuarters() {
  let next = 0.25;
  return (share, text, last) => {
    if (share < next && !last) return;
    console.log(`${String(Math.round(share * 100)).padStart(3)} %  ${text}`);
    next = share + 0.25;
  };
}
