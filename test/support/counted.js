import assert from 'node:assert/strict';
// The engine's own counters, and its recounts of what it counts as it goes.
import { native } from '../../dist/runtime/native.js';

/** Asserts that the memory of collections with names, and that of the process, is what there is. */
export function assertCounted(...collections) {
  for (const collection of collections) {
    assert.equal(collection.memory, native.recount(native.find(collection.name).id));
  }
  for (;;) {
    const before = native.stats();
    const recounted = native.recount(0);
    // The garbage collector may have let go of a large value in between.
    if (native.stats().memoryOutside !== before.memoryOutside) continue;
    assert.equal(before.memory, recounted);
    return;
  }
}
