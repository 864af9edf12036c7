// The addon by itself: whatever it is called with, it answers or throws, and the process goes on.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seed } from '../support/random.js';
import { run } from './program.js';

async function assertSurvives(...args) {
  const { printed, code, signal } = await run('native-calls.js', ...args);
  assert.deepEqual({ code, signal }, { code: 0, signal: null }, printed);
  assert.match(printed, /^\d+ calls: \d+ threw/m);
  console.log(`${args.join(' ')}: ${printed.trim().split('\n').at(-1)}`);
}

test('forged arguments, and too few of them', () => assertSurvives('arguments'));

test('buffers that are none, have gone, or are too small', () => assertSurvives('buffers'));

for (const [what, first] of [
  ['forged frames', 1],
  ['other forged frames', 2],
]) {
  test(what, () => assertSurvives('frame', (seed + first) % 2 ** 31, 10_000));
}
