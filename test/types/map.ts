// What the compiler must accept and refuse. Only type-checked, never run: `make types`.
import { SharedMap, transaction, transactionSync } from 'heddle';

interface City {
  name: string;
  population: number;
}

const cities = new SharedMap<string, City>({ name: 'types' });

export const found: City | undefined = cities.get('Bern');
export const removed: boolean = cities.delete('Bern');
export const several: Map<string, City> = cities.getMany(['Bern', 'Lima']);
export const names: string[] = [...cities.keys()];
export const pairs: [string, City][] = [...cities.entries()];
cities.setMany([['Bern', { name: 'Bern', population: 134_591 }]]);

// @ts-expect-error: an absent key is undefined
export const surely: City = cities.get('Bern');
// @ts-expect-error: keys are strings
cities.get(1);
// @ts-expect-error: a value of another type
cities.set('Bern', 134_591);
// @ts-expect-error: an incomplete value
cities.set('Bern', { name: 'Bern' });
// @ts-expect-error: size is read-only
cities.size = 0;
// @ts-expect-error: no such option
new SharedMap<string, City>({ nmae: 'types' });

export const sum: number = transactionSync(() => cities.size + 1);
export const later: Promise<number> = transaction(() => cities.size);
export const flat: Promise<number> = transaction(async () => cities.size);
// @ts-expect-error: the result of an asynchronous transaction is a promise
export const now: number = transaction(() => cities.size);
