// The text of the proposal, taken apart.

import { readFileSync } from 'node:fs';

const TEXT = readFileSync(new URL('PROPOSAL.md', import.meta.url), 'utf8');

/**
 * Its sections, in their order: `path` is the headings that lead there, `blocks` its code, `points` what it lists.
 *
 * @type {{ path: string[], blocks: { language: string, code: string }[], points: string[] }[]}
 */
export const sections = [];

const path = [];
const SECTION = /^(#+) (.+)\n((?:(?!#+ )(?:```(\w+)\n[\s\S]*?^```$|.*)\n?)*)/gm;

for (const [, { length: level }, heading, body] of TEXT.matchAll(SECTION)) {
  path.splice(level - 1, path.length, heading);
  sections.push({
    path: path.slice(1), // without the title
    blocks: [...body.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language, code]) => ({ language, code })),
    points: [...body.replace(/^```[\s\S]*?^```$/gm, '').matchAll(/^(?:-|\d+\.) (.+)$/gm)].map(([, point]) => point),
  });
}

/** The code of the only block of a section, by its last heading. */
export function blockOf(heading) {
  const [{ code }, ...others] = sections.filter(({ path }) => path.at(-1) === heading).flatMap(({ blocks }) => blocks);
  if (others.length > 0) throw new Error(`${heading} has several blocks`);
  return code;
}

// ---------------------------------------------------------------- declarations

const SCOPE = /^(?:class|interface|namespace) (\w+).*\{$/;
const NAME = /^(?:readonly |get |function )?(\[Symbol\.\w+\]|\w+)/;

/** Of what is balanced in the end: whether it is not yet. */
const isOpen = (text) => text.split(/[({]/).length > text.split(/[)}]/).length;

/** What a block declares, in which each declaration ends in a semicolon. */
function* declarationsIn(code) {
  let scope;
  let signature = '';
  for (const line of code.split('\n')) {
    const [declares, comment] = line.split(/\s*\/\/ /);
    const opened = SCOPE.exec(declares);
    if (opened !== null) [, scope] = opened;
    else if (declares !== '}') signature = `${signature} ${declares.trim()}`.trim();
    if (!signature.endsWith(';') || isOpen(signature)) continue;
    const text = signature.slice(0, -1).replaceAll('( ', '(').replaceAll(' )', ')');
    yield { scope, name: NAME.exec(text)[1], text, comment };
    signature = '';
  }
}

// ---------------------------------------------------------------- promises

/** What these say is how things are today, and what was not chosen. */
const WITHOUT_PROMISES = ['Problem Statement', 'Alternative Approaches Considered'];

/** What a section promises, each by its own words; what there is of a program is that it runs, of a sketch what it is for. */
function* promisesOf({ path, blocks, points }) {
  for (const point of points) yield { text: point };
  for (const { language, code } of blocks) {
    if (language === 'cpp') {
      for (const [, name] of code.matchAll(/^class (\w+)/gm)) yield { text: `\`class ${name}\`` };
    } else if (path[0] === 'Detailed API Design') {
      // Comments of a namespace say what its functions do, those of a class only what kind its members are of.
      if (code.startsWith('namespace')) for (const [, says] of code.matchAll(/^ {2}\/\/ (.+)$/gm)) yield { text: says };
      yield* [...declarationsIn(code)].map((declaration) => ({ text: declaration.text, declaration }));
    } else {
      yield { text: 'the program' };
    }
  }
}

/**
 * All that the proposal promises, section by section. Those with a `declaration` are members of a class or namespace.
 *
 * @type {{ path: string[], text: string, declaration?: { scope: string, name: string, text: string, comment?: string } }[]}
 */
export const promises = sections
  .filter(({ path }) => !WITHOUT_PROMISES.includes(path[0]))
  .flatMap((section) => [...promisesOf(section)].map((promise) => ({ path: section.path, ...promise })));

/** Whether a sentence is in the text, for promises that are made in passing. */
export const says = (sentence) => TEXT.replace(/\s+/g, ' ').includes(sentence);
