// What the demo computes. A store is four maps; nothing in this file knows whether they are plain Maps or SharedMaps.
//
//   cities     id → city
//   countries  country → { cities, population }
//   ranking    'top ten' → the largest cities, largest first
//   index      first three letters of a name → ids of the cities that start with them

const TOP = 10;

/** `open` makes or opens the map of a name. */
export function createStore(open) {
  return {
    cities: open('cities'),
    countries: open('countries'),
    ranking: open('ranking'),
    index: open('index'),
  };
}

/** What a batch adds to a store. It reads no store, so it is done once, before the transaction that may run again. */
export function summarize(batch) {
  const countries = new Map();
  const index = new Map();
  for (const { id, name, country, population } of batch) {
    addTotals(countries, country, { cities: 1, population });
    addIds(index, prefixOf(name), [id]);
  }
  return { batch, countries, index, largest: largestOf(batch) };
}

/** Adds a summarized batch to a store: each key once, and the more workers want a key the later. */
export function addBatch(store, { batch, countries, index, largest }) {
  for (const city of batch) store.cities.set(city.id, city);
  for (const [prefix, ids] of index) addIds(store.index, prefix, ids);
  for (const [country, totals] of countries) addTotals(store.countries, country, totals);

  // Every batch of every worker reads the top ten, few change it: written only then, it seldom stands in anyone's way.
  const before = topTen(store);
  const after = largestOf([...before, ...largest]);
  if (after.some((city, place) => city.id !== before[place]?.id)) store.ranking.set('top ten', after);
}

/** Throws if the maps of a store contradict each other. Returns the number of cities. */
export function checkStore(store) {
  let cities = 0;
  for (const totals of store.countries.values()) cities += totals.cities;
  expectEqual('cities summed over the countries', cities, store.cities.size);

  const ranked = topTen(store);
  expectEqual('length of the top ten', ranked.length, Math.min(TOP, cities));
  for (const { id, name, country, population } of ranked) {
    expectEqual(`population of ${name}`, store.cities.get(id)?.population, population);
    expectEqual(`${name} in the index`, store.index.get(prefixOf(name))?.includes(id), true);
    if (store.countries.get(country).population < population) throw new Error(`${country} is smaller than ${name}`);
  }
  return cities;
}

/** The largest cities whose names start with these three letters (case and accents do not matter). */
export function search(store, prefix) {
  return largestOf((store.index.get(prefix) ?? []).map((id) => store.cities.get(id)));
}

export function topTen(store) {
  return store.ranking.get('top ten') ?? [];
}

function addTotals(countries, country, { cities, population }) {
  const before = countries.get(country) ?? { cities: 0, population: 0 };
  countries.set(country, { cities: before.cities + cities, population: before.population + population });
}

function addIds(index, prefix, ids) {
  const all = index.get(prefix) ?? [];
  all.push(...ids);
  index.set(prefix, all);
}

/** The id decides between cities of equal size, so that the order in which they come does not. */
function largestOf(cities) {
  return [...cities].sort((a, b) => b.population - a.population || a.id - b.id).slice(0, TOP);
}

export function prefixOf(name) {
  return name
    .normalize('NFD')
    .replace(/\p{Diacritic}/gu, '')
    .slice(0, 3)
    .toLowerCase();
}

function expectEqual(what, actual, expected) {
  if (actual !== expected) throw new Error(`${what}: ${actual}, expected ${expected}`);
}
