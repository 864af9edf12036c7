// What the workers of these tests do.

import { SharedMap, SharedRecord, transactionSync } from 'heddle';
import { Money, Refusal, registerAll, User } from './shapes.js';

/** Reads before and after the classes are registered, and writes instances of its own. */
export function meet(name) {
  const map = new SharedMap({ name });
  const codes = ['user', 'money'].map((key) => {
    try {
      map.get(key);
      return 'none';
    } catch (error) {
      return `${error.code} ${error.className}`;
    }
  });
  registerAll();
  const user = map.get('user');
  const seen = [user instanceof User, user.name, map.view('money').cents, map.get('refusal') instanceof Refusal];
  transactionSync(() => {
    map.set('user', user.rename('from the worker'));
    map.update('money', (money) => money.add(1));
  });
  return { codes, seen, field: new SharedRecord({ name: `${name} record` }).get('price') instanceof Money };
}
