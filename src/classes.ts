// registerClass: instances that arrive as what they were.

import { notOptions, unknownOption } from './arguments.js';
import { addClass, classNamed, classWith, isHostPrototype, setMake } from './codec/index.js';
import { isHandlePrototype } from './collection/handles.js';
import { DuplicateClassError } from './errors.js';
import { withoutOperations } from './runtime/context.js';

/** Options of `registerClass`. */
export interface ClassOptions<T, V = unknown> {
  /** What threads know the class by. Default: its own name. */
  name?: string;
  /** What an instance is stored as: any value that can be shared. Default: its own enumerable properties. */
  toValue?: (instance: T) => V;
  /** Makes an instance of that. It must not use shared collections. */
  fromValue?: (value: V) => T;
}

// biome-ignore lint/suspicious/noExplicitAny: whatever the constructor takes, it is not called
type Class<T> = abstract new (...args: any) => T;

/**
 * From now on instances of `type` keep their prototype when this thread stores and reads them. Every thread that reads them registers the class
 * under the same name; a thread that does not gets an `UnknownClassError`.
 *
 * Without `toValue` and `fromValue` an instance is stored as its own enumerable properties, and made without a call of the constructor;
 * with them, as what they say, private fields included. An instance of a subclass that is not registered arrives as one of the
 * nearest class that is. Registering a class again replaces its options.
 *
 * Throws a `DuplicateClassError` if the name belongs to another class or the class has another name, a `TypeError` for wrong arguments. O(classes).
 */
export function registerClass<T extends object, V = unknown>(type: Class<T>, options: ClassOptions<T, V> = {}): void {
  const prototype: unknown = typeof type === 'function' ? type.prototype : undefined;
  if (typeof prototype !== 'object' || prototype === null) throw new TypeError('registerClass() needs a class.');
  const { name, toValue, fromValue } = checkOptions(type.name, options);
  if (isHandlePrototype(prototype)) throw new TypeError(`Handles are shared as such: ${name} cannot be registered.`);
  const other = classNamed(name);
  if (other !== undefined && other.prototype !== prototype) {
    throw new DuplicateClassError(
      `Another class is registered as ${JSON.stringify(name)}. Give one of the two a name: registerClass(${type.name}, { name: … }).`,
    );
  }
  const known = classWith(prototype);
  if (known !== undefined && known !== other) {
    throw new DuplicateClassError(
      `The class is registered as ${JSON.stringify(known.name)} already, and cannot be ${JSON.stringify(name)} as well.`,
    );
  }
  if (toValue === null && isHostPrototype(prototype) && !isErrorPrototype(prototype)) {
    throw new TypeError(
      `What instances of ${name} are made of is not in their properties, as the class derives from one of the runtime: state toValue and fromValue.`,
    );
  }
  addClass({ name, prototype, toValue, fromValue });
}

type Convert = (value: unknown) => unknown;

function checkOptions(
  typeName: string,
  options: object,
): { name: string; toValue: Convert | null; fromValue: Convert | null } {
  if (typeof options !== 'object' || options === null) throw notOptions('registerClass()', options);
  const { name = typeName, toValue = null, fromValue = null, ...rest } = options as ClassOptions<unknown>;
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) throw unknownOption('registerClass()', unknown, ['name', 'toValue', 'fromValue']);
  if (typeof name !== 'string') throw new TypeError('The option name must be a string.');
  if (name === '') throw new TypeError('The class has no name: state the option name.');
  for (const [option, value] of Object.entries({ toValue, fromValue })) {
    if (value !== null && typeof value !== 'function') throw new TypeError(`The option ${option} must be a function.`);
  }
  if ((toValue === null) !== (fromValue === null)) throw new TypeError('State both toValue and fromValue, or neither.');
  return { name, toValue, fromValue: fromValue as Convert | null };
}

/** Errors are stored with all that they are made of, whatever their class. */
function isErrorPrototype(prototype: object): boolean {
  return prototype !== Error.prototype && Object.prototype.isPrototypeOf.call(Error.prototype, prototype);
}

setMake(withoutOperations);
