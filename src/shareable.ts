// What the compiler knows of values that can be shared.
//
// `Problem` walks through a type and gives a sentence for each part that cannot be shared, or never. What it cannot know (any, unknown, a type
// parameter) it lets pass: writing such a value refuses at run time what is wrong with it.

import type { Registered } from './registered.js';
import type { CollectionStats } from './statistics.js';

// biome-ignore lint/suspicious/noExplicitAny: nothing else is assignable to and from everything
type Any = any;

type Primitive = string | number | bigint | boolean | null | undefined;
type Callable = ((...args: Any) => Any) | (abstract new (...args: Any) => Any) | CallableFunction | NewableFunction;

/** Shared as they are, whatever methods they have. */
type Leaf = Date | RegExp | ArrayBuffer | ArrayBufferView | boolean | number | string | bigint | Handle | PoolHandle;

/** What all handles have in common, and nothing else has. */
interface Handle {
  readonly memory: number;
  stats(): CollectionStats;
  destroy(): void;
}

/** Likewise pools. */
interface PoolHandle {
  readonly activeWorkers: number;
  drain(): Promise<void>;
  terminate(): Promise<void>;
}

type Refused<Path extends string, What extends string> = `${Path} is ${What}, which cannot be shared`;

/** What a type is, if it is one of the language that belongs to one thread. */
type ThreadBound<T> =
  T extends PromiseLike<unknown>
    ? 'a promise'
    : T extends SharedArrayBuffer
      ? 'a SharedArrayBuffer'
      : T extends { readonly buffer: SharedArrayBuffer }
        ? 'a view of a SharedArrayBuffer'
        : T extends WeakMap<Any, Any>
          ? 'a WeakMap'
          : T extends WeakSet<Any>
            ? 'a WeakSet'
            : T extends WeakRef<Any>
              ? 'a WeakRef'
              : never;

/** Types that are deeper than this are taken for shareable: they may go on for ever. */
type Deepest = 12;

/**
 * Why `T` cannot be shared; never if it can. `Seen` has the types around it, each as a function, because these are assignable only if the types
 * are the same: a recursive type ends there. `Depth` has as many elements as there are types around it.
 */
type Problem<T, Path extends string, Seen, Depth extends 0[]> = 0 extends 1 & T
  ? never
  : unknown extends T
    ? never
    : T extends Primitive
      ? never
      : T extends symbol
        ? Refused<Path, 'a symbol'>
        : T extends Callable
          ? Refused<Path, 'a function'>
          : [((type: T) => T) extends Seen ? true : Depth['length']] extends [true | Deepest]
            ? never
            : ProblemInside<T, Path, Seen | ((type: T) => T), [0, ...Depth]>;

type ProblemInside<T, Path extends string, Seen, Depth extends 0[]> = T extends Registered[keyof Registered]
  ? never
  : T extends ReadonlyMap<infer K, infer V>
    ? T extends Handle
      ? never
      : Problem<K, `${Path}.keys()`, Seen, Depth> | Problem<V, `${Path}.values()`, Seen, Depth>
    : T extends ReadonlySet<infer E>
      ? Problem<E, `${Path}.values()`, Seen, Depth>
      : [ThreadBound<T>] extends [never]
        ? T extends Leaf
          ? never
          : T extends readonly unknown[]
            ? ProblemOfElements<T, Path, Seen, Depth>
            : ProblemOfFields<T, Path, Seen, Depth>
        : Refused<Path, ThreadBound<T>>;

type ProblemOfElements<
  T extends readonly unknown[],
  Path extends string,
  Seen,
  Depth extends 0[],
> = number extends T['length']
  ? Problem<T[number], `${Path}[number]`, Seen, Depth>
  : { [I in keyof T]: Problem<T[I], `${Path}[${I & string}]`, Seen, Depth> }[number];

/** Properties that are named by a symbol are not stored. */
type ProblemOfFields<T, Path extends string, Seen, Depth extends 0[]> = {
  [K in keyof T & (string | number)]-?: Problem<T[K], PathTo<Path, K>, Seen, Depth>;
}[keyof T & (string | number)];

type PathTo<Path extends string, K extends string | number> = string extends K
  ? `${Path}[string]`
  : number extends K
    ? `${Path}[number]`
    : `${Path}.${K}`;

// Not distributive: as the constraint of a type parameter they are asked before that has a value.
type ProblemOf<T, Root extends string> = [T] extends [infer Value] ? Problem<Value, Root, never, []> : never;
type IsRefused<T> = [ProblemOf<T, 'value'>] extends [never] ? false : true;
/** False of unknown, and of objects of which nothing is known. */
type IsKnown<T> = 0 extends 1 & T
  ? true
  : unknown extends T
    ? false
    : string extends keyof T
      ? [unknown] extends [T[keyof T]]
        ? false
        : true
      : true;

declare const reason: unique symbol;

/** In error messages of the compiler: why a type cannot be shared. */
export interface NotShareable<Reason extends string> {
  readonly [reason]: Reason;
}

/**
 * `T` if its values can be shared; else a type that nothing is assignable to, whose name says which part of it cannot:
 * `NotShareable<"value.user.save is a function, which cannot be shared">`.
 */
export type Shareable<T> = [ProblemOf<T, 'value'>] extends [never] ? T : NotShareable<ProblemOf<T, 'value'>>;

/**
 * The constraint of a type parameter `T` whose values are to be shared: `<T extends Checked<T, Strict>, Strict extends true = true>`. `Otherwise` is
 * what constrains it if it can be.
 *
 * It must refuse types, and let type parameters of generic code pass, of which nothing is known yet. A conditional type on these would be put off, and
 * what is put off takes nothing. But the compiler decides one at once if it is false even for `any`: so it is here for every `T`
 * that may be fine, once `Strict` is `true`. Until then, in the declaration itself, it stays open.
 */
export type Checked<T, Strict, Root extends string = 'value', Otherwise = unknown> = {
  refused: IsRefused<T>;
  known: IsKnown<T>;
} extends { refused: Strict; known: true }
  ? NotShareable<ProblemOf<T, Root>>
  : Otherwise;
