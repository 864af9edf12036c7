// What the compiler must accept and refuse. Only type-checked, never run: `make types`.
import {
  currentScope,
  type MapOptions,
  type PoolStats,
  type PoolTerminatedError,
  type Scope,
  SharedMap,
  type TaskName,
  type TaskOptions,
  WorkerPool,
  type WorkerPoolOptions,
} from 'heddle';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function holds<_ extends true>(): void {}

/** As `typeof import('./tasks.js')`. */
interface Tasks {
  add(a: number, b: number): number;
  load(path: string): Promise<Uint8Array>;
  tick(): void;
  version: string;
}

const options: WorkerPoolOptions = { size: 4, minSize: 1, maxTasks: 100, idleTimeout: 1000, concurrency: 2, grace: 50 };
const pool = new WorkerPool<Tasks>('./tasks.js', options);
const taskOptions: TaskOptions = {
  signal: AbortSignal.timeout(5),
  timeout: 10,
  priority: 1,
  transfer: [new ArrayBuffer(8)],
};

holds<Same<TaskName<Tasks>, 'add' | 'load' | 'tick'>>();
const sum = pool.run('add', [1, 2]);
holds<Same<typeof sum, Promise<number>>>();
const bytes = pool.run('load', ['file'], taskOptions);
holds<Same<typeof bytes, Promise<Uint8Array>>>();
pool.run('tick');
// @ts-expect-error no such function
pool.run('subtract', [1, 2]);
// @ts-expect-error not a function
pool.run('version');
// @ts-expect-error an argument of the wrong type
pool.run('add', ['1', 2]);
// @ts-expect-error an argument is missing
pool.run('add', [1]);
// @ts-expect-error no such option
pool.run('tick', [], { retries: 1 });

const double = pool.execute((n: number) => n * 2, 21);
holds<Same<typeof double, Promise<number>>>();
const later = pool.execute(async (text: string, times: number) => text.repeat(times), 'a', 2);
holds<Same<typeof later, Promise<string>>>();
// @ts-expect-error an argument of the wrong type
pool.execute((n: number) => n, 'x');
const nothing = pool.execute(() => {});
holds<Same<typeof nothing, Promise<void>>>();
pool.execute((map: SharedMap<string, number>) => map.size, new SharedMap<string, number>());

const mapOptions: MapOptions = { chunk: 10, priority: -1 };
const squares = pool.map([1, 2, 3], (n) => n * n, mapOptions);
holds<Same<typeof squares, Promise<number[]>>>();
const texts = pool.map(new Set(['a']), async (text) => text.length, { settle: false });
holds<Same<typeof texts, Promise<number[]>>>();
const settled = pool.map([1], async (n) => String(n), { settle: true });
holds<Same<typeof settled, Promise<PromiseSettledResult<string>[]>>>();
async function* source(): AsyncGenerator<number> {
  yield 1;
}
const stream = pool.mapStream(source(), (n) => [n]);
holds<Same<typeof stream, AsyncIterableIterator<number[]>>>();
// @ts-expect-error not iterable
pool.map(1, (n) => n);

// Nothing is known of the functions of a script that nobody has described.
const any = new WorkerPool('./tasks.js');
any.run('anything', [1, 'two']);
new WorkerPool();
new WorkerPool(null, { size: 1 });
new WorkerPool(new URL('file:///tasks.js'));
// @ts-expect-error no such option
new WorkerPool(null, { workers: 1 });

const control: Promise<void>[] = [pool.ready(), pool.resize(2), pool.drain(), pool.close(), pool.terminate()];
const counts: number[] = [pool.activeWorkers, pool.queuedTasks, pool.completedTasks];
// @ts-expect-error read-only
pool.activeWorkers = 1;
const stats: PoolStats = pool.stats();
holds<Same<typeof stats.waitTime.p50, number | undefined>>();
async function scoped(): Promise<void> {
  await using own = new WorkerPool(null);
  await own.drain();
}
const scope: Scope = currentScope();
holds<Same<typeof scope.deadline, number>>();
scope.signal satisfies AbortSignal;
// @ts-expect-error read-only
scope.deadline = 1;
const shared = new SharedMap<string, WorkerPool>();
holds<PoolTerminatedError extends Error ? true : false>();

export { any, control, counts, scoped, shared };
