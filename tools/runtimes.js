/** How each runtime runs a module, from the root of the checkout. */
export const COMMANDS = {
  node: ['node'],
  bun: ['node_modules/.bin/bun'],
  deno: ['node_modules/.bin/deno', 'run', '--allow-all', '--no-lock'],
};
