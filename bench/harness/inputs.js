import { random } from './random.js';

export const KEYS = 10_000;
const CONTENDED = 100;
const INITIAL = 1000;

// A prime below KEYS: values and keys are walked in step, and a key meets another value in each pass.
const VALUES = 9973;

function shuffled(items, seed) {
  const next = random(seed);
  const result = [...items];
  for (let i = result.length - 1; i > 0; i--) {
    const j = next(i + 1);
    [result[i], result[j]] = [result[j], result[i]];
  }
  return result;
}

const user = (id) => ({
  id,
  name: `Name ${id}`,
  email: `user${id}@example.com`,
  score: id * 1.5,
  active: id % 2 === 0,
});

/** About 1 KB as JSON text. */
const order = (id) => ({
  id,
  customer: { id: id % 977, name: `Name ${id}`, email: `user${id}@example.com`, premium: id % 3 === 0 },
  address: {
    street: `${id % 400} Long Street`,
    city: 'Lisbon',
    zip: `1000-${100 + (id % 900)}`,
    lat: 38.72,
    lon: -9.14,
  },
  items: numbered(8, (i) => ({ sku: `SKU-${id + i}`, title: `Title of item ${i}`, quantity: 1 + i, price: 9.99 + i })),
  tags: ['new', 'stock', 'gift'],
  history: numbered(8, (i) => id + i * 3.5),
  status: 'shipped',
  note: `Please leave it with the neighbours at number ${id % 90}, who are at home in the morning, and ring the bell twice.`,
  comment: null,
  flags: { gift: false, express: true, retries: 0 },
});

const numbered = (count, make) => Array.from({ length: count }, (_, i) => make(i));

/** All keys, in an order that is neither theirs nor the one of insertion. */
export const keys = shuffled(
  numbered(KEYS, (i) => `user:${i}`),
  1,
);

/** What each key holds at first, by kind of value. */
export const initial = {
  number: numbered(KEYS, () => INITIAL),
  object: numbered(KEYS, user),
};

/** Transfers keep the sum of all numbers. */
export const TOTAL = KEYS * INITIAL;

// Each key gives to the next one of the list: never to itself.
const pairs = (list) => ({ first: list, second: [...list.slice(1), list[0]] });

const own = (member) => keys.filter((_, i) => i % 2 === member);

// Drawn at random, as two workers that walk one order in step would meet always or never.
function contended(member) {
  const next = random(100 + member);
  const first = numbered(KEYS, () => next(CONTENDED));
  const second = first.map((i) => (i + 1 + next(CONTENDED - 1)) % CONTENDED);
  return { first: first.map((i) => keys[i]), second: second.map((i) => keys[i]) };
}

/** What a loop walks through, by name; `member` is the number of the worker that walks. */
const makers = {
  keys: () => ({ first: keys, second: keys }),
  numbers: () => ({ first: keys, second: numbered(VALUES, (i) => i) }),
  users: () => ({ first: keys, second: numbered(VALUES, (i) => user(KEYS + i)) }),
  /** One value, over and over. */
  tenThousand: () => ({ first: keys, second: [numbered(KEYS, user)] }),
  megabyte: () => ({ first: keys, second: ['The quick brown fox jumps. '.repeat(38_837)] }),
  orders: () => ({ first: keys, second: numbered(199, order) }),
  positions: () => ({ first: keys, second: numbered(VALUES, (i) => i) }),
  pairs: (member) => pairs(member === 0 ? keys : shuffled(keys, 2)),
  ownPairs: (member) => pairs(own(member)),
  contended,
};

export const input = (name, member = 0) => makers[name](member);
