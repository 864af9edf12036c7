// Which tests have passed in this run, and whether those that docs/conformance.md names are among them.
import { table, testOf } from '../conformance/table.js';

/**
 * By file; programs of the engine are one. Of files that share a process each has what all of them have: that it has a test of a
 * name is looked up in its text.
 *
 * @type {Map<string, Set<string>>}
 */
const passed = new Map();

const ENGINE = 'engine';

/**
 * @param {string[]} files of JavaScript that one process has run; none if that was a program of the engine
 * @param {string[]} names
 */
export function notePassed(files, names) {
  for (const file of files.length === 0 ? [ENGINE] : files) {
    passed.set(file, new Set([...(passed.get(file) ?? []), ...names]));
  }
}

/** Counts the tests that the table names: one that did not run, in no runtime and no build, has failed. */
export function checkConformance() {
  const named = new Set(table.flatMap(({ known }) => known?.tests ?? []));
  const missing = [...named].filter((test) => {
    const { file, name } = testOf(test);
    return !passed.get(file.endsWith('.js') ? file : ENGINE)?.has(name);
  });
  for (const test of missing) console.log(`FAIL docs/conformance.md names a test that has not passed: ${test}`);
  return { passed: named.size - missing.length, failed: missing.length };
}
