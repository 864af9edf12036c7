export const count = (n) => n.toLocaleString('en-US');
export const seconds = (n) => `${n.toFixed(2)} s`;
export const megabytes = (bytes) => `${count(Math.round(bytes / 2 ** 20))} MB`;

/** Rows of strings as lines with aligned columns: the first column to the left, the others to the right. */
export function table(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const pad = (cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column]));
  const [header, ...body] = rows.map((row) => row.map(pad).join('  '));
  return [header, '─'.repeat(header.length), ...body].join('\n');
}
