// What the documentation says is true: every ```js block of README.md and of the pages in docs/ runs, every `// → …` in it is what
// the line before it gives, every code and export is described, every link leads somewhere. Of docs/internals: every
// invariant of the sources has its line in a table, and every function and test that a table names is there.
//
// Blocks that are files of a longer program, as their first line says, are left to tools/start, which follows that page in an empty directory.
//
// Any other block is a module of its own. Where it imports nothing, all of heddle's names are imported for it. A line
// `statement; // → value` is checked against the value, `; // → throws Name` against the error's name. It has to be reached.

import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import * as heddle from 'heddle';
import { fileNameOf } from '../tools/start/page.js';
import { undocumented } from './misuse/declarations.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const BUILD = join(ROOT, 'build');
mkdirSync(BUILD, { recursive: true });
// Inside the checkout, where all runtimes resolve 'heddle', workers of a block included.
const scratch = mkdtempSync(join(BUILD, 'docs-'));
after(() => rmSync(scratch, { recursive: true }));

const pagesIn = (folder) => filesIn(folder, '.md');
const PAGES = ['README.md', ...['docs', 'docs/guide', 'docs/concepts', 'docs/migration'].flatMap(pagesIn)];
const INTERNALS = pagesIn('docs/internals');
const EXAMPLES = readdirSync(join(ROOT, 'examples'))
  .filter((name) => !name.endsWith('.js'))
  .flatMap((name) => pagesIn(`examples/${name}`));

function filesIn(folder, suffix) {
  const names = readdirSync(join(ROOT, folder)).filter((name) => name.endsWith(suffix));
  return names.map((name) => `${folder}/${name}`);
}

const read = (page) => readFileSync(join(ROOT, page), 'utf8');

const BLOCK = /^```js\n(.*?)^```$/gms;
const EXPECTATION = /^(?<indent> *)(?:(?:const|let) (?<name>\w+) = )?(?<expression>.+?);? \/\/ → (?<expected>.+)$/;
const NAMES = Object.keys(heddle).join(', ');

/** The module that a block stands for, and how many expectations it has. */
function moduleOf(block) {
  let count = 0;
  const lines = block.split('\n').map((line) => {
    const match = EXPECTATION.exec(line);
    if (match === null) return line;
    const { indent, name, expression, expected } = match.groups;
    const reached = `$reached.add(${count++});`;
    if (expected.startsWith('throws ')) {
      const error = JSON.stringify(expected.slice('throws '.length));
      return expression.startsWith('await ')
        ? `${indent}await $assert.rejects(async () => { ${expression}; }, { name: ${error} }); ${reached}`
        : `${indent}$assert.throws(() => { ${expression}; }, { name: ${error} }); ${reached}`;
    }
    return name === undefined
      ? `${indent}$assert.deepEqual(${expression}, ${expected}); ${reached}`
      : `${indent}const ${name} = ${expression}; $assert.deepEqual(${name}, ${expected}); ${reached}`;
  });
  const imports = /^import /m.test(block) ? '' : `import { ${NAMES} } from 'heddle'; `;
  const prelude = `import $assert from 'node:assert/strict'; ${imports}export const $reached = new Set(); `;
  return { source: prelude + lines.join('\n'), count };
}

/** Pages with files of longer programs. */
const filesOf = new Set();
let blocks = 0;
let expectations = 0;

for (const page of PAGES) {
  const text = read(page);
  for (const { 1: block, index } of text.matchAll(BLOCK)) {
    if (fileNameOf(block) !== undefined) {
      filesOf.add(page);
      continue;
    }
    const line = text.slice(0, index).split('\n').length;
    const { source, count } = moduleOf(block);
    blocks++;
    expectations += count;
    test(`${page}:${line} runs and gives what it says`, async () => {
      const file = join(scratch, `${page.replace(/\W/g, '-')}-${line}.mjs`);
      writeFileSync(file, source);
      const { $reached } = await import(pathToFileURL(file).href);
      assert.equal($reached.size, count, 'not every expectation was reached');
    });
  }
}

test('there are examples', () => {
  console.log(`${blocks} examples with ${expectations} expectations`);
  assert.ok(blocks > 0 && expectations > 0);
});

test('files of longer programs are on the page that is followed', () => {
  assert.deepEqual([...filesOf], ['docs/start.md']);
});

