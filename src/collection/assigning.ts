// Properties that handles do not have. `record.port = 80` and `array[0]` look like the plain objects that collections resemble, and would do
// nothing: so they throw. What is not found on a handle or its class is asked of this, at the end of the chain; what is found never gets here.

import { kindName, SHARED_ARRAY, SHARED_MAP, SHARED_RECORD } from '../kinds.js';

const HAVE_SET: readonly number[] = [SHARED_MAP, SHARED_RECORD, SHARED_ARRAY];
const INDEX = /^(0|[1-9]\d*)$/;

const shown = (name: string): string => (INDEX.test(name) ? name : JSON.stringify(name));

/** Puts it behind the prototype of a kind of handles. Subclasses may have properties of their own. */
export function refuseStrangers(kind: number, prototype: object): void {
  const hint = (name: string) => (HAVE_SET.includes(kind) ? `: use set(${shown(name)}, value)` : '');
  const strangers: ProxyHandler<object> = {
    set(target, name, value, receiver) {
      if (typeof name === 'symbol' || Object.getPrototypeOf(receiver) !== prototype) {
        return Reflect.set(target, name, value, receiver);
      }
      throw new TypeError(`A ${kindName(kind)} has no property ${JSON.stringify(name)} to assign${hint(name)}.`);
    },
  };
  if (kind === SHARED_ARRAY) {
    strangers.get = (target, name, receiver) => {
      if (typeof name === 'string' && INDEX.test(name)) {
        throw new TypeError(`The elements of a SharedArray are no properties: use get(${name}).`);
      }
      return Reflect.get(target, name, receiver);
    };
  }
  Object.setPrototypeOf(prototype, new Proxy({}, strangers));
}
