// Example 3, a worker that tells of flags until it is terminated.
import { featureFlags } from './shared.ts';

declare const self: Worker;

const console = { log: (line: string) => self.postMessage(line) };
setTimeout(() => self.postMessage('ready')); // when the loop waits

// #region as written

// Feature flag updates
for await (const change of featureFlags.watchAll()) {
  console.log(`Feature ${change.key} is now ${change.newValue ? 'enabled' : 'disabled'}`);
}
// #endregion
