import { sharedConfig } from './messages.ts';

declare const self: Worker;

// Both fields belong to one transaction: whoever sees one has the other.
while (!sharedConfig.has('limit')) await Bun.sleep(1);
self.postMessage(sharedConfig.toObject());
