import { tasks } from './tasks.js';

export default {
  title: 'heddle',
  async open({ task, size }) {
    const { WorkerPool } = await import('heddle');
    if (!WorkerPool) throw new Error('this build has no WorkerPool');
    const pool = new WorkerPool(new URL('./tasks.js', import.meta.url), { size, minSize: size });
    const fn = tasks[task];
    return {
      pool,
      execute: (argument) => pool.execute(fn, argument),
      map: (items) => pool.map(items, fn),
      close: () => pool.terminate(),
    };
  },
};
