// What is said of arguments that are wrong: what they must be, what they are, and what was probably meant.

const ARTICLES: Readonly<Record<string, string>> = { undefined: 'undefined', object: 'an object' };

/** How a message calls a value that is not what it must be. Runs no code of the caller's. */
export function typeName(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (value instanceof Promise) return 'a promise';
  return ARTICLES[typeof value] ?? `a ${typeof value}`;
}

/** `fn`, if it is a function; else throws a `TypeError`. */
export function callable<F>(what: string, fn: F): F {
  if (typeof fn === 'function') return fn;
  throw new TypeError(`${what} needs a function, and not ${typeName(fn)}.`);
}

/** The error for options that are none. `hint` is what was probably meant. */
export function notOptions(what: string, given: unknown, hint = ''): TypeError {
  return new TypeError(
    `The options of ${what.replace(/^A /, 'a ')} must be an object, and not ${typeName(given)}${hint}.`,
  );
}

/** The error for an option that does not exist. */
export function unknownOption(what: string, name: string, known: readonly string[]): TypeError {
  return new TypeError(`${what} has no option ${JSON.stringify(name)}. There are: ${known.join(', ')}.`);
}
