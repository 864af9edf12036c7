// Entry points that belong to one runtime.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SharedMap, WrongRuntimeError } from 'heddle';
import { heddleError } from './support/errors.js';

if (process.versions.bun === undefined) {
  test('heddle/bun says that this is not Bun', async () => {
    await assert.rejects(import('heddle/bun'), heddleError(WrongRuntimeError, /from 'heddle' instead/));
    new SharedMap().set('heddle itself', 'works');
  });
} else {
  test('heddle/bun puts its names on Bun', async () => {
    await import('heddle/bun');
    const map = new globalThis.Bun.SharedMap({ name: 'runtimes: one' });
    new SharedMap({ name: 'runtimes: one' }).set('a', 1);
    assert.equal(map.get('a'), 1);
    map.destroy();
  });
}
