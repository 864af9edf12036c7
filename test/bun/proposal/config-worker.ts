import { appConfig, featureFlags } from './config.ts';

declare const self: Worker;

while (appConfig.get('apiEndpoint') !== 'https://new.example' || !featureFlags.get('beta')) await Bun.sleep(1);
self.postMessage({ config: appConfig.toObject(), beta: featureFlags.get('beta') });
