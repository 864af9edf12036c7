// The addon by itself: whatever it is called with, it answers or throws, and the process goes on.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loops, seed } from '../support/random.js';
import { run } from './program.js';

async function assertSurvives(...args) {
  const { printed, code, signal } = await run('native-calls.js', ...args);
  assert.deepEqual({ code, signal }, { code: 0, signal: null }, printed);
  assert.match(printed, /^\d+ calls: \d+ threw/m);
  console.log(`${args.join(' ')}: ${printed.trim().split('\n').at(-1)}`);
}

test('forged arguments, and too few of them', () => assertSurvives('arguments'));

test('buffers that are none, have gone, or are too small', () => assertSurvives('buffers'));

test('forged frames', async () => {
  for (let n = 0; n < loops(1); n++) await assertSurvives('frame', (seed + n) % 2 ** 31, 10_000);
});
