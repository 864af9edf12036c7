// Values: copied through bytes, read through views, and large.
import { alternate } from '../harness/alternate.js';
import { changing, copying, opening, reading } from '../harness/large-values.js';
import { compared } from './entries.js';

const codec = 'heddle’s codec';
const rivals = ['structuredClone', 'JSON text', 'msgpackr, shared structures'];

const copies = (name, title, input) => ({
  name: `copy-${name}`,
  title: `encode and decode of ${title}`,
  unit: 'ns',
  run: alternate,
  reference: codec,
  entries: compared(['codec', 'clone', 'json', 'msgpackr'], { op: 'copy', input }),
  targets: rivals.map((rival) => ({ says: `at least 1.5 × faster than ${rival}`, of: rival, to: codec, atLeast: 1.5 })),
});

export const copyObject = copies('object', 'an object of 5 fields', 'users');
export const copyOrder = copies('order', 'a nested object of 1 KB', 'orders');
export const copyArray = copies('array', 'an array of 10,000 objects of 5 fields', 'tenThousand');

export const copyText = {
  ...copies('text', 'a string of 1 MB', 'megabyte'),
  entries: compared(['codec', 'v8'], { op: 'copy', input: 'megabyte' }),
  targets: [{ says: 'faster than v8.serialize', of: 'v8.serialize', to: codec, atLeast: 1 }],
};

const plain = 'a plain object';
const view = 'heddle’s view';

const fields = (name, title, op) => ({
  name: `view-${name}`,
  title,
  unit: 'ns',
  run: alternate,
  reference: view,
  entries: compared(['plain', 'views'], { op, input: 'positions' }),
  targets: [{ says: 'at most 4 × a plain object', of: view, to: plain, atMost: 4 }],
});

export const viewField = fields('field', 'a field of an opened view, of 10,000 objects in turn', 'readField');
export const viewLarge = fields('large', 'a field of a field of an opened view of 10 MB', 'readLarge');

const once = 'heddle';
const cloned = 'structuredClone';

export const openLarge = {
  name: 'large-open',
  title: 'one field of a configuration of 10 MB, in a worker that has not seen it',
  unit: 'µs',
  run: opening,
  entries: [
    { label: once, candidate: 'heddle', does: 'view' },
    { label: cloned, candidate: 'heddle', does: 'clone' },
  ],
  targets: [{ says: 'at least 1,000 × faster than structuredClone', of: cloned, to: once, atLeast: 1000 }],
};

const whole = 'set of the whole';

export const updateLarge = {
  name: 'large-update',
  title: 'update of one field of a configuration of 10 MB',
  unit: 'µs',
  run: changing,
  entries: [
    { label: once, candidate: 'heddle', does: 'update' },
    { label: whole, candidate: 'heddle', does: 'set' },
  ],
  targets: [{ says: 'at least 50 × faster than set of the whole', of: whole, to: once, atLeast: 50 }],
};

const held = 'a view';
const sent = 'postMessage';
const mapped = 'copies of it in memory, beside heaps';

export const readLarge = {
  name: 'large-heaps',
  title: 'heap of each of four workers for a configuration of 10 MB',
  unit: 'B',
  run: reading,
  counted: mapped,
  entries: [
    { label: held, candidate: 'heddle', does: 'hold' },
    { label: sent, candidate: 'heddle', does: 'keep' },
  ],
  reference: null,
  targets: [
    { says: 'less than 1 MB each', of: held, atMost: 1e6 },
    { says: 'mapped once', of: mapped, atMost: 1.05 },
  ],
};

const copied = 'slice of a plain array';
const owned = 'copies of it in memory, four workers';

export const copyLarge = {
  name: 'large-array',
  title: 'get of a Float32Array of 128 MB',
  unit: 'µs',
  run: copying,
  counted: owned,
  entries: [
    { label: once, candidate: 'heddle', does: 'get' },
    { label: copied, candidate: 'heddle', does: 'slice' },
  ],
  targets: [
    { says: 'at least 20 × faster than copying it', of: copied, to: once, atLeast: 20 },
    { says: 'at most 1.05 copies in memory', of: owned, atMost: 1.05 },
  ],
};
