// Changes of bytes as fuzzers make them: what lengths, places, numbers of shapes and tags may not be.

import { pick } from '../../../tools/recording/random.js';

const WORDS = [
  0,
  1,
  2,
  7,
  8,
  16,
  24,
  255,
  256,
  65_535,
  65_536,
  2 ** 24,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32 - 8,
  2 ** 32 - 1,
];
const DOUBLES = [0, -0, -1, 0.5, 8, 1e5, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 39, 2 ** 53, 1e300, Number.NaN, -Infinity];
const MOST_BYTES = 1 << 15;

const below = (count, random) => Math.floor(random() * count);
const viewOf = (bytes) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Calls `change` with a place for something of `size` bytes that is aligned to it; does nothing if there is none. */
function somewhere(bytes, size, random, change) {
  const places = Math.floor(bytes.length / size);
  if (places > 0) change(size * below(places, random));
}

function joined(...parts) {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** Each returns the changed bytes, which may be the same array. `other` is another entry of the corpus. */
export const MUTATIONS = {
  'flip a bit': (bytes, random) => {
    somewhere(bytes, 1, random, (at) => (bytes[at] ^= 1 << below(8, random)));
    return bytes;
  },
  'another byte': (bytes, random) => {
    somewhere(bytes, 1, random, (at) => (bytes[at] = below(random() < 0.5 ? 32 : 256, random)));
    return bytes;
  },
  'another word': (bytes, random) => {
    somewhere(bytes, 4, random, (at) => viewOf(bytes).setUint32(at, pick(WORDS, random), true));
    return bytes;
  },
  'a word near another place': (bytes, random) => {
    somewhere(bytes, 4, random, (at) => viewOf(bytes).setUint32(at, 8 * below(bytes.length / 8 + 2, random), true));
    return bytes;
  },
  'a word a little off': (bytes, random) => {
    somewhere(bytes, 4, random, (at) => {
      const view = viewOf(bytes);
      view.setUint32(at, view.getUint32(at, true) + pick([-8, -1, 1, 8], random), true);
    });
    return bytes;
  },
  'another number': (bytes, random) => {
    somewhere(bytes, 8, random, (at) => viewOf(bytes).setFloat64(at, pick(DOUBLES, random), true));
    return bytes;
  },
  'a word from elsewhere': (bytes, random) => {
    somewhere(bytes, 4, random, (from) => somewhere(bytes, 4, random, (to) => bytes.copyWithin(to, from, from + 4)));
    return bytes;
  },
  'cut off': (bytes, random) => bytes.slice(0, below(bytes.length, random)),
  'delete some': (bytes, random) => {
    const at = below(bytes.length, random);
    return joined(bytes.subarray(0, at), bytes.subarray(at + 8 * (1 + below(4, random))));
  },
  'insert some': (bytes, random) => {
    const at = 8 * below(bytes.length / 8 + 1, random);
    const inserted = Uint8Array.from({ length: 8 * (1 + below(4, random)) }, () => below(256, random));
    return joined(bytes.subarray(0, at), inserted, bytes.subarray(at));
  },
  'repeat some': (bytes, random) => {
    const from = 8 * below(bytes.length / 8, random);
    const some = bytes.subarray(from, from + 8 * (1 + below(8, random)));
    const times = Array.from({ length: 1 + below(8, random) }, () => some);
    return joined(bytes.subarray(0, from), ...times, bytes.subarray(from));
  },
  splice: (bytes, random, other) =>
    joined(
      bytes.subarray(0, 8 * below(bytes.length / 8 + 1, random)),
      other.subarray(8 * below(other.length / 8, random)),
    ),
};
const NAMES = Object.keys(MUTATIONS);

/** A changed copy of a member of `entries`; calls `note` with the name of each mutation that made it. */
export function mutate(entries, random, note) {
  let bytes = pick(entries, random).slice();
  for (let left = 1 + below(5, random); left > 0; left--) {
    const name = pick(NAMES, random);
    bytes = MUTATIONS[name](bytes, random, pick(entries, random));
    if (bytes.length > MOST_BYTES) bytes = bytes.slice(0, MOST_BYTES);
    note(name);
  }
  return bytes;
}
