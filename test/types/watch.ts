// What the compiler must accept and refuse. Only type-checked, never run: `make types`.
import {
  type ArrayChangeEvent,
  type ChangeEvent,
  type ClearEvent,
  type DeleteEvent,
  type ElementEvent,
  type MapChangeEvent,
  type QueueChangeEvent,
  type RecordChangeEvent,
  type ResyncEvent,
  type SetChangeEvent,
  type SetEvent,
  SharedArray,
  SharedMap,
  SharedQueue,
  SharedRecord,
  SharedSet,
  type SpliceEvent,
  type SubscribeOptions,
  type Watcher,
  type WatchOptions,
  WatchOverflowError,
} from 'heddle';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function holds<_ extends true>(): void {}

interface User {
  id: number;
  name: string;
}

interface Config {
  host: string;
  port: number;
  proxy?: string;
}

const options: WatchOptions = { signal: AbortSignal.timeout(5), buffer: 16, overflow: 'coalesce', initial: true };
const users = new SharedMap<string, User>();
const config = new SharedRecord<Config>();
const tags = new SharedSet<string>();
const list = new SharedArray<User>();
const jobs = new SharedQueue<User>();

// ---------------------------------------------------------------- maps

const ofUser = users.watch('ada', options);
holds<Same<typeof ofUser, Watcher<ChangeEvent<User>>>>();
export const iterator: AsyncIterableIterator<ChangeEvent<User>> = ofUser;
export const lag: number = ofUser.lag;

for await (const change of ofUser) {
  const { oldValue, newValue, timestamp, version, skipped, reason } = change;
  holds<Same<typeof oldValue, User | undefined>>();
  holds<Same<typeof newValue, User | undefined>>();
  holds<Same<typeof reason, 'evicted' | undefined>>();
  const numbers: number[] = [timestamp, version, skipped];
  console.log(numbers, newValue?.name);
  if (change.type === 'set') {
    holds<Same<typeof change, SetEvent<User>>>();
    change.newValue.name.trim();
    // @ts-expect-error: there may have been none
    change.oldValue.name.trim();
  } else {
    holds<Same<typeof change, DeleteEvent<User>>>();
    holds<Same<typeof change.newValue, undefined>>();
  }
  // @ts-expect-error: an event is read-only
  change.version = 0;
  // @ts-expect-error: it says no more than that
  change.key;
}

for await (const change of users.watchAll()) {
  holds<Same<typeof change, MapChangeEvent<string, User>>>();
  const name: string | undefined = change.newValue?.name ?? change.oldValue?.name;
  const key: string | undefined = change.key;
  console.log(key, name);
  switch (change.type) {
    case 'set':
      change.key.trim();
      change.newValue.id.toFixed();
      break;
    case 'delete':
      change.key.trim();
      console.log(change.reason === 'evicted');
      break;
    case 'clear':
      holds<Same<typeof change, ClearEvent>>();
      holds<Same<typeof change.key, undefined>>();
      break;
    default:
      holds<Same<typeof change, ResyncEvent>>();
  }
  // @ts-expect-error: no such type of events
  change.type === 'replace';
  // @ts-expect-error: it may be a clear
  change.key.trim();
}

const flags = new SharedMap<string, boolean>();
for await (const change of flags.watchAll())
  console.log(`Feature ${change.key} is now ${change.newValue ? 'enabled' : 'disabled'}`);

// @ts-expect-error: keys are strings
users.watch(1);
// @ts-expect-error: no such option
users.watch('ada', { bufer: 1 });
// @ts-expect-error: no such way
users.watchAll({ overflow: 'drop' });
// @ts-expect-error: a watcher is no plain iterable
for (const change of users.watchAll()) console.log(change);

// ---------------------------------------------------------------- records

const ofPort = config.watch('port');
holds<Same<typeof ofPort, Watcher<ChangeEvent<number>>>>();
for await (const change of ofPort) if (change.type === 'set') change.newValue.toFixed();
for await (const { newValue } of config.watch('proxy')) holds<Same<typeof newValue, string | undefined>>();
// @ts-expect-error: no such field
config.watch('prot');

for await (const change of config.watchAll()) {
  holds<Same<typeof change, RecordChangeEvent<Config>>>();
  const value: string | number | undefined = change.newValue;
  console.log(value);
  if (change.type === 'set' && change.key === 'port') {
    holds<Same<typeof change.newValue, number>>();
    holds<Same<typeof change.oldValue, number | undefined>>();
  }
  if (change.type === 'delete') holds<Same<typeof change.key, keyof Config>>();
  // @ts-expect-error: no such field
  if (change.key === 'prot') console.log();
}

// ---------------------------------------------------------------- sets, arrays, queues

for await (const change of tags.watch('a')) {
  holds<Same<typeof change, ElementEvent<string>>>();
  holds<Same<typeof change.type, 'add' | 'delete'>>();
  change.value.trim();
}
for await (const change of tags.watchAll()) {
  holds<Same<typeof change, SetChangeEvent<string>>>();
  if (change.type === 'add') change.value.trim();
  const value: string | undefined = change.value;
  console.log(value);
}

const copy: User[] = [];
for await (const change of list.watch({ initial: true })) {
  holds<Same<typeof change, ArrayChangeEvent<User>>>();
  switch (change.type) {
    case 'set':
      copy[change.index] = change.newValue;
      change.oldValue.name.trim();
      break;
    case 'splice':
      holds<Same<typeof change, SpliceEvent<User>>>();
      copy.splice(change.index, change.removed.length, ...change.added);
      // @ts-expect-error: read-only
      change.added.push({ id: 1, name: '' });
      break;
    default:
      copy.length = 0;
  }
  const value: User | undefined = change.newValue;
  const index: number | undefined = change.index;
  console.log(value, index);
}
for await (const change of list.watchIndex(3)) {
  holds<Same<typeof change, ChangeEvent<User>>>();
}
// @ts-expect-error: an index is a number
list.watchIndex('3');

for await (const change of jobs.watch({ initial: true, signal: AbortSignal.timeout(1) })) {
  holds<Same<typeof change, QueueChangeEvent>>();
  const numbers: number[] = [change.size, change.added, change.removed];
  const closed: boolean = change.closed;
  console.log(numbers, closed);
}
// @ts-expect-error: a watch of a queue has no buffer
jobs.watch({ buffer: 3 });

// ---------------------------------------------------------------- subscriptions

const forUser: SubscribeOptions<string> = { key: 'ada', signal: AbortSignal.timeout(1) };
export const ends: (() => void)[] = [
  users.subscribe(() => {}, forUser),
  config.subscribe(() => {}, { key: 'port' }),
  tags.subscribe(() => {}, { key: 'a' }),
  list.subscribe(() => {}),
  jobs.subscribe(() => {}, { signal: AbortSignal.timeout(1) }),
];
// @ts-expect-error: no such field
config.subscribe(() => {}, { key: 'prot' });
// @ts-expect-error: keys are strings
users.subscribe(() => {}, { key: 1 });
// @ts-expect-error: an array has no keys
list.subscribe(() => {}, { key: 1 });
// @ts-expect-error: it is called without arguments
users.subscribe((change: MapChangeEvent<string, User>) => console.log(change));

try {
  await ofUser.next();
} catch (error) {
  if (error instanceof WatchOverflowError) error.buffer.toFixed();
}
await using disposed = users.watchAll();
await disposed.return();

/** Generic code may watch. */
export async function first<K extends string, V>(map: SharedMap<K, V>, key: K): Promise<V | undefined> {
  for await (const { newValue } of map.watch(key, { initial: true })) return newValue;
  return undefined;
}
