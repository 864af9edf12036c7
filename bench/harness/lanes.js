import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

// Installed by npm with the package, else whatever the PATH has.
function program(name) {
  const installed = fileURLToPath(new URL(`../../node_modules/.bin/${name}`, import.meta.url));
  return existsSync(installed) ? installed : name;
}

/** How each runtime is started. The engine alone counts as one: Node starts the program that measures it. */
export const runtimes = {
  node: [process.execPath],
  bun: [program('bun')],
  deno: [program('deno'), 'run', '--allow-all', '--no-lock'],
  engine: [process.execPath],
};

export const engineProgram = fileURLToPath(new URL('../../build/bin/engine_bench', import.meta.url));

/**
 * V8's shared structs need a flag that nobody runs production with. They get a process of their own that has it, with heddle beside
 * them, and all other figures of Node come from a process without it.
 */
export const flagged = {
  candidate: 'structs',
  command: [process.execPath, '--harmony-struct'],
  beside: ['heddle', 'structs'],
};
