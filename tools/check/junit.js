// Counts tests in a JUnit report, the one format that node:test, Bun, Deno and GoogleTest all write.
import { existsSync, readFileSync } from 'node:fs';

const TEST_CASE = /<testcase\b(?:[^>"]|"[^"]*")*?(?:\/>|>([\s\S]*?)<\/testcase>)/g;

/**
 * @param {string} path of the report; a process that crashed may not have left one
 * @returns {{ passed: number, failed: number, skipped: number }}
 */
export function countTests(path) {
  const count = { passed: 0, failed: 0, skipped: 0 };
  if (!existsSync(path)) return count;
  for (const [, body = ''] of readFileSync(path, 'utf8').matchAll(TEST_CASE)) {
    if (/<(failure|error)\b/.test(body)) count.failed++;
    else if (/<skipped\b/.test(body)) count.skipped++;
    else count.passed++;
  }
  return count;
}
