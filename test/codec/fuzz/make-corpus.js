// Writes corpus.json: values and keys of every kind as bytes, and what was found before. Run it when the format changes:
//   node test/codec/fuzz/make-corpus.js

import { readFileSync, writeFileSync } from 'node:fs';
import { Arena, encodeKey, encodeValue, takeLinks, takePieces } from '../../../dist/codec/index.js';
import { Converted, Failure, handleOf, Plain } from './environment.js';

const PLACE = new URL('./corpus.json', import.meta.url);

const sparse = [];
sparse[100_000] = 1;
const named = Object.assign([1, 2], { name: 'named' });
const error = new TypeError('wrong', { cause: { code: 5 } });
error.stack = 'TypeError: wrong\n    at somewhere';
const failure = Object.assign(new Failure('failed'), { detail: [1] });
failure.stack = 'Error: failed';
const aggregate = new AggregateError([1, 'two'], 'all');
aggregate.stack = '';
const record = (id) => ({
  id,
  name: `name ${id}`,
  nested: { id: 1, name: null },
  list: [1, 2.5, -0],
  flag: true,
  date: new Date(0),
  text: 'x'.repeat(40),
});
const part = { a: 1 };
const cycle = { id: 1, name: 'cycle' };
cycle.name = [cycle, part, part];
const shared = new ArrayBuffer(24);
const resizable = new ArrayBuffer(8, { maxByteLength: 16 });
const mapOfItself = new Map([['k', 1]]);
mapOfItself.set('self', mapOfItself).set(part, new Set([part]));
const errorOfItself = new Error('round');
errorOfItself.stack = '';
errorOfItself.cause = errorOfItself;
const instance = new Plain('again');

const owning = (object, value) => Object.defineProperty(object, '__proto__', { value, enumerable: true });
const withProto = () => JSON.parse('{"__proto__": {"polluted": 1}, "x": 2}');
const failureWithProto = owning(new Error('owns one'), [1]);
failureWithProto.stack = '';

const VALUES = {
  number: 1.5,
  'not a number': Number.NaN,
  text: 'latin',
  'text of two bytes a unit': '中文 text',
  'long text': 'long '.repeat(60),
  'lone surrogate': '\ud800',
  true: true,
  false: false,
  null: null,
  undefined: undefined,
  'small bigint': -5n,
  'large bigint': 10n ** 40n,
  date: new Date(86_400_000),
  object: { id: 1, name: 'one' },
  'object of many kinds': record(7),
  'object without keys': {},
  'object with __proto__': JSON.parse('{"__proto__": {"x": 1}, "x": 2}'),
  'list of objects': [record(1), record(2), { id: 3, name: [record(3)] }],
  dictionary: { one: 1, two: [2], three: { 3: 'three' } },
  'dictionary with __proto__': JSON.parse('{"__proto__": {"polluted": 1}, "constructor": {"prototype": 1}}'),
  'array and error with __proto__': [owning([1, 2], { polluted: 1 }), failureWithProto],
  numbers: [1, 2, 3, 4.5],
  mixed: [1, 'two', null, undefined, true, [[]]],
  // biome-ignore lint/suspicious/noSparseArray: holes are what it is about
  holes: [1, , 3, , 'five'],
  sparse,
  'array with names': named,
  deep: [[[[[[[['end']]]]]]]],
  map: new Map([
    ['k', new Map([[1, 'a']])],
    [{ a: 1 }, 2],
  ]),
  set: new Set([1, 'a', new Set([null])]),
  regexp: /a(b)+/gi,
  error,
  'error of many': aggregate,
  'exception of the DOM': Object.assign(new DOMException('aborted', 'AbortError'), {}),
  boxed: [Object('s'), Object(1), Object(true), Object(5n)],
  'array buffer': new ArrayBuffer(5),
  'typed arrays': [
    new Uint8Array([1, 2, 3]),
    new Uint8ClampedArray(2),
    new Int8Array(2),
    new Uint16Array(3),
    new Int16Array(3),
    new Uint32Array(2),
    new Int32Array(2),
    new Float32Array([1.5]),
    new Float64Array([2.5]),
    new BigInt64Array([1n]),
    new BigUint64Array([2n]),
    new DataView(new ArrayBuffer(9)),
  ],
  instance: new Plain('text'),
  'instances in an object': { id: new Plain([1]), name: new Converted({ a: new Plain('inner') }) },
  'converted instance': new Converted([1, 'two']),
  'instance of an error': failure,
  'graph: cycle': cycle,
  'graph: map and set': mapOfItself,
  'graph: error': errorOfItself,
  'graph: instances': [instance, instance, { id: instance, name: 1 }],
  'graph: __proto__': [
    part,
    part,
    withProto(),
    { ...withProto(), other: 1 },
    owning({ other: 1 }, [2]),
    owning([1, 2], { polluted: 1 }),
    failureWithProto,
  ],
  'graph: buffers': [new Uint8Array(shared, 8, 8), new DataView(shared), new Float64Array(shared), shared],
  'graph: resizable': [new Uint8Array(resizable), new Uint8Array(resizable, 4, 2), resizable],
  'graph: leaves': [part, part, sparse, sparse, named, /x/, new Date(5), Object('boxed')],
  handles: [handleOf(3, 1), { id: handleOf(4, 2), name: 'handle' }],
  piece: { id: new Uint8Array(70_000), name: [new Uint8Array(70_000).buffer, 'beside'] },
};

const KEYS = {
  text: 'text',
  'text of two bytes a unit': '中文',
  number: 5.5,
  bigint: 10n ** 20n,
  'negative bigint': -1n,
  true: true,
  null: null,
  undefined: undefined,
  array: [1, ['a', null], 2n, [[]]],
};

const hexOf = (arena, start) => Buffer.from(arena.u8.subarray(start, arena.tail)).toString('hex');

function valueAsHex(value) {
  const arena = new Arena(64);
  arena.store = { stage: () => 1, unstage() {} };
  encodeValue(arena, value); // keys that are met again make a shape
  arena.release(0);
  takePieces();
  const hex = hexOf(arena, encodeValue(arena, value));
  takeLinks();
  takePieces();
  return hex;
}

function keyAsHex(key) {
  const arena = new Arena(64);
  return hexOf(arena, encodeKey(arena, key));
}

const mapped = (entries, asHex) => Object.fromEntries(Object.entries(entries).map(([name, it]) => [name, asHex(it)]));
const found = (() => {
  try {
    return JSON.parse(readFileSync(PLACE, 'utf8')).found;
  } catch {
    return {};
  }
})();
const corpus = { values: mapped(VALUES, valueAsHex), keys: mapped(KEYS, keyAsHex), found };
writeFileSync(PLACE, `${JSON.stringify(corpus, null, 2)}\n`);
console.log(`${Object.keys(corpus.values).length} values, ${Object.keys(corpus.keys).length} keys`);
