// The decoders on bytes that no encoder has made. `make fuzz` goes on for as long as it is told to.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loops, random } from '../support/random.js';
import { runCorpus, runMutations } from './fuzz/fuzz.js';

test('each committed input is read, or refused by a typed error', () => {
  console.log(runCorpus());
});

test('changed inputs are read as something, or refused by a typed error', () => {
  const inputs = loops(2000);
  const counts = runMutations(random, (n) => n < inputs);
  for (const [event, count] of counts) {
    if (!event.startsWith('refused')) console.log(`${event}: ${count}`);
    assert.ok(count > 0, `never happened: ${event}`);
  }
});
