// Runs the JavaScript tests: node tools/run-tests.js [--runtime=node|bun|deno] [part of a path …]
import { RUNTIME_NAMES, testJavaScript } from './check/javascript.js';
import { sum } from './check/suite.js';

const chosen = process.argv.slice(2).filter((argument) => argument.startsWith('--runtime='));
const patterns = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const runtimes = chosen.length === 0 ? RUNTIME_NAMES : chosen.map((argument) => argument.slice('--runtime='.length));

const unknown = runtimes.filter((runtime) => !RUNTIME_NAMES.includes(runtime));
if (unknown.length > 0) {
  console.error(`unknown runtime ${unknown.join(', ')}: choose from ${RUNTIME_NAMES.join(', ')}`);
  process.exit(2);
}

const counts = [];
for (const runtime of runtimes) counts.push(await testJavaScript(runtime, patterns));
const { passed, failed } = sum(counts);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
