// node bench/run.js [--runtime node,bun,deno,engine] [--only get,transfer] [--quick] [--save]
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { runtimes } from './harness/lanes.js';
import { runRow } from './harness/launch.js';
import { describeMachine } from './harness/machine.js';
import { markdown } from './harness/markdown.js';
import { settings } from './harness/settings.js';
import { table } from './harness/table.js';
import { rows } from './rows/index.js';

const usage = `usage: node bench/run.js [--runtime node,bun,deno,engine] [--only part-of-a-row's-name,…] [--quick] [--save]
rows: ${rows.map(({ name }) => name).join(' ')}`;

function readArguments() {
  const { values } = parseArgs({
    options: {
      runtime: { type: 'string', default: Object.keys(runtimes).join() },
      only: { type: 'string' },
      quick: { type: 'boolean', default: false },
      save: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const chosen = values.runtime.split(',');
  const unknown = chosen.find((name) => !runtimes[name]);
  if (unknown) throw new Error(`there is no runtime ${unknown}`);
  if (values.save && (values.only || values.quick))
    throw new Error('--save is for a whole run: not with --only or --quick');
  const parts = values.only?.split(',') ?? [''];
  const wanted = rows.filter(({ name }) => parts.some((part) => name.includes(part)));
  if (wanted.length === 0) throw new Error(`no row has ${values.only} in its name`);
  return { ...values, chosen, wanted };
}

const folder = new URL('results/', import.meta.url);

function save(runtime, measured) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(new URL(`${runtime}.json`, folder), `${JSON.stringify(measured, null, 1)}\n`);
  const present = Object.keys(runtimes).filter((name) => readdirSync(folder).includes(`${name}.json`));
  const all = present.map((name) => ({ name, ...JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8')) }));
  writeFileSync(
    new URL('README.md', folder),
    markdown(
      all,
      rows.map(({ name }) => name),
    ),
  );
}

async function main({ chosen, wanted, quick, save: saving }) {
  for (const runtime of chosen) {
    const mine = wanted.filter(({ runtimes: where }) => where.includes(runtime));
    if (mine.length === 0) continue;
    const machine = describeMachine(runtime);
    console.log(`\n${machine.runtime} on ${machine.cpu}, ${machine.cores} cores, ${machine.memory}, ${machine.os}`);
    const measured = { machine, rows: [] };
    for (const row of mine) {
      try {
        const result = await runRow(row, runtime, quick ? settings.quick : settings.full);
        measured.rows.push(result);
        for (const line of table(result)) console.log(line);
      } catch (error) {
        // A target may be missed; a row that does not run at all is a failure.
        process.exitCode = 1;
        console.error(`\n${error.message}`);
      }
    }
    if (saving) save(runtime, measured);
  }
}

try {
  const args = readArguments();
  if (args.help) console.log(usage);
  else await main(args);
} catch (error) {
  console.error(`${error.message}\n${usage}`);
  process.exitCode = 2;
}
