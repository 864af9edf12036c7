// The bugs that `make mutants` seeds have their places in the sources: it takes too long to be run with the tests.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { HISTORY_CHECKER } from '../../tools/history-checker/mutants.js';
import { LIST_APPEND } from '../../tools/list-append/mutants.js';
import { edited } from '../../tools/mutants/copy.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

for (const { name: checker, mutants } of [HISTORY_CHECKER, LIST_APPEND]) {
  for (const { name, edits } of mutants) {
    test(`${checker}: ${name}`, () => {
      for (const edit of edits) assert.ok(edited(ROOT, edit).includes(edit[2]));
    });
  }
}
