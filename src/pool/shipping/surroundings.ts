// What a function takes from where it was written that is no variable: `this` of the code round an arrow function, `super`, and so on.

import type { Part } from './source.js';

/** What the code at hand would take from outside of the function. */
interface Place {
  /** `this`, `new.target` and `arguments` are those of the surroundings: only arrow functions are between. */
  readonly inArrow: boolean;
  /** `super` is. */
  readonly superIsOutside: boolean;
  /** Private names that classes round the code declare. */
  readonly privateNames: ReadonlySet<string>;
}

/** What was found. */
export interface Surroundings {
  /** How the source writes them: `this`, `super`, `new.target`, `import.meta`, `#name`, `import('./x.js')`. */
  readonly names: Set<string>;
  /** The names by which `eval` is called. */
  readonly evals: Set<Part>;
}

/** Looks through a function. O(source). */
export function surroundingsOf(fn: Part): Surroundings {
  const found: Surroundings = { names: new Set(), evals: new Set() };
  const inArrow = fn.type === 'ArrowFunctionExpression';
  visitParts(fn, { inArrow, superIsOutside: true, privateNames: new Set() }, found);
  return found;
}

function visit(node: Part, place: Place, found: Surroundings): void {
  switch (node.type) {
    case 'ThisExpression':
      if (place.inArrow) found.names.add('this');
      return;
    case 'Super':
      if (place.superIsOutside) found.names.add('super');
      return;
    case 'MetaProperty':
      visitMeta(node, place, found);
      return;
    case 'PrivateIdentifier':
      if (!place.privateNames.has(String(node.name))) found.names.add(`#${node.name}`);
      return;
    case 'ImportExpression':
      noteImport(node.source as Part, found);
      break;
    case 'CallExpression':
      noteEval(node, found);
      break;
    case 'FunctionExpression':
    case 'FunctionDeclaration':
      visitParts(node, { ...place, inArrow: false, superIsOutside: false }, found);
      return;
    case 'ClassExpression':
    case 'ClassDeclaration':
      visitClass(node, place, found);
      return;
  }
  visitParts(node, place, found);
}

function visitParts(node: Part, place: Place, found: Surroundings): void {
  for (const key of Object.keys(node)) {
    const value = node[key];
    for (const part of Array.isArray(value) ? value : [value]) if (isPart(part)) visit(part, place, found);
  }
}

function isPart(value: unknown): value is Part {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

/** Computed names are of the surroundings of the class; what fields begin with and static blocks have a `this` of their own. */
function visitClass(node: Part, place: Place, found: Surroundings): void {
  const { superClass, body } = node as { superClass?: Part | null; body?: unknown };
  const members = (body as Part).body as Part[];
  const own = members
    .map((member) => member.key as Part | undefined)
    .filter((key) => key?.type === 'PrivateIdentifier');
  const privateNames = new Set([...place.privateNames, ...own.map((key) => String(key!.name))]);
  if (superClass) visit(superClass, place, found);
  const inside: Place = { inArrow: false, superIsOutside: false, privateNames };
  for (const member of members) {
    if (member.computed === true) visit(member.key as Part, { ...place, privateNames }, found);
    if (member.type === 'StaticBlock') visitParts(member, inside, found);
    else if (isPart(member.value)) visit(member.value, inside, found);
  }
}

function visitMeta(node: Part, place: Place, found: Surroundings): void {
  if ((node.meta as Part).name === 'import') found.names.add('import.meta');
  else if (place.inArrow) found.names.add('new.target');
}

/** Relative ones would be looked for beside heddle's own files. */
function noteImport(source: Part, found: Surroundings): void {
  const quasis = source.type === 'TemplateLiteral' ? (source.quasis as Part[]) : [];
  const text = quasis.length > 0 ? (quasis[0].value as { cooked?: unknown }).cooked : source.value;
  if (typeof text === 'string' && /^\.\.?(\/|$)/.test(text))
    found.names.add(`import('${text}${quasis.length > 1 ? '…' : ''}')`);
}

/** Code in a string may use whatever is round it. */
function noteEval(call: Part, found: Surroundings): void {
  const callee = call.callee as Part;
  if (callee.type === 'Identifier' && callee.name === 'eval' && call.optional !== true) found.evals.add(callee);
}
