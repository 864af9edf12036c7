// The worker that does what players want. There are two of them, who share one queue: each command goes to one, once.
import { workerData } from 'node:worker_threads';
import { perform } from './actions.js';
import { commands, handled } from './world.js';

const { id } = workerData;
handled.set(id, 0);
for await (const command of commands) perform(command, id);
