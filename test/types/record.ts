// What the compiler must accept and refuse. Only type-checked, never run: `make types`.
import { type RecordEntry, SharedRecord, type SharedRecordOptions } from 'heddle';

interface Config {
  apiEndpoint: string;
  retries: number;
  headers: Record<string, string>;
  proxy?: string;
}

const options: SharedRecordOptions<Config> = { name: 'types', maxEntries: 10, initial: { retries: 3 } };
const config = new SharedRecord<Config>(options);

export const endpoint: string | undefined = config.get('apiEndpoint');
export const retries: number | undefined = config.get('retries');
export const headers: Readonly<Record<string, string>> | undefined = config.view('headers');
export const known: boolean = config.has('proxy');
export const gone: boolean = config.delete('proxy');
export const whole: Config = config.toObject();
export const keys: (keyof Config)[] = config.keys();
export const values: Config[keyof Config][] = config.values();
export const entry: RecordEntry<Config> = ['retries', 1];
config.set('proxy', 'http://proxy');
config.update({ retries: 5, apiEndpoint: undefined });
config.assign({ retries: 5 });

for (const key of config.keys()) config.get(key);
for (const [key, value] of config) {
  if (key === 'retries') value.toFixed();
  // @ts-expect-error: a value of another field
  if (key === 'retries') value.toUpperCase();
}
config.forEach((value, key, record) => {
  const same: SharedRecord<Config> = record;
  console.log(value, key.length, same);
});

// @ts-expect-error: an absent field is undefined
export const surely: number = config.get('retries');
// @ts-expect-error: no such field
config.get('retires');
// @ts-expect-error: a value of another type
config.set('retries', '3');
// @ts-expect-error: a value of another type
config.update({ retries: '3' });
// @ts-expect-error: no such field
config.assign({ retires: 3 });
// @ts-expect-error: a field that may not be undefined
config.assign({ retries: undefined });
// @ts-expect-error: a view is not to be changed
config.view('headers')!.accept = 'y';
// @ts-expect-error: no such option
new SharedRecord<Config>({ initail: {} });
// @ts-expect-error: a field of another type
new SharedRecord<Config>({ initial: { retries: '3' } });
// @ts-expect-error: options only
new SharedRecord<Config>([['retries', 3]]);

/** The fields of `initial` are those of the record if nothing else is said. */
const inferred = new SharedRecord({ initial: { count: 1 } });
export const count: number | undefined = inferred.get('count');
// @ts-expect-error: no such field
inferred.get('cuont');

/** Without types any field has an unknown value. */
const untyped = new SharedRecord();
export const something: unknown = untyped.get('anything');

/** Generic code may go over the fields. */
export function copyFields<T extends Record<string, unknown>>(from: SharedRecord<T>, to: SharedRecord<T>): void {
  for (const key of from.keys()) {
    const value = from.get(key);
    if (value !== undefined) to.set(key, value);
  }
}
