// Classes of failures by names that another thread knows them by, and back.

import { classNamed, classWith } from '../../codec/index.js';
import * as errors from '../../errors.js';
import type { PackedClass } from './failure.js';

const LANGUAGE = [
  'Error',
  'EvalError',
  'RangeError',
  'ReferenceError',
  'SyntaxError',
  'TypeError',
  'URIError',
  'AggregateError',
  'SuppressedError',
  'DOMException',
];

function prototypeIn(scope: object, name: string): object | undefined {
  const type: unknown = Object.hasOwn(scope, name) ? Reflect.get(scope, name) : undefined;
  const prototype: unknown = typeof type === 'function' ? type.prototype : undefined;
  return typeof prototype === 'object' && prototype !== null ? prototype : undefined;
}

function nameIn(scope: object, names: readonly string[], prototype: object): string | undefined {
  return names.find((name) => prototypeIn(scope, name) === prototype);
}

/** The classes of an object that have a name in other threads, the nearest first. O(classes · exports). */
export function classesOf(value: object, exports: object | undefined): PackedClass[] {
  const classes: PackedClass[] = [];
  for (let prototype = Object.getPrototypeOf(value); prototype !== null; prototype = Object.getPrototypeOf(prototype)) {
    const language = nameIn(globalThis, LANGUAGE, prototype);
    if (language !== undefined) return [...classes, { from: 'language', name: language }];
    const registered = classWith(prototype);
    // Before the script, which would have to be imported.
    if (registered !== undefined) classes.push({ from: 'registered', name: registered.name });
    const own = nameIn(errors, Object.keys(errors), prototype);
    if (own !== undefined) classes.push({ from: 'heddle', name: own });
    else if (exports !== undefined) {
      const exported = nameIn(exports, Object.keys(exports), prototype);
      if (exported !== undefined) classes.push({ from: 'script', name: exported });
    }
  }
  return classes;
}

/** The prototype of a class in this thread; undefined if it does not have the class. */
export function prototypeOf({ from, name }: PackedClass, exports: object | undefined): object | undefined {
  switch (from) {
    case 'language':
      return prototypeIn(globalThis, name);
    case 'heddle':
      return prototypeIn(errors, name);
    case 'registered': {
      const type = classNamed(name);
      return type?.fromValue === null ? type.prototype : undefined;
    }
    default:
      return exports === undefined ? undefined : prototypeIn(exports, name);
  }
}
