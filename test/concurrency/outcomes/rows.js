// Each row of the tables of docs/concurrency.md is a test: who fails, who is cancelled, who waits, what is thrown.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

const page = readFileSync(new URL('../../../docs/concurrency.md', import.meta.url), 'utf8');

/** The first cells of the table under a heading. */
function rowsUnder(heading) {
  const section = page.split(`\n## ${heading}\n`)[1].split('\n## ')[0];
  const cells = [...section.matchAll(/^\| (.+?) \|/gm)].map(([, cell]) => cell);
  return cells.filter((cell) => cell !== 'what happens');
}

/** Tests by the first cells of their rows. */
export function testRows(operation, rows) {
  test(`${operation}: every row of the table is a test`, () => {
    assert.deepEqual(rowsUnder(operation), Object.keys(rows));
  });
  for (const [title, check] of Object.entries(rows)) test(`${operation}: ${title}`, check);
}

export const boom = () => new Error('boom');

/** Takes no notice of anything until the test lets it go. */
export const deaf = (gate) => () => gate.promise;
