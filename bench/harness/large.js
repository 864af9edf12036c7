// A configuration of about 10 MB, as text of JSON: sections with rows, and a dictionary.

const row = (id) => ({ id, name: `user ${id}`, email: `user${id}@example.com`, score: id * 1.5, active: id % 2 === 0 });
const numbered = (count, make) => Array.from({ length: count }, (_, i) => make(i));

const SECTIONS = 20;
const ROWS = 4000;
const KEYS = 60_000;

export const config = () => ({
  name: 'configuration',
  limits: { requests: 100, seconds: 60 },
  sections: Object.fromEntries(
    numbered(SECTIONS, (s) => [`section${s}`, { title: `Section ${s}`, rows: numbered(ROWS, row) }]),
  ),
  byKey: Object.fromEntries(numbered(KEYS, (i) => [`key ${i}`, { place: i, label: `label ${i}` }])),
});

/** Bytes of one copy of the large array. */
export const ARRAY_BYTES = 128 * 2 ** 20;
