// Gives memory back after much has been removed at once, also if no commit comes that would do it.

import { setTimeout } from 'node:timers';
import { native } from './native.js';

let scheduled = false;

/** In pieces of less than a millisecond, between other turns of the event loop; it keeps no process alive. */
export function tidyLater(): void {
  if (scheduled) return;
  scheduled = true;
  setTimeout(tidy, 0).unref();
}

function tidy(): void {
  scheduled = false;
  if (native.tidy()) tidyLater();
}
