import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('./programs/workerpool.js', import.meta.url));

export default {
  title: 'workerpool',
  async open({ task, size }) {
    const { default: workerpool } = await import('workerpool');
    const pool = workerpool.pool(program, { workerType: 'thread', minWorkers: size, maxWorkers: size });
    return {
      execute: (argument) => pool.exec(task, [argument]),
      close: () => pool.terminate(true),
    };
  },
};
