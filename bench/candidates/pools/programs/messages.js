import { parentPort, workerData } from 'node:worker_threads';
import { tasks } from '../tasks.js';

const { task, batch, bare } = workerData;
const run = tasks[task];

const answer = bare ? (value) => run(value) : ({ number, value }) => ({ number, value: run(value) });
const one = (message) => parentPort.postMessage(answer(message));
const many = (messages) => parentPort.postMessage(messages.map(answer));

parentPort.on('message', batch === 1 ? one : many);
parentPort.postMessage('ready');
