import { createHash } from 'node:crypto';
import { search, topTen } from './aggregate.js';

const EVERY = 8;

/** The reading half of the job: the top ten, the totals of each country, and some 700 searches. Returns a fingerprint. */
export function answerQuestions(store) {
  const prefixes = [...store.index.keys()].sort().filter((_, i) => i % EVERY === 0);
  const totals = [...store.countries.keys()].sort().map((country) => [country, store.countries.get(country)]);
  return fingerprint([topTen(store), totals, prefixes.map((prefix) => search(store, prefix))]);
}

/** One fingerprint per map: equal exactly if the contents are. The order in which workers came first does not count. */
export function fingerprints({ cities, countries, ranking, index }) {
  const ids = [...index].map(([prefix, ids]) => [prefix, [...ids].sort((a, b) => a - b)]);
  return {
    cities: fingerprint([...cities].sort(byKey)),
    countries: fingerprint([...countries].sort(byKey)),
    ranking: fingerprint([...ranking]),
    index: fingerprint(ids.sort(byKey)),
  };
}

function fingerprint(value) {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}

/** Compares two [key, value] entries.
 * @param {any[]} a
 * @param {any[]} b */
function byKey([a], [b]) {
  return a < b ? -1 : Number(a > b);
}
