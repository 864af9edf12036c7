// Follows the page in an empty directory, as a reader does who has no compiler, and no heddle anywhere else.

import { spawn } from 'node:child_process';
import { mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Turns a hang into a failure that says where. */
const HANG_MS = 10 * 60_000;

/** What package managers call by name. */
const TOOLS = ['/bin/sh', '/usr/bin/env'];

/** A directory that has these programs, and is all that the path has. */
function makePath(directory, programs) {
  mkdirSync(directory);
  for (const path of TOOLS) symlinkSync(path, join(directory, path.split('/').at(-1)));
  for (const [name, path] of Object.entries(programs)) symlinkSync(realpathSync(path), join(directory, name));
}

/** @returns {Promise<{ code: number | null, stdout: string, stderr: string }>} */
export function execute(line, cwd, env) {
  return new Promise((resolve) => {
    const child = spawn('/bin/sh', ['-c', line], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], timeout: HANG_MS });
    const output = { stdout: '', stderr: '' };
    for (const name of /** @type {const} */ (['stdout', 'stderr'])) {
      child[name].setEncoding('utf8').on('data', (text) => (output[name] += text));
    }
    child.on('close', (code) => resolve({ code, ...output }));
  });
}

/** The line of a step that is for this program, unless it wants a later version. */
function lineFor(step, program, version) {
  const command = step.commands.find((each) => each.program === program);
  if (command === undefined)
    throw new Error(`the page has no line for ${program}:\n${step.commands.map(({ line }) => line).join('\n')}`);
  const [major, minor] = version;
  const [leastMajor, leastMinor] = command.since ?? [0, 0];
  return major > leastMajor || (major === leastMajor && minor >= leastMinor) ? command.line : null;
}

/**
 * @param {(import('./page.js').FileStep | import('./page.js').CommandStep)[]} steps
 * @param {import('./ways.js').Way} way
 * @param {{ directory: string, registry: string, tarballs?: string[], npm: string }} place an empty directory; the registry's address
 * @returns {Promise<{ project: string, commands: number }>} where the project is; throws where the page is wrong
 */
export async function follow(steps, way, { directory, registry, tarballs = [], npm }) {
  const [project, home, path] = ['project', 'home', 'bin'].map((name) => join(directory, name));
  mkdirSync(project);
  mkdirSync(home);
  makePath(path, { ...way.programs, npm });
  writeFileSync(join(home, '.npmrc'), `registry=${registry}\n`);
  for (const tarball of tarballs) symlinkSync(tarball, join(project, tarball.split('/').at(-1)));
  const env = { PATH: path, HOME: home, NO_COLOR: '1' };

  const { stdout: told } = await execute(`${way.runtime} --version`, project, env);
  const version = /(\d+)\.(\d+)/.exec(told).slice(1).map(Number);
  let commands = 0;
  for (const step of steps) {
    if ('file' in step) {
      writeFileSync(join(project, step.file), step.text);
      continue;
    }
    const installs = step.output === null;
    const line = installs ? (way.install ?? lineFor(step, way.manager, [0, 0])) : lineFor(step, way.runtime, version);
    if (line === null) continue;
    const { code, stdout, stderr } = await execute(line, project, env);
    if (code !== 0) throw new Error(`"${line}" ends with ${code}:\n${stdout}${stderr}`);
    if (!installs && stdout !== step.output) {
      throw new Error(`"${line}" does not print what the page says:\n${step.output}\nbut:\n${stdout}${stderr}`);
    }
    commands++;
  }
  return { project, commands };
}
