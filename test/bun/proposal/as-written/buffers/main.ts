// The migration from SharedArrayBuffer: before and after.
import { sharedData } from './shared.ts';

const newValue = 42;

// #region as written
// Before: Manual byte-level coordination
const sharedBuffer = new SharedArrayBuffer(1024);
const view = new Int32Array(sharedBuffer);

// Complex manual locking
while (Atomics.compareExchange(view, 0, 0, 1) !== 0) {}
// Critical section
view[1] = newValue;
Atomics.store(view, 0, 0); // Release lock

// After: Transactional updates
await Bun.transaction(() => {
  sharedData.set('key', newValue);
});
// #endregion

export { sharedData, view };
