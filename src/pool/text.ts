// What a pool was made with, as the engine keeps it for handles in other threads.

import { checkPoolOptions, type PoolSettings } from './options.js';

/** A pool's script and settings. */
export interface PoolOrigin {
  readonly script: string | null;
  readonly settings: PoolSettings;
}

const NEVER = Number.POSITIVE_INFINITY;

/** JSON has no infinity: null stands for it. */
export function textOfPool({ script, settings }: PoolOrigin): string {
  return JSON.stringify({ script, settings }, (_, value) => (value === NEVER ? null : value));
}

/** Of a pool that has ended, without a text, the defaults. */
export function originIn(text: string | undefined): PoolOrigin {
  if (text === undefined) return { script: null, settings: checkPoolOptions(undefined) };
  const { script, settings } = JSON.parse(text) as PoolOrigin;
  const endless = Object.entries(settings).map(([name, value]) => [name, value ?? NEVER]);
  return { script, settings: Object.fromEntries(endless) as PoolSettings };
}
