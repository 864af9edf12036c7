import { parentPort } from 'node:worker_threads';
import { SharedMap } from 'heddle';

parentPort.postMessage(new SharedMap({ name: 'started' }).size);
