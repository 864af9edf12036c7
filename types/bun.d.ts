// `import 'heddle/bun'`. What it adds to `Bun` is in a file that is no module: only there a module of another package can be
// declared whether or not that package is installed.

/// <reference path="./bun-names.d.ts" />

export {};
