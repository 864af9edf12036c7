// What the workers of statistics.test.js do.

import { SharedMap, transactionSync } from 'heddle';

export function work(name, label, times) {
  const map = new SharedMap({ name });
  for (let i = 0; i < times; i++) {
    transactionSync(() => map.set('a', i), { label });
    map.get('a');
  }
}
