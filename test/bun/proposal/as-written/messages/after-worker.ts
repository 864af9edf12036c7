// After: a worker that is notified of changes, by the second part of the block, until it is terminated.
import { sharedConfig } from './shared.ts';

declare const self: Worker;

setTimeout(() => self.postMessage('ready')); // when the loop waits

// #region as written

for await (const change of sharedConfig.watchAll()) {
  // Automatically notified of changes
  // #endregion
  self.postMessage([change.key, change.newValue]);
  // #region as written
}
// #endregion
