// What the workers of these tests do.

import { SharedMap, SharedRecord } from 'heddle';

/** Has no schema, so writes what it likes; and gets no schema by way of a value. */
export function writeAnything(name) {
  const map = new SharedMap({ name });
  map.set('from the worker', { anything: 1 });
  map.get('handle').set('n', 'no number');
  new SharedRecord({ name: `${name} record` }).set('port', 'none');
}
