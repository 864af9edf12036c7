// Example 3, a worker that reacts to changes of the configuration until it is terminated.
import { appConfig } from './shared.ts';

declare const self: Worker;

const httpClient = { setBaseURL: (url: string) => self.postMessage(url) };
setTimeout(() => self.postMessage('ready')); // when the loop waits

// #region as written

// Workers: React to configuration changes
for await (const change of appConfig.watch('apiEndpoint')) {
  // Automatically reconfigure HTTP client
  // @ts-expect-error: the text takes it that nobody deletes the field
  httpClient.setBaseURL(change.newValue);
}
// #endregion
