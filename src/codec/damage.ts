// Bytes that no encoder has made: what is wrong with them, and looking for it.

import { HeddleError } from '../errors.js';

export function damaged(what: string): HeddleError {
  return new HeddleError(`These bytes are not an encoded value: ${what}.`);
}

/** A part that has to be the name of something. */
export function nameOf(part: unknown): string {
  if (typeof part !== 'string') throw damaged('a name is no string');
  return part;
}

/** A part that has to be the length of an array. */
export function lengthOf(part: unknown): number {
  if (typeof part !== 'number' || part >>> 0 !== part) throw damaged('an array has no length');
  return part;
}

/** What a `-` and hexadecimal digits stand for. */
export function bigIntOf(digits: string): bigint {
  if (!/^-?[\da-f]+$/.test(digits)) throw damaged('a bigint has other digits');
  return digits[0] === '-' ? -BigInt(`0x${digits.slice(1)}`) : BigInt(`0x${digits}`);
}

/** What the language makes of parts that it may not like. */
export function madeOf<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw damaged((error as Error).message);
  }
}