test('every error code has its entry, and only those', () => {
  const described = [...read('docs/errors.md').matchAll(/^## (ERR_\w+)$/gm)].map(([, code]) => code);
  assert.deepEqual(described.sort(), Object.values(heddle.ErrorCodes).sort());
});

test('editors show what every export, method and option is', () => {
  assert.deepEqual(undocumented(), []);
});

test('every export is described', () => {
  const api = read('docs/api.md') + read('docs/errors.md');
  const described = new Set(api.match(/\w+/g));
  assert.deepEqual(
    Object.keys(heddle).filter((name) => !described.has(name)),
    [],
  );
});

/** The anchors that GitHub gives the headings of a page. */
function anchorsOf(page) {
  return [...read(page).matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

test('every link between pages leads somewhere', () => {
  for (const page of [...PAGES, ...INTERNALS, ...EXAMPLES, 'CONTRIBUTING.md']) {
    for (const [, target] of read(page).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(target)) continue;
      const [path, anchor] = target.split('#');
      const file = path === '' ? page : join(dirname(page), path);
      assert.ok(existsSync(join(ROOT, file)), `${page} links to ${target}`);
      if (anchor !== undefined) assert.ok(anchorsOf(file).includes(anchor), `${page} links to ${target}`);
    }
  }
});

// ---------------------------------------------------------------- invariants

/** The invariants that a source states at its top. */
function invariantsOf(source) {
  const [, stated] = /\n\/\/ Invariants\n((?:\/\/.*\n)+)/.exec(read(source)) ?? [];
  return stated === undefined ? [] : [...stated.matchAll(/\b([A-Z]\d)\. /g)].map(([, number]) => number);
}

/** The tables of docs/internals that are headed by the path of a source: the numbers in each. */
function tabulated() {
  const tables = new Map();
  for (const section of INTERNALS.flatMap((page) => read(page).split(/^## /m))) {
    const [, source] = /^`(.+)`\n/.exec(section) ?? [];
    if (source === undefined) continue;
    const numbers = [...section.matchAll(/^\| ([A-Z]\d) \|/gm)].map(([, number]) => number);
    tables.set(source, numbers);
  }
  return tables;
}

test('every invariant has its line', () => {
  const headers = ['sync', 'memory', 'collections', 'tasks', 'txn'].flatMap((part) =>
    filesIn(`core/include/heddle/${part}`, '.h'),
  );
  const sources = [...headers, 'src/cache.ts', 'src/large.ts', 'src/txn/body.ts'].filter(
    (source) => invariantsOf(source).length > 0,
  );
  const tables = tabulated();
  for (const source of sources) assert.deepEqual(tables.get(source), invariantsOf(source), source);
  assert.deepEqual([...tables.keys()].sort(), sources.sort());
  assert.ok(sources.length > 10);
});

test('every function that the internals name is there', () => {
  const sources = ['core/include', 'core/src', 'binding']
    .flatMap((folder) => readdirSync(join(ROOT, folder), { recursive: true }).map((name) => `${folder}/${name}`))
    .filter((file) => /\.(h|cc)$/.test(file))
    .map((file) => read(file).replace(/\/\/.*/g, ''));
  let named = 0;
  for (const page of INTERNALS) {
    for (const [text, owner, member] of read(page).matchAll(/`([A-Z]\w+)::(\w+)`/g)) {
      const declared = new RegExp(`\\b(class|struct)( alignas\\(\\w+\\))? (\\w+::)*${owner}\\b`);
      const isThere = new RegExp(`\\b${member}\\b`);
      assert.ok(
        sources.some((source) => declared.test(source) && isThere.test(source)),
        `${page} names ${text}`,
      );
      named++;
    }
  }
  assert.ok(named > 0);
});

test('every test that the internals name is there', () => {
  const suites = new Map();
  for (const file of ['unit', 'schedule', 'stress', 'faults'].flatMap((kind) => filesIn(`core/test/${kind}`, '.cc'))) {
    for (const [, suite, name] of read(file).matchAll(/\bTEST(?:_F|_P)?\((\w+), (\w+)\)/g)) {
      suites.set(suite, (suites.get(suite) ?? new Set()).add(name));
    }
  }
  let named = 0;
  for (const page of INTERNALS) {
    const text = read(page);
    for (const [, suite, name] of text.matchAll(/`([A-Z]\w+)\.([A-Z]\w+)`/g)) {
      assert.ok(suites.get(suite)?.has(name), `${page} names ${suite}.${name}`);
      named++;
    }
    for (const [, file, titles] of text.matchAll(/`(test\/[\w/-]+\.test\.js)`((?:,? “.+?”)*)/g)) {
      assert.ok(existsSync(join(ROOT, file)), `${page} names ${file}`);
      for (const [, title] of titles.matchAll(/“(.+?)”/gs)) {
        assert.ok(read(file).includes(title.replace(/\s+/g, ' ')), `${page} names “${title}” of ${file}`);
      }
      named++;
    }
    const mutants = read('tools/history-checker/mutants.js') + read('tools/list-append/mutants.js');
    for (const [, title] of text.matchAll(/\bmutants? “(.+?)”/gs)) {
      assert.ok(mutants.includes(title.replace(/\s+/g, ' ')), `${page} names the mutant “${title}”`);
      named++;
    }
  }
  assert.ok(named > 0);
});
