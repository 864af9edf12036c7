// The methods of sets, and the kinds of sets that have them.

import { SharedSet } from 'heddle';

export const COMBINING = ['union', 'intersection', 'difference', 'symmetricDifference'];
export const COMPARING = ['isSubsetOf', 'isSupersetOf', 'isDisjointFrom'];
export const METHODS = [...COMBINING, ...COMPARING];

/** Makes sets of both kinds: what is said of one holds for the other. Node 20 has no such methods. */
export const KINDS = { SharedSet: (elements) => new SharedSet(elements) };
if ('union' in Set.prototype) KINDS.Set = (elements) => new Set(elements);

/** What a method gives, with the elements of a set in order. */
export const plain = (result) => (result instanceof Set ? [...result] : result);
