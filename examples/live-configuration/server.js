// A worker that answers requests by the configuration of the moment. It keeps no copy of that: reading is cheap.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { parentPort, workerData } from 'node:worker_threads';
import { config } from './config.js';

let left = config.get('requestsPerSecond');

const server = createServer((_, response) => {
  const { greeting, maintenance } = config.view(); // the same object, until something in it changes
  if (maintenance) response.writeHead(503).end('Back soon');
  else if (left-- <= 0) response.writeHead(429).end('Too many requests');
  else response.end(`${greeting} from worker ${workerData.id}`);
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
parentPort.postMessage({ port });

const refill = setInterval(() => (left = config.get('requestsPerSecond')), 1000);

// Where a change means work, a watch tells of it: a new limit counts from now on. The loop ends when the configuration is destroyed.
for await (const { oldValue, newValue } of config.watch('requestsPerSecond')) {
  if (newValue === oldValue) continue;
  left = newValue;
  parentPort.postMessage({ news: `worker ${workerData.id}: ${newValue} requests/s from now on` });
}
clearInterval(refill);
server.close();
