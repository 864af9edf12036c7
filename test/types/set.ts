// What the compiler must accept and refuse. Only type-checked, never run: `make types`.
import { type Key, type SetLike, SharedMap, SharedSet, type SharedSetOptions } from 'heddle';
import * as v from 'valibot';
import { z } from 'zod';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function holds<_ extends true>(): void {}

const options: SharedSetOptions<string> = { name: 'types', maxEntries: 10, eviction: 'lru' };
const tags = new SharedSet<string>(options);

export const known: boolean = tags.has('a');
export const gone: boolean = tags.delete('a');
export const chained: SharedSet<string> = tags.add('a').add('b');
export const all: string[] = [...tags, ...tags.keys(), ...tags.values()];
export const pairs: [string, string][] = [...tags.entries()];
tags.addMany(['a', 'b']);
tags.addMany(new Set(['a']));
tags.forEach((value, key, set) => {
  const same: SharedSet<string> = set;
  console.log(value.length, key.length, same.size);
});

// @ts-expect-error: elements are strings
tags.add(1);
// @ts-expect-error: elements are strings
tags.has(1);
// @ts-expect-error: elements are strings
tags.addMany([1]);
// @ts-expect-error: size is read-only
tags.size = 0;
// @ts-expect-error: no such option
new SharedSet<string>({ nmae: 'types' });
// @ts-expect-error: elements are strings
new SharedSet<string>([1]);
// @ts-expect-error: elements are keys
new SharedSet<{ id: number }>();
// @ts-expect-error: elements are keys
new SharedSet([{ id: 1 }]);
// @ts-expect-error: a text is no set of characters
new SharedSet('abc');

// Elements decide the type if nothing else is said.
const inferred = new SharedSet(['a', 'b']);
holds<Same<typeof inferred, SharedSet<string>>>();
const mixed = new SharedSet(['a', 1, null], { maxEntries: 5 });
holds<Same<typeof mixed, SharedSet<string | number | null>>>();
const seats = new SharedSet<[string, number]>([['row', 3]]);
seats.has(['row', 4]);
// @ts-expect-error: another array
seats.has([3, 'row']);
const untyped = new SharedSet();
holds<Same<typeof untyped, SharedSet<Key>>>();
const states = new SharedSet<'open' | 'closed'>(['open']);
// @ts-expect-error: no such state
states.add('ajar');
const copied = new SharedSet(new Set([1]));
holds<Same<typeof copied, SharedSet<number>>>();
const again = new SharedSet(states);
holds<Same<typeof again, SharedSet<'open' | 'closed'>>>();

// A schema decides it too.
const byZod = new SharedSet({ name: 'types', schema: z.string().trim() });
holds<Same<typeof byZod, SharedSet<string>>>();
const byValibot = new SharedSet({ schema: v.pipe(v.number(), v.integer()) });
holds<Same<typeof byValibot, SharedSet<number>>>();
// @ts-expect-error: a schema of what is no key
new SharedSet({ schema: z.date() });
// @ts-expect-error: a schema of another type
new SharedSet<string>({ schema: z.number() });

// With other sets.
const numbers = new Set([1]);
const union = tags.union(numbers);
holds<Same<typeof union, Set<string | number>>>();
const both = tags.intersection(states);
holds<Same<typeof both, Set<'open' | 'closed'>>>();
const rest = tags.difference(numbers);
holds<Same<typeof rest, Set<string>>>();
const either = tags.symmetricDifference(new SharedMap<number, string>());
holds<Same<typeof either, Set<string | number>>>();
export const compared: boolean[] = [
  tags.isSubsetOf(numbers),
  tags.isSupersetOf(new Map([[{}, 1]])),
  tags.isDisjointFrom(tags),
];
export const like: SetLike<string> = tags;
// @ts-expect-error: no set
tags.union(['a']);
// @ts-expect-error: no set
tags.isSubsetOf({ size: 1 });

// Sets are values.
const groups = new SharedMap<string, SharedSet<string>>();
groups.get('a')?.add('b');
new SharedMap([['a', { members: new SharedSet(['b']) }]]).get('a')?.members.has('b');

/** Generic code may make and take sets. */
export function copy<K extends Key>(set: SharedSet<K>): SharedSet<K> {
  return new SharedSet<K>(set);
}
export function count(value: unknown): number {
  return value instanceof SharedSet ? value.size : 0;
}
