// What two busy workers do through the public API is opaque and strictly serializable.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { check, formatViolation } from '../../tools/history-checker/check.js';
import { record, summarize } from '../../tools/history-checker/record.js';
import { checkTotals } from '../../tools/history-checker/workload.js';
import { loops, seed } from '../support/random.js';

test('a recorded history is opaque and strictly serializable', async () => {
  const runs = await record({ transactions: loops(40_000), seed, name: 'test:history' });
  const summary = summarize(runs);
  console.log('history:', JSON.stringify(summary));
  const violation = check(runs) ?? checkTotals(runs);
  assert.equal(violation, undefined, violation && formatViolation(violation));
  assert.ok(summary.transactions >= loops(35_000));
  for (const [event, times] of Object.entries(summary)) assert.ok(times > 0, `no ${event} happened`);
});
