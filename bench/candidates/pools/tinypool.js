const filename = new URL('./tasks.js', import.meta.url).href;

export default {
  title: 'tinypool',
  async open({ task, size }) {
    const { default: Tinypool } = await import('tinypool');
    const pool = new Tinypool({ filename, name: task, minThreads: size, maxThreads: size });
    return { execute: (argument) => pool.run(argument), close: () => pool.destroy() };
  },
};
