import { Worker } from 'node:worker_threads';

// The reference for all that is shared otherwise: a message to a worker and back.
export default {
  title: 'postMessage',
  open() {
    const worker = new Worker(new URL('./echo.js', import.meta.url));
    const answered = [];
    worker.on('message', (value) => answered.shift()(value));
    const send = (value) =>
      new Promise((resolve) => {
        answered.push(resolve);
        worker.postMessage(value);
      });
    return { worker, send };
  },
  close: ({ worker }) => worker.terminate(),
  ops: {
    roundTrip: ({ send }, _key, value) => send(value),
  },
};
