// The promises of the proposal, each with what is known of it.
import { evidence } from '../../test/proposal/promises/index.js';
import { promises, says, sections } from '../../test/proposal/text.js';
import { defines, exists, filesIn, hasTest, homeOfExport, homeOfRow } from './places.js';

/** Where the tests are that are named as the proposal's declarations. */
const SIGNATURES = filesIn('test/proposal/signatures', '.test.js');

/** Where what the proposal declares is declared. The events of a key are of two types. */
function homeOf(/** @type {Declaration} */ { scope, name }) {
  if (scope === 'ChangeEvent') return 'src/watch/events.ts';
  const declaration = scope === 'Bun' ? `function ${name}` : `class ${scope}`;
  return homeOfExport(declaration) ?? declaration.replace(' ', ':');
}

/** @returns {Evidence} what is known of a member of a class or namespace */
function ofDeclaration(/** @type {Declaration} */ declaration) {
  const title = `${declaration.scope}: ${declaration.text}`;
  const file = SIGNATURES.find((one) => hasTest(one, title)) ?? SIGNATURES[0];
  return { in: [`${homeOf(declaration)} ${declaration.name}`], tests: [`${file}: ${title}`] };
}

/** @param {string} text */
const plain = (text) => text.replaceAll('*', '');

/**
 * The rows of a section: what it lists, then what it promises in passing.
 *
 * @typedef {import('../../test/proposal/promises/index.js').Evidence} Evidence
 * @typedef {{ scope: string, name: string, text: string, comment?: string }} Declaration
 * @typedef {{ path: string[], text: string, declaration?: Declaration, known?: Evidence }} Row
 * @param {{ path: string[] }} section
 * @returns {Row[]}
 */
function rowsOf({ path }) {
  const entries = new Map(Object.entries(evidence[path.at(-1)] ?? {}));
  const listed = promises
    .filter((promise) => promise.path === path)
    .map(({ text, declaration }) => {
      if (declaration !== undefined) return { path, text, declaration, known: ofDeclaration(declaration) };
      const key = [...entries.keys()].find((beginning) => plain(text).startsWith(beginning));
      const known = entries.get(key);
      entries.delete(key);
      return { path, text, known };
    });
  return [...listed, ...[...entries].map(([text, known]) => ({ path, text, known }))];
}

export const table = sections.flatMap(rowsOf);

/** @param {Evidence} known @returns {'shown' | 'different' | 'planned'} */
export const stateOf = ({ because, planned }) => (planned ? 'planned' : because ? 'different' : 'shown');

/** A test, as evidence names it: its file and its name. */
export function testOf(/** @type {string} */ test) {
  const [, file, name] = /^(\S+): (.+)$/.exec(test);
  return { file, name };
}

/** What is wrong with what is known of a promise. */
function* faultsOf(/** @type {Row} */ { path, text, known }) {
  if (known === undefined) return yield 'nothing is known of it';
  const { in: sources = [], tests = [], types = [], rows = [], because, planned } = known;
  if (because !== undefined && planned !== undefined) yield 'it is both different and planned';
  if (!planned && tests.length + types.length + rows.length === 0) yield 'nothing shows it';
  if (!planned && sources.length === 0) yield 'it is nowhere';
  const isListed = promises.some((promise) => promise.path === path && promise.text === text);
  if (!isListed && !says(text)) yield 'the proposal does not say that';
  for (const [file, symbol] of sources.map((source) => source.split(' '))) {
    if (!exists(file)) yield `there is no ${file}`;
    else if (symbol !== undefined && !defines(file, symbol)) yield `${file} does not define ${symbol}`;
  }
  for (const { file, name } of tests.map(testOf)) {
    if (!exists(file)) yield `there is no ${file}`;
    else if (!hasTest(file, name)) yield `${file} has no test “${name}”`;
  }
  for (const file of types) if (!exists(file)) yield `there is no ${file}`;
  for (const row of rows) if (homeOfRow(row) === undefined) yield `bench/rows has no ${row}`;
}

const headings = sections.map(({ path }) => path.at(-1));

/** What is wrong with the table, in sentences. */
export const faults = [
  ...Object.keys(evidence)
    .filter((heading) => !headings.includes(heading))
    .map((heading) => `the proposal has no section “${heading}”`),
  ...table.flatMap((row) => [...faultsOf(row)].map((fault) => `${row.path.at(-1)}, “${row.text}”: ${fault}`)),
];
