// The migration from postMessage: before and after, in the thread that has the configuration.
import { type Config, sharedConfig } from './shared.ts';

const worker = new Worker(new URL('./before-worker.ts', import.meta.url));
const config: Config = { hosts: ['a.example', 'b.example'], limit: 10 };
const { promise: updated, resolve } = Promise.withResolvers<void>();

// #region as written
// Before: Manual message passing
worker.postMessage({ type: 'config', data: config });
worker.onmessage = (e) => {
  if (e.data.type === 'config_updated') {
    // Handle update
    // #endregion
    resolve();
    // #region as written
  }
};

// After: Reactive shared state
await Bun.transaction(() => {
  sharedConfig.update(config);
});
// #endregion

await updated;
worker.terminate();

export { config };
