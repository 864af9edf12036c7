// One row in a process of its own: `row.js '{"row", "runtime", "settings", "only", "result"}'`. A process per row, so that a row
// gives the same figures alone as among the others, and a rival that brings the process down takes one row with it.
import { writeFileSync } from 'node:fs';
import { measure } from './harness/measure.js';
import { rows } from './rows/index.js';

const { row, result, ...options } = JSON.parse(process.argv[2]);
const measured = await measure(
  rows.find(({ name }) => name === row),
  options,
);
// A file, because candidates print to both standard streams.
writeFileSync(result, JSON.stringify(measured));
process.exit(0);
