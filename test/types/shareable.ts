// What the compiler must accept and refuse as values. Only type-checked, never run: `make types`.
import type { MessagePort } from 'node:worker_threads';
import { type Key, type NotShareable, registerClass, type Shareable, SharedMap, SharedRecord } from 'heddle';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
type Refused<T, Reason extends string> = Same<Shareable<T>, NotShareable<`${Reason}, which cannot be shared`>>;
function holds<_ extends true>(): void {}

// ---------------------------------------------------------------- what can be shared

interface Address {
  readonly street: string;
  zip?: string | number;
  geo: readonly [number, number] | null;
}
interface Tree {
  value: bigint;
  children: Tree[];
  parent?: Tree | undefined;
}
type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
type Event = { type: 'joined'; at: Date } | { type: 'left'; reason?: Error };
enum Colour {
  Red,
  Green,
}
interface Everything {
  address: Address;
  tree: Tree;
  json: Json;
  event: Event;
  colour: Colour;
  branded: string & { readonly brand: unique symbol };
  map: Map<string, Set<Address>>;
  views: [Uint8Array, DataView, ArrayBuffer, BigInt64Array?, ...Float64Array[]];
  pattern: RegExp;
  boxed: number;
  dictionary: Record<string, readonly Date[]>;
  rooms: SharedMap<string, SharedRecord<{ open: boolean }>>;
  // biome-ignore lint/suspicious/noExplicitAny: that is what is tested
  anything: any;
  something: unknown;
  object: object;
  nothing: undefined;
}

holds<Same<Shareable<Everything>, Everything>>();
// biome-ignore lint/suspicious/noExplicitAny: that is what is tested
holds<Same<Shareable<any>, any>>();
holds<Same<Shareable<unknown>, unknown>>();
holds<Same<Shareable<never>, never>>();
new SharedMap<string, Everything>();
new SharedMap<readonly [string, number], Tree[]>({ maxEntries: 1 });
new SharedRecord<Everything>();

/** Types that go on for ever. */
interface Nest<T> {
  value: T;
  next: Nest<T[]>;
}
new SharedMap<string, Nest<Date>>();

// ---------------------------------------------------------------- what cannot

class User {
  name = '';
  save(): void {}
}
interface Account {
  user: User;
}

holds<Refused<() => void, 'value is a function'>>();
holds<Refused<typeof User, 'value is a function'>>();
// biome-ignore lint/complexity/noBannedTypes: that is what is tested
holds<Refused<Function, 'value is a function'>>();
holds<Refused<symbol, 'value is a symbol'>>();
holds<Refused<Account, 'value.user.save is a function'>>();
holds<Refused<{ list: Account[] }, 'value.list[number].user.save is a function'>>();
holds<Refused<{ pair: [string, Account] }, 'value.pair[1].user.save is a function'>>();
holds<Refused<{ by: Map<string, User> }, 'value.by.values().save is a function'>>();
holds<Refused<ReadonlyMap<User, string>, 'value.keys().save is a function'>>();
holds<Refused<Set<symbol>, 'value.values() is a symbol'>>();
holds<Refused<Record<string, User>, 'value[string].save is a function'>>();
holds<Refused<{ later?: Promise<number> }, 'value.later is a promise'>>();
holds<Refused<string | { ref: WeakRef<User> }, 'value.ref is a WeakRef'>>();
holds<Refused<{ cache: WeakMap<User, string> }, 'value.cache is a WeakMap'>>();
holds<Refused<{ seen: WeakSet<User> }, 'value.seen is a WeakSet'>>();
holds<Refused<{ memory: SharedArrayBuffer }, 'value.memory is a SharedArrayBuffer'>>();
holds<Refused<Int32Array<SharedArrayBuffer>, 'value is a view of a SharedArrayBuffer'>>();
holds<Refused<{ optional?: () => void }, 'value.optional is a function'>>();

interface Loop {
  self: Loop;
  go(): void;
}
holds<Refused<Loop, 'value.go is a function'>>();

