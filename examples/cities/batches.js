import { prefixOf } from './aggregate.js';
import { readCities } from './cities.js';

const BATCH = 100;

/**
 * One worker's share of the cities, in batches of a hundred.
 *
 * Any order gives the same result; this one makes conflicts rare. A share covers its own countries, so workers seldom
 * meet at one country's total. Within a share, cities are in alphabetical order, so that a batch touches few keys of
 * the search index, and each worker starts elsewhere in the alphabet, so that they seldom meet there either.
 */
export function readBatches(part, parts) {
  const cities = readCities(part, parts);
  const prefixes = new Map(cities.map((city) => [city, prefixOf(city.name)]));
  cities.sort((a, b) => compare(prefixes.get(a), prefixes.get(b)));
  const start = Math.floor((cities.length * part) / parts);
  const turned = [...cities.slice(start), ...cities.slice(0, start)];
  return Array.from({ length: Math.ceil(turned.length / BATCH) }, (_, i) => turned.slice(i * BATCH, (i + 1) * BATCH));
}

function compare(a, b) {
  return a < b ? -1 : Number(a > b);
}
