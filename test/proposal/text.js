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
