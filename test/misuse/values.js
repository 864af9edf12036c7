// What nobody should pass, anywhere.

import { SharedArray, SharedMap, SharedQueue, SharedRecord, SharedSet, WorkerPool } from 'heddle';

/** What arguments throw that throw: whoever is given one may pass exactly this on. */
export const THROWN = Object.assign(new Error('thrown by an argument'), { ofArgument: true });

function fail() {
  throw THROWN;
}

/** Whatever is done to it throws. */
const trapped = (target) => {
  const names = ['get', 'has', 'ownKeys', 'getOwnPropertyDescriptor', 'getPrototypeOf', 'apply', 'construct'];
  return new Proxy(target, Object.fromEntries(names.map((name) => [name, fail])));
};

function revoked() {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

function detached() {
  const buffer = new ArrayBuffer(16);
  structuredClone(buffer, { transfer: [buffer] });
  return buffer;
}

/** A view whose buffer goes afterwards. */
function detachedView(View) {
  const buffer = new ArrayBuffer(16);
  const view = new View(buffer);
  structuredClone(buffer, { transfer: [buffer] });
  return view;
}

function destroyed(Collection) {
  const collection = new Collection();
  collection.destroy();
  return collection;
}

function cycle() {
  const list = [];
  list.push(list);
  return list;
}

const getters = (...names) =>
  Object.defineProperties({}, Object.fromEntries(names.map((name) => [name, { enumerable: true, get: fail }])));

const terminated = new WorkerPool(null, { size: 1 });
await terminated.terminate();

/** What each is called, and what makes it: some are used up. */
export const WRONG = Object.entries({
  undefined: () => undefined,
  null: () => null,
  true: () => true,
  NaN: () => Number.NaN,
  'minus one': () => -1,
  'one and a half': () => 1.5,
  'two to the 53rd': () => 2 ** 53,
  'two to the 31st': () => 2 ** 31,
  Infinity: () => Number.POSITIVE_INFINITY,
  '-Infinity': () => Number.NEGATIVE_INFINITY,
  'an empty string': () => '',
  'a string': () => 'x',
  'a lone surrogate': () => '\ud800',
  'a symbol': () => Symbol('wrong'),
  'a bigint': () => 1n,
  'a large bigint': () => 2n ** 80n,
  'an object': () => ({}),
  'an object without prototype': () => Object.create(null),
  'an array': () => [],
  'an array of null': () => [null],
  'an array of pairs of nothing': () => [[]],
  'an array of objects': () => [{}],
  'an array with itself': cycle,
  'an array with a hole': () => new Array(1),
  'a function': () => () => {},
  'an async function': () => async () => {},
  'a class': () => class Wrong {},
  'a bound function': () => fail.bind(null),
  'a revoked proxy': revoked,
  'a proxy that throws': () => trapped({}),
  'a function proxy that throws': () => trapped(() => {}),
  'throwing getters': () => getters('name', 'signal', 'length', 'size', 'then', 'key', '~standard', 'aborted', 'value'),
  'a throwing iterator': () => ({ [Symbol.iterator]: fail }),
  'an iterator of nothing': () => ({ [Symbol.iterator]: () => ({}) }),
  'no iterator': () => ({ [Symbol.iterator]: 1 }),
  'a throwing async iterator': () => ({ [Symbol.asyncIterator]: fail }),
  'a throwing conversion': () => ({ toString: fail, valueOf: fail, [Symbol.toPrimitive]: fail }),
  'a detached buffer': detached,
  'a view of a detached buffer': () => detachedView(Uint8Array),
  'a DataView of a detached buffer': () => detachedView(DataView),
  'a SharedArrayBuffer': () => new SharedArrayBuffer(8),
  'a date': () => new Date(0),
  'no date': () => new Date(Number.NaN),
  'a regular expression': () => /x/,
  'a promise': () => Promise.resolve(1),
  'a weak map': () => new WeakMap(),
  'a URL': () => new URL('file:///nowhere'),
  'an error': () => new Error('wrong'),
  'a forged map': () => Object.create(SharedMap.prototype),
  'a forged array': () => Object.create(SharedArray.prototype),
  'a forged pool': () => Object.create(WorkerPool.prototype),
  'a forged signal': () => Object.create(AbortSignal.prototype),
  'a fake signal': () => ({ aborted: false, addEventListener: () => {} }),
  'a fake signal that throws': () => ({ aborted: false, addEventListener: fail, removeEventListener: fail }),
  'an aborted signal': () => AbortSignal.abort(),
  'a signal aborted with THROWN': () => AbortSignal.abort(THROWN),
  'a destroyed map': () => destroyed(SharedMap),
  'a destroyed array': () => destroyed(SharedArray),
  'a destroyed queue': () => destroyed(SharedQueue),
  'a destroyed record': () => destroyed(SharedRecord),
  'a destroyed set': () => destroyed(SharedSet),
  'a terminated pool': () => terminated,
  'the prototype of maps': () => SharedMap.prototype,
});
