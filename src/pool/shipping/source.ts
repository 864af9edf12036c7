// The source of a function, taken apart.

import { type Node, type Options, parse } from 'acorn';

/** A part of a source, whatever it is. */
export type Part = Node & { readonly [key: string]: unknown };

/** A source that is one function. */
export interface Parsed {
  /** The program round it. */
  readonly program: Part;
  /** The function. That of a method begins at its parameters: what computes its name is no part of it. */
  readonly fn: Part;
  /** An expression that gives the function, under the name that is to be put between the brackets. */
  readonly expression: (name: string) => string;
}

/**
 * As strict code, in which all of what a function may use of its surroundings is allowed: what it does use is told by name later. The parser
 * throws a `SyntaxError`.
 */
const OPTIONS: Options = {
  ecmaVersion: 'latest',
  sourceType: 'module',
  allowSuperOutsideMethod: true,
  checkPrivateFields: false,
  ranges: true, // which the analysis of scopes compares
};

/** Inside of a function, where `new.target` may be meant. */
const WRAPPED = '(function () { return (';

/**
 * Takes the source of a function apart, in whichever form `Function.prototype.toString` gives it. Throws a `SyntaxError` if it is none
 * that the parser knows.
 */
export function parseFunction(source: string): Parsed {
  let failure: unknown;
  for (const form of [asExpression, asMethod, asMemberOfClass]) {
    try {
      const parsed = form(source);
      if (parsed !== null) return parsed;
    } catch (error) {
      failure ??= error;
    }
  }
  throw failure ?? new SyntaxError('It is no function.');
}

const part = (node: Part, ...way: (string | number)[]): Part => way.reduce<Part>((at, key) => at[key] as Part, node);

function parsedWith(before: string, source: string, after: string): Part {
  // What ends in a comment does not swallow the end.
  return parse(`${before}${source}\n${after}`, OPTIONS) as Node as Part;
}

function asExpression(source: string): Parsed | null {
  const program = parsedWith(WRAPPED, source, ') })');
  const fn = part(program, 'body', 0, 'expression', 'body', 'body', 0, 'argument');
  if (fn.type !== 'FunctionExpression' && fn.type !== 'ArrowFunctionExpression') return null;
  return { program, fn, expression: () => `(${source}\n)` };
}

function asMethod(source: string): Parsed | null {
  const program = parsedWith('({', source, '})');
  const properties = part(program, 'body', 0, 'expression').properties as Part[];
  return methodOf(program, properties, source, '({'.length);
}

/** With a private name, or with the word `static`. */
function asMemberOfClass(source: string): Parsed | null {
  const program = parsedWith('(class {', source, '})');
  const members = part(program, 'body', 0, 'expression', 'body').body as Part[];
  return methodOf(program, members, source, '(class {'.length);
}

function methodOf(program: Part, members: Part[], source: string, offset: number): Parsed | null {
  const [member] = members;
  if (members.length !== 1 || member.type === 'PropertyDefinition') return null;
  const fn = member.value as Part | undefined;
  if (fn?.type !== 'FunctionExpression') return null;
  if (member.type === 'Property' && member.kind === 'init' && member.method !== true) return null;
  const prefix = `${fn.async === true ? 'async ' : ''}${fn.generator === true ? '*' : ''}`;
  const rest = source.slice(fn.start - offset);
  const expression = (name: string) => `({ ${prefix}[${name}]${rest}\n})[${name}]`;
  return { program, fn, expression };
}
