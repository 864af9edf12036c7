// What evidence names: whether it is there.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'acorn';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/**
 * A function of a text that is asked for each text once.
 *
 * @template T
 * @param {(text: string) => T} fn
 * @returns {(text: string) => T}
 */
function remembered(fn) {
  const known = new Map();
  return (text) => {
    if (!known.has(text)) known.set(text, fn(text));
    return known.get(text);
  };
}

export const read = remembered((file) => readFileSync(ROOT + file, 'utf8'));

/** @param {string} file */
export const exists = (file) => existsSync(ROOT + file);

/** @param {string} folder @param {string} suffix */
export const filesIn = (folder, suffix) =>
  readdirSync(ROOT + folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(suffix))
    .map((name) => `${folder}/${name}`)
    .sort();

/** @param {string} text */
const escaped = (text) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');

// ---------------------------------------------------------------- sources

/**
 * Whether a source defines a symbol: a class, a function, a constant, a type, a member.
 *
 * @param {string} file
 * @param {string} symbol
 */
export function defines(file, symbol) {
  const name = escaped(symbol);
  const declared = `\\b(?:class|struct|enum|function|const|interface|type)(?: alignas\\(\\d+\\))? ${name}(?!\\w)`;
  const member = `^ +(?:readonly |get |async )*${name}(?:<[^()]*>)?\\??[(:]`;
  return new RegExp(`${declared}|${member}`, 'm').test(read(file));
}

/** The source of the package that has an export, stated as `class SharedMap`. */
export const homeOfExport = remembered((declaration) =>
  filesIn('src', '.ts').find((file) => new RegExp(`^export ${declaration}\\b`, 'm').test(read(file))),
);

// ---------------------------------------------------------------- tests and rows

/** All nodes of the syntax tree of a module. */
function nodesOf(/** @type {string} */ file) {
  /** @type {any[]} */
  const nodes = [];
  const visit = (/** @type {any} */ node) => {
    if (typeof node.type === 'string') nodes.push(node);
    for (const child of Object.values(node)) if (typeof child === 'object' && child !== null) visit(child);
  };
  visit(parse(read(file), { ecmaVersion: 'latest', sourceType: 'module' }));
  return nodes;
}

/**
 * What a literal may be in the end: a template stands for whatever fits it.
 *
 * @param {{ type: string, value?: unknown, quasis?: { value: { cooked: string } }[] }} node
 * @returns {RegExp[]} none for what is no text
 */
function patternsOf(node) {
  if (node.type === 'Literal' && typeof node.value === 'string') return [new RegExp(`^${escaped(node.value)}$`)];
  if (node.type !== 'TemplateLiteral') return [];
  return [new RegExp(`^${node.quasis.map(({ value }) => escaped(value.cooked)).join('.+')}$`, 's')];
}

/** What the tests of a module are called. */
const testsOf = remembered((file) =>
  nodesOf(file)
    .filter(({ type, callee }) => type === 'CallExpression' && callee.name === 'test')
    .flatMap((call) => patternsOf(call.arguments[0])),
);

/**
 * Whether a file has a test of a name: one of JavaScript, or of GoogleTest.
 *
 * @param {string} file
 * @param {string} name
 */
export function hasTest(file, name) {
  if (file.endsWith('.js')) return testsOf(file).some((pattern) => pattern.test(name));
  const [suite, test] = name.split('.');
  return new RegExp(`\\bTEST(?:_F|_P)?\\(${escaped(suite)}, ${escaped(test)}\\)`).test(read(file));
}

const rowsOf = remembered((file) =>
  nodesOf(file)
    .filter(({ type, key }) => type === 'Property' && key.name === 'name')
    .flatMap(({ value }) => patternsOf(value)),
);

/**
 * The file of a row of the bench.
 *
 * @param {string} name
 */
export const homeOfRow = (name) =>
  filesIn('bench/rows', '.js').find((file) => rowsOf(file).some((pattern) => pattern.test(name)));
