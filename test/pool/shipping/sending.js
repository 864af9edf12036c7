// The way of a failure from one thread to another, within one.
import assert from 'node:assert/strict';
import { types } from 'node:util';
import { Arena, Bytes, decodeValue, encodeValue } from '../../../dist/codec/index.js';
import { packFailure, unpackFailure } from '../../../dist/pool/shipping/failure.js';
import * as script from './throwing.js';

export const importScript = async () => script;

let needlessly = 0;
export const neverImported = async () => {
  needlessly++;
  return script;
};
export const assertImportedOnNeed = () => assert.equal(needlessly, 0, 'the script was imported without need');

export async function sent(thrown, { exports = script, imports = importScript } = {}) {
  const arena = new Arena(64);
  const start = encodeValue(arena, packFailure(thrown, exports));
  const bytes = new Bytes(arena.buffer.slice(start, (arena.tail + 7) & ~7));
  const packed = decodeValue(bytes, 0, arena.tail - start);
  return (await unpackFailure(packed, imports)).thrown;
}

export const sentWithoutScript = (thrown) => sent(thrown, { exports: undefined, imports: neverImported });

export function assertShows(actual, expected) {
  assert.notEqual(actual, expected);
  assert.ok(types.isNativeError(actual));
  for (const key of ['name', 'message', 'stack']) assert.equal(actual[key], expected[key], key);
}
