import { createRequire } from 'node:module';
import { parentPort } from 'node:worker_threads';

createRequire(import.meta.url)('../../build/heddle.node');
parentPort.postMessage('started');
