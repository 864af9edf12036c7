// How figures are printed by those who report many of them.

export const count = (n) => Math.round(n).toLocaleString('en');
export const mib = (bytes) => `${(bytes / 2 ** 20).toFixed(1)} MiB`;

/** A line of a table. */
export const row = (...cells) => console.log(`| ${cells.join(' | ')} |`);
