import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('./programs/poolifier.js', import.meta.url));

async function open({ task, size }, options) {
  const { FixedThreadPool } = await import('poolifier');
  const pool = new FixedThreadPool(size, program, options);
  return {
    execute: (argument) => pool.execute(argument, task),
    map: (items) => pool.mapExecute(items, task),
    close: () => pool.destroy(),
  };
}

export const poolifier = { title: 'poolifier', open };

/** With a queue for each worker, from which idle ones steal. */
export const poolifierQueues = {
  title: 'poolifier, with queues',
  open: (needs) => open(needs, { enableTasksQueue: true }),
};
