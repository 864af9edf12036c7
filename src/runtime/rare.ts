// Modules of the runtime that few threads use: loading them costs Node up to 4 ms each, which every worker would pay at its start.

import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

export const rare = {
  get fs() {
    return require('node:fs') as typeof import('node:fs');
  },
  get process() {
    return require('node:process') as typeof import('node:process');
  },
  get v8() {
    return require('node:v8') as typeof import('node:v8');
  },
};
