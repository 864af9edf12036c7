// What the compiler must accept and refuse. Only type-checked, never run: `make types`.
import {
  type ConcurrentOptions,
  concurrent,
  type PipelineOptions,
  type PipelineProgress,
  type PipelineStage,
  pipeline,
  type RaceOptions,
  race,
  type Scope,
  type ScopeTask,
  suppressedErrors,
  TimeoutError,
  type TimeoutOptions,
  type TransactionTimeoutError,
  timeout,
  WorkerPool,
} from 'heddle';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function holds<_ extends true>(): void {}

const pool = new WorkerPool();

// ---------------------------------------------------------------- tuples and lists

const tuple = concurrent([() => 1, async () => 'a', ({ signal }) => signal.aborted]);
holds<Same<typeof tuple, Promise<[number, string, boolean]>>>();
const settled = concurrent([() => 1, async () => 'a'], { settle: true });
holds<Same<typeof settled, Promise<[PromiseSettledResult<number>, PromiseSettledResult<string>]>>>();
const urls: string[] = [];
const list = concurrent(urls.map((url) => async (scope: Scope) => url.length + scope.deadline));
holds<Same<typeof list, Promise<number[]>>>();
const lengths = concurrent<number>([() => 1, async () => 2]);
holds<Same<typeof lengths, Promise<number[]>>>();
const many: Promise<string[]> = concurrent(new Set<ScopeTask<string>>());
const options: ConcurrentOptions = { limit: 2, grace: 5, signal: AbortSignal.timeout(1), pool, settle: false };
const none = concurrent([]);
holds<Same<typeof none, Promise<[]>>>();
// @ts-expect-error: these are promises, which have begun
concurrent([fetch('a'), fetch('b')]);
// @ts-expect-error: no such option
concurrent([() => 1], { concurrency: 2 });

// ---------------------------------------------------------------- race and timeout

const either = race([() => 1, async () => 'a']);
holds<Same<typeof either, Promise<string | number>>>();
const first = race<string>([() => 'a', async () => 'b']);
holds<Same<typeof first, Promise<string>>>();
const raceOptions: RaceOptions = { until: 'success', pool };
// @ts-expect-error: the proposal of another library
race([() => 1], { until: 'fulfilled' });
const timed = timeout(async ({ signal, deadline }) => [signal.aborted, deadline] as const, 100);
holds<Same<typeof timed, Promise<readonly [boolean, number]>>>();
const timeoutOptions: TimeoutOptions = { grace: Number.POSITIVE_INFINITY };
// @ts-expect-error: the time comes second
timeout(100, () => 1);
const isTimeout = (error: TransactionTimeoutError): error is TransactionTimeoutError & TimeoutError =>
  error instanceof TimeoutError && error.timeout > 0;
const others: unknown[] = suppressedErrors(new Error());

// ---------------------------------------------------------------- chains

const chain = pipeline(urls, [
  async (url) => url.length,
  (length, { signal }) => (signal.aborted ? '' : String(length)),
]);
holds<Same<typeof chain, AsyncIterableIterator<string>>>();
const withOptions = pipeline(
  [1, 2],
  [(n) => n + 1, { fn: (n) => [n], parallelism: 4, ordered: false, pool }, ([n]) => n === 2],
  { maxInFlight: 5, onProgress: ({ read, done, inFlight }: PipelineProgress) => read + done + inFlight },
);
holds<Same<typeof withOptions, AsyncIterableIterator<boolean>>>();
async function* numbers(): AsyncGenerator<number> {
  yield 1;
}
const ofGenerator = pipeline(numbers(), [(n) => ({ n })]);
holds<Same<typeof ofGenerator, AsyncIterableIterator<{ n: number }>>>();
const ofPromises = pipeline([Promise.resolve(1)], [(n) => n.toFixed()]);
holds<Same<typeof ofPromises, AsyncIterableIterator<string>>>();
// biome-ignore lint/suspicious/noExplicitAny: as the proposal has it
const stages: PipelineStage<any, any>[] = [];
const ofList = pipeline<number, string>(numbers(), stages, { parallelism: 2 });
holds<Same<typeof ofList, AsyncIterableIterator<string>>>();
const asProposed: AsyncIterable<string> = pipeline<number, string>(numbers(), [(n: number) => String(n)]);
const pipelineOptions: PipelineOptions = { ordered: false, signal: AbortSignal.timeout(1), grace: 0 };
// @ts-expect-error: a number is nothing to iterate over
pipeline(5, []);

export {
  asProposed,
  chain,
  either,
  first,
  isTimeout,
  lengths,
  list,
  many,
  none,
  ofGenerator,
  ofList,
  ofPromises,
  options,
  others,
  pipelineOptions,
  raceOptions,
  settled,
  timed,
  timeoutOptions,
  tuple,
  withOptions,
};