// @ts-expect-error: Property '[reason]' is missing … 'NotShareable<"value.user.save is a function, which cannot be shared">'
new SharedMap<string, Account>();
// @ts-expect-error: objects of the runtime
new SharedMap<string, MessagePort | URL>();
// @ts-expect-error: the same with options
new SharedMap<string, Account>({ name: 'types' });
// @ts-expect-error: a function
new SharedMap([['a', () => 1]]);
// @ts-expect-error: a promise
new SharedMap([['a', { later: Promise.resolve(1) }]]);
// @ts-expect-error: a method
class Accounts extends SharedMap<string, Account> {}
// @ts-expect-error: a method, known from the left side
const accounts: SharedMap<string, Account> = new SharedMap();
// @ts-expect-error: a method of a field
new SharedRecord<Account>();
// @ts-expect-error: a field that is a function
new SharedRecord({ initial: { port: 1, open: () => {} } });
console.log(Accounts, accounts);

// ---------------------------------------------------------------- registered classes

class Money {
  #cents = 0;
  get cents(): number {
    return this.#cents;
  }
  add(cents: number): Money {
    this.#cents += cents;
    return this;
  }
}
class Euro extends Money {}
declare module 'heddle' {
  interface Registered {
    Money: Money;
  }
}
registerClass(Money, {
  toValue: (money) => money.cents,
  fromValue: (cents) => new Money().add(cents),
});
registerClass(Euro);
// @ts-expect-error: fromValue takes what toValue gives
registerClass(Money, { toValue: (money) => money.cents, fromValue: (text: string) => new Money().add(text.length) });
// @ts-expect-error: no class
registerClass({});
holds<Same<Shareable<Money>, Money>>();
new SharedMap<string, { prices: Money[]; euro: Euro }>();

// ---------------------------------------------------------------- inference and generic code

const scores = new SharedMap([
  ['ada', 1],
  ['grace', 2],
]);
holds<Same<typeof scores, SharedMap<string, number>>>();
scores.set('joan', 3);
const seats = new SharedMap([[['row', 1] as const, { name: 'ada', tags: ['a'] }]], { maxEntries: 10 });
holds<Same<typeof seats, SharedMap<readonly ['row', 1], { name: string; tags: string[] }>>>();
const copied = new SharedMap(new Map([[1, new Date()]]));
holds<Same<typeof copied, SharedMap<number, Date>>>();
const untyped = new SharedMap();
holds<Same<typeof untyped, SharedMap<Key, unknown>>>();
untyped.set('a', { anything: 1 });
const exact: SharedMap<'a' | 'b', number> = new SharedMap([['a', 1]]);
exact.set('b', 2);
const stated = new SharedMap<'a' | 'b', number | null>([['a', 1]]);
stated.set('b', null);
const record = new SharedRecord({ initial: { port: 1, hosts: ['a.example'] } });
holds<Same<typeof record, SharedRecord<{ port: number; hosts: string[] }>>>();
// @ts-expect-error: no type of keys
new SharedMap([[{ row: 1 }, 'ada']]);

export function put<T>(map: SharedMap<string, T>, value: T): T | undefined {
  map.set('a', value);
  map.setMany([['b', value]]);
  map.update('c', () => value);
  map.getOrInsert('d', value);
  return map.get('a');
}
export function make<K extends Key, T>(entries: [K, T][]): SharedMap<K, T> {
  const map = new SharedMap<K, T>();
  map.setMany(entries);
  new SharedMap<string, { id: K; payload: T[] }>({ name: 'generic' });
  return entries.length > 1 ? new SharedMap(entries) : map;
}
export function makeRecord<T extends Record<string, unknown>>(initial: T): SharedRecord<T> {
  return new SharedRecord<T>({ initial });
}
export class Registry<V extends object> extends SharedMap<string, V> {
  add(id: string, value: V): this {
    this.set(id, value);
    return this;
  }
}
new Registry<Address>({ name: 'registry' }).add('a', { street: 'b', geo: null });
export function sizeOf(value: unknown): number {
  return value instanceof SharedMap || value instanceof SharedRecord ? value.size : 0;
}
export function first(value: SharedMap<string, Address> | string): Address | undefined {
  return value instanceof SharedMap ? value.get('a') : undefined;
}
export const wide: SharedMap<string, { name: string }> = new SharedMap<string, { name: string; age: number }>();
