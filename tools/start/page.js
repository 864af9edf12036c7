// What docs/start.md tells its reader to do, step by step.

/** @typedef {{ file: string, text: string }} FileStep a file to write: a block of code whose first line is a comment with its name */
/**
 * @typedef {object} CommandStep a block of commands: one line for each program that may do it, and what is printed then
 * @property {{ line: string, program: string, since: number[] | null }[]} commands
 * @property {string | null} output
 */

const FENCE = /^```(\w+)\n(.*?)^```$/gms;
const FILE_NAME = /^\/\/ ([\w-]+\.\w+)$/m;
const COMMAND = /^(?<line>(?<program>\w+) .*?)(?: # \w+ (?<since>[\d.]+) or later)?$/;

/** The name of the file that a block of code is to be saved in, if it says so. */
export function fileNameOf(block) {
  const [, name] = FILE_NAME.exec(block.slice(0, block.indexOf('\n'))) ?? [];
  return name;
}

function readCommand(text) {
  const { line, program, since } = COMMAND.exec(text).groups;
  return { line, program, since: since === undefined ? null : since.split('.').map(Number) };
}

/**
 * @param {string} page
 * @returns {(FileStep | CommandStep)[]}
 */
export function stepsOf(page) {
  const steps = [];
  for (const [, language, block] of page.matchAll(FENCE)) {
    const last = steps.at(-1);
    if (language === 'sh') steps.push({ commands: block.trim().split('\n').map(readCommand), output: null });
    else if (language === 'text' && last !== undefined && 'commands' in last) last.output = block;
    else if (fileNameOf(block) !== undefined) steps.push({ file: fileNameOf(block), text: block });
    else throw new Error(`This block is neither a file, nor commands, nor what they print:\n${block}`);
  }
  return steps;
}
