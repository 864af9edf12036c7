// What the compiler must accept and refuse. Only type-checked, never run: `make types`.
import { SharedMap, transaction, transactionSync } from 'heddle';

interface City {
  name: string;
  population: number;
}

const cities = new SharedMap<string, City>({ name: 'types' });

const found: City | undefined = cities.get('Bern');
const removed: boolean = cities.delete('Bern');
const several: Map<string, City> = cities.getMany(['Bern', 'Lima']);
const names: string[] = [...cities.keys()];
const pairs: [string, City][] = [...cities.entries()];
cities.setMany([['Bern', { name: 'Bern', population: 134_591 }]]);

// @ts-expect-error: an absent key is undefined
const surely: City = cities.get('Bern');
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

const sum: number = transactionSync(() => cities.size + 1);
const later: Promise<number> = transaction(() => cities.size);
const flat: Promise<number> = transaction(async () => cities.size);
// @ts-expect-error: the result of an asynchronous transaction is a promise
const now: number = transaction(() => cities.size);
