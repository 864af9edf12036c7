// What the workers of these tests do.

import { runOutside, SharedMap, transaction } from 'heddle';
import { until } from '../support/wait.js';

/** A transaction that is open until the map has `go`, which its own snapshot does not show, and a thread that is there until it has `end`. */
export async function openUntilGo(name, label) {
  const map = new SharedMap({ name });
  await transaction(
    async () => {
      map.get('any');
      map.set('begun', true);
      await until(() => runOutside(() => map.has('go')), 'the word to go');
    },
    { label },
  );
  await until(() => map.has('end'), 'the thread to end');
}

/** A task that is there until the map has `told`. */
export async function untilTold(map) {
  map.set('running', true);
  await until(() => map.has('told'), 'the word to end');
}
