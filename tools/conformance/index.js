// Writes docs/conformance.md: node tools/conformance/index.js
import { writeFileSync } from 'node:fs';
import { page } from './page.js';
import { ROOT } from './places.js';
import { faults } from './table.js';

for (const fault of faults) console.error(fault);
if (faults.length > 0) process.exit(1);
writeFileSync(`${ROOT}docs/conformance.md`, page());
