// Every example runs to its end in a process of its own, in the runtime that runs this test. Those that have a folder run as their
// README says, with less to do, and check their own results; what they print at the end says that they did.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const entries = readdirSync(`${ROOT}examples`);
// One in thirty cities is still dozens of transactions that conflict, or more with HEDDLE_LOOPS.
const citiesOneOf = Math.max(1, Math.round(30 / Number(process.env.HEDDLE_LOOPS ?? 1)));

/** By folder: the arguments that make it quick, and what it is to print. */
const FOLDERS = {
  cities: { args: [], prints: /( equal\n).*\1/s },
  'game-server': {
    args: ['--ticks=25', '--rate=100', '--bots=30'],
    prints: /tick 25 of 25.*\n25 ticks, [\d,]+ commands.*none lost, none doubled.*\n {2}pickUp +[1-9]/s,
  },
  'live-configuration': {
    args: ['--demo'],
    prints:
      /200 Good evening from worker 2.*refused.*requestsPerSecond.*200 Good evening from worker 1.*503 Back soon/s,
  },
  // A package of which several files have the same content.
  pipeline: {
    args: [`${ROOT}node_modules/pure-rand`, '--verify'],
    prints: /100 %.* from the cache.*The same again.*100 %.*One thread without a cache comes to the same/s,
  },
};

async function run(program, args) {
  const flags = 'Deno' in globalThis ? ['run', '-A', '--no-lock'] : [];
  const child = spawn(process.execPath, [...flags, ROOT + program, ...args], {
    env: { ...process.env, CITIES_ONE_OF: String(citiesOneOf) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8');
    stream.on('data', (text) => {
      printed += text;
    });
  }
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  assert.equal(code, 0, printed);
  return printed;
}

for (const file of entries.filter((name) => name.endsWith('.js'))) {
  test(`examples/${file}`, async () => assert.notEqual(await run(`examples/${file}`, []), ''));
}

for (const [folder, { args, prints }] of Object.entries(FOLDERS)) {
  test(`examples/${folder}`, async () => assert.match(await run(`examples/${folder}/main.js`, args), prints));
}

test('every folder is run, and says how', () => {
  assert.deepEqual(Object.keys(FOLDERS), entries.filter((name) => !name.endsWith('.js')).sort());
  for (const folder of Object.keys(FOLDERS).filter((name) => name !== 'cities')) {
    const readme = readFileSync(`${ROOT}examples/${folder}/README.md`, 'utf8');
    for (const command of ['node', 'bun', 'deno run -A']) {
      assert.ok(readme.includes(`\n${command} examples/${folder}/main.js\n`), `${folder}: ${command}`);
    }
  }
});
