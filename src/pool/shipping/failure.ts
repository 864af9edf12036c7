// What a task throws, on its way from the worker to whoever waits for the task.
//
// It is taken apart rather than encoded as it is: the codec would make an error one of the language, refuse all of it for one property that is
// a function, and refuse to decode it in a thread that has not registered a class. Its parts are encoded one by one, so that what is wrong with
// one of them is no other's loss.

export { packFailure } from './pack.js';
export { unpackFailure, unpackHere } from './unpack.js';

/** A part of a failure. */
export type PackedPart =
  /** As it is: a primitive, or what refers to collections, which the codec has to see to keep them alive. */
  | { readonly is: 'value'; readonly value: unknown }
  /** A value's encoding. */
  | { readonly is: 'bytes'; readonly bytes: ArrayBuffer }
  /** One of the objects that have been taken apart. */
  | { readonly is: 'object'; readonly index: number }
  | { readonly is: 'list'; readonly parts: readonly PackedPart[] };

/** Where a class can be found by a name: among what the pool's script exports, what was registered, heddle's errors, the language's. */
export interface PackedClass {
  readonly from: 'script' | 'registered' | 'heddle' | 'language';
  readonly name: string;
}

/** An object that has been taken apart. */
export interface PackedObject {
  readonly kind: 'error' | 'DOMException' | 'plain';
  /** What it is an instance of, the nearest first. The first that the other thread has counts. */
  readonly classes: readonly PackedClass[];
  /** The encoding of the whole, if its class was registered with `toValue`; else null. It comes first. */
  readonly whole: PackedPart | null;
  /** What an error says of itself, wherever it has that from. */
  readonly shown: { readonly name?: string; readonly message?: string; readonly stack?: string };
  readonly properties: readonly { readonly key: string; readonly enumerable: boolean; readonly part: PackedPart }[];
}

/** A failure that the codec can always encode. */
export interface PackedFailure {
  readonly root: PackedPart;
  readonly objects: readonly PackedObject[];
}
