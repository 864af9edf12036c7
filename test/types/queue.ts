// What the compiler must accept and refuse. Only type-checked, never run: `make types`.
import {
  orElse,
  type Shareable,
  SharedMap,
  SharedQueue,
  type SharedQueueOptions,
  transaction,
  type WaitOptions,
} from 'heddle';
import * as v from 'valibot';
import { z } from 'zod';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function holds<_ extends true>(): void {}

interface Job {
  id: number;
  reply?: SharedQueue<string>;
}

const options: SharedQueueOptions<Job> = { name: 'types', capacity: 10, maxEntries: 20, lifetime: 'handles' };
const jobs = new SharedQueue<Job>(options);
const patience: WaitOptions = { timeout: 5, signal: AbortSignal.timeout(5) };

jobs.enqueue({ id: 1 });
jobs.push({ id: 1, reply: new SharedQueue<string>() });
jobs.enqueueMany(new Set([{ id: 2 }]));
export const added: Promise<void> = jobs.enqueueAsync({ id: 3 }, patience);
export const next: Promise<Job> = jobs.dequeue(patience);
export const many: Promise<Job[]> = jobs.dequeueMany(2, { timeout: 1 });
export const discarded: boolean = jobs.discard();
export const maybe: Job | undefined = jobs.tryDequeue() ?? jobs.peek();
export const numbers: number[] = [jobs.size, jobs.memory, jobs.stats().entries];
export const flags: boolean[] = [jobs.isClosed, jobs.isEmpty];
export const inside: Promise<Job> = transaction(() => jobs.dequeue());
export const either: Promise<Job | string> = transaction(async () =>
  orElse(
    () => jobs.dequeue(),
    () => 'none',
  ),
);
for await (const job of jobs) job.id.toFixed();
export const iterator: AsyncIterableIterator<Job> = jobs[Symbol.asyncIterator]();

// @ts-expect-error: an item of another type
jobs.enqueue('job');
// @ts-expect-error: an item of another type
jobs.enqueueMany([1]);
// @ts-expect-error: nothing may be there
export const surely: Job = jobs.tryDequeue();
// @ts-expect-error: it is a promise
export const now: Job = jobs.dequeue();
// @ts-expect-error: a count is a number
jobs.dequeueMany('2');
// @ts-expect-error: no such option
jobs.dequeue({ timout: 5 });
// @ts-expect-error: size is read-only
jobs.size = 0;
// @ts-expect-error: no such option
new SharedQueue<Job>({ capactiy: 1 });
// @ts-expect-error: nothing of a queue may go by itself
new SharedQueue<Job>({ eviction: 'lru', maxEntries: 1 });
// @ts-expect-error: functions cannot be shared
new SharedQueue<{ run(): void }>();
// @ts-expect-error: a queue has no items when it is made
new SharedQueue<number>([1, 2]);

const untyped = new SharedQueue();
holds<Same<typeof untyped, SharedQueue<unknown>>>();
untyped.enqueue({ anything: 1 });
const byZod = new SharedQueue({ schema: z.object({ id: z.number() }) });
holds<Same<typeof byZod, SharedQueue<{ id: number }>>>();
new SharedQueue<Job>({ schema: v.object({ id: v.number() }) });
// @ts-expect-error: a schema of something else
new SharedQueue<Job>({ schema: z.string() });

holds<Same<Shareable<{ queue: SharedQueue<Job> }>, { queue: SharedQueue<Job> }>>();
new SharedMap<string, SharedQueue<Job>>();

/** Generic code may take a queue. */
export async function drain<T>(queue: SharedQueue<T>): Promise<T[]> {
  return queue.isEmpty ? [] : await queue.dequeueMany(Number.POSITIVE_INFINITY);
}
export function isQueue(value: unknown): number {
  return value instanceof SharedQueue ? value.size : 0;
}
