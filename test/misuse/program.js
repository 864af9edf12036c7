import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { inTime } from '../support/wait.js';

const flags = globalThis.Deno === undefined ? [] : ['run', '--allow-all', '--no-lock'];

/** Runs a program of this directory in a process of its own, to its end. */
export async function run(program, ...args) {
  const path = fileURLToPath(new URL(program, import.meta.url));
  const child = spawn(process.execPath, [...flags, path, ...args.map(String)], { stdio: ['ignore', 'pipe', 'pipe'] });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (printed += text));
  try {
    const [code, signal] = await inTime(once(child, 'close'), `${program} ${args.join(' ')} to end`);
    return { printed, code, signal };
  } finally {
    child.kill('SIGKILL');
  }
}
