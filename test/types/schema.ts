// What the compiler makes of schemas. Only type-checked, never run: `make types`.
import { type } from 'arktype';
import { type Schema, SharedMap, SharedRecord, type ValidationError } from 'heddle';
import * as v from 'valibot';
import { z } from 'zod';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function holds<_ extends true>(): void {}

interface User {
  name: string;
  tags: string[];
}

const zod = z.object({ name: z.string(), tags: z.array(z.string()).default([]) });
const valibot = v.object({ name: v.string(), tags: v.optional(v.array(v.string()), []) });
const arktype = type({ name: 'string', tags: 'string[]' });

const byZod = new SharedMap({ name: 'types', schema: zod });
const byValibot = new SharedMap({ schema: valibot });
const byArktype = new SharedMap({ maxEntries: 1, schema: arktype });
holds<Same<typeof byZod, SharedMap<string, User>>>();
holds<Same<typeof byValibot, SharedMap<string, User>>>();
holds<Same<typeof byArktype, SharedMap<string, User>>>();
byZod.set('ada', { name: 'Ada', tags: [] });
// @ts-expect-error: a value of another type
byZod.set('ada', { name: 5, tags: [] });

const byNumber: SharedMap<number, User> = new SharedMap({ schema: zod });
byNumber.set(1, { name: 'Ada', tags: [] });
new SharedMap<number, User>({ schema: zod });
new SharedMap([['ada', { name: 'Ada', tags: [] }]], { schema: arktype }).get('grace');
new SharedMap({ schema: z.map(z.string(), z.date()) }).get('a')?.get('b')?.getTime();
// @ts-expect-error: a schema of another type
new SharedMap<string, User>({ schema: z.number() });
// @ts-expect-error: no schema
new SharedMap<string, User>({ schema: { parse: () => ({ name: 'Ada', tags: [] }) } });
// @ts-expect-error: a schema of what cannot be shared
new SharedMap({ schema: z.object({ name: z.string(), later: z.promise(z.string()) }) });

const record = new SharedRecord({ name: 'types', schema: zod, initial: { name: 'Ada' } });
holds<Same<typeof record, SharedRecord<User>>>();
new SharedRecord<User>({ schema: valibot });
// @ts-expect-error: a field of another type
new SharedRecord({ schema: arktype, initial: { name: 5 } });

/** Generic code may take a schema. */
export function open<T>(name: string, schema: Schema<T>): SharedMap<string, T> {
  return new SharedMap<string, T>({ name, schema });
}
holds<Same<ReturnType<typeof open<User>>, SharedMap<string, User>>>();
export const opened: SharedMap<string, User> = open('types', zod);

export function explain(error: ValidationError): string {
  return `${error.code} ${error.path.map(String).join('.')} ${error.issues.map(({ message }) => message).join()}`;
}
