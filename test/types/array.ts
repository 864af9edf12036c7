// What the compiler must accept and refuse. Only type-checked, never run: `make types`.
import { SharedArray, type SharedArrayOptions } from 'heddle';
import * as v from 'valibot';
import { z } from 'zod';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function holds<_ extends true>(): void {}

interface User {
  id: number;
  name?: string;
}

const options: SharedArrayOptions<User> = { name: 'types', maxEntries: 10, lifetime: 'handles' };
const users = new SharedArray<User>(options);

export const one: User | undefined = users.get(0);
export const last: User | undefined = users.at(-1);
export const length: number = users.push({ id: 1 }, { id: 2 });
export const removed: User[] = users.splice(0, 1, { id: 3 });
export const rest: User[] = users.splice(0);
export const popped: User | undefined = users.pop() ?? users.shift();
export const front: number = users.unshift({ id: 4 });
export const part: User[] = users.slice(1, -1);
export const all: User[] = [...users, ...users.values(), ...users.toArray()];
export const indexed: [number, User][] = [...users.entries()];
export const indexes: number[] = [...users.keys()];
export const names: (string | undefined)[] = users.map((user, index, array) => `${user.name} ${index} ${array.length}`);
export const sum: number = users.reduce((total, user) => total + user.id, 0);
export const found: User | undefined = users.find((user) => user.id === 1);
export const changed: User = users.update(0, (user) => {
  if (user !== undefined) user.id++;
});
export const chained: SharedArray<User> = users.sort((a, b) => a.id - b.id).fill({ id: 0 });
users.set(0, { id: 5 });
users.forEach((user, index, array) => {
  const same: SharedArray<User> = array;
  console.log(user.id, index, same.length);
});

// @ts-expect-error: elements are users
users.push(1);
// @ts-expect-error: elements are users
users.set(0, { id: 'x' });
// @ts-expect-error: elements are users
users.splice(0, 1, 'x');
// @ts-expect-error: indexes are numbers
users.get('0');
// @ts-expect-error: length is read-only
users.length = 0;
// @ts-expect-error: no such option
new SharedArray<User>({ nmae: 'types' });
// @ts-expect-error: nothing of an array may go by itself
new SharedArray<User>({ eviction: 'lru', maxEntries: 1 });
// @ts-expect-error: functions cannot be shared
new SharedArray<{ save(): void }>();

// Elements decide the type if nothing else is said.
const inferred = new SharedArray(['a', 'b']);
holds<Same<typeof inferred, SharedArray<string>>>();
const untyped = new SharedArray();
holds<Same<typeof untyped, SharedArray<unknown>>>();
const states = new SharedArray<'open' | 'closed'>(['open']);
// @ts-expect-error: no such state
states.push('ajar');
new SharedArray<User>({ schema: z.object({ id: z.number() }) });
new SharedArray<User>({ schema: v.object({ id: v.number() }) });
// @ts-expect-error: a schema of something else
new SharedArray<User>({ schema: z.string() });
