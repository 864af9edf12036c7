// The end of a run that has called `retry`: it waits for what it has read.

import { failure } from '../failure.js';
import { frame, LISTS } from '../runtime/frame.js';
import { arena } from '../runtime/thread.js';
import { waitsHere } from '../runtime/waits.js';
import type { Body } from './body.js';

export interface Wait {
  /** Resolves when something of it has changed. */
  readonly ended: Promise<void>;
  giveUp(): void;
}

const NOTHING: Wait = { ended: Promise.resolve(), giveUp() {} };

/** Begins to wait for a change of what the body has read; there may have been one already. O(reads). */
export function waitForChange({ reads, stale }: Body): Wait {
  if (stale) return NOTHING;
  const tail = arena.tail;
  frame.reserve(LISTS + reads.words);
  reads.fill();
  const waits = waitsHere();
  const wait = waits.begin((status) => {
    throw failure(status);
  });
  arena.release(tail);
  frame.trim();
  return wait === undefined ? NOTHING : { ended: wait.ended, giveUp: () => waits.giveUp(wait.ticket) };
}
