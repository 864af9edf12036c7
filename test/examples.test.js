// Every example runs to its end in a process of its own, in the runtime that runs this test; the demo also compares its results.
// Of the demo's cities one in thirty is loaded, which is still dozens of transactions that conflict, or more with HEDDLE_LOOPS.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const examples = fileURLToPath(new URL('../examples/', import.meta.url));
const programs = [...readdirSync(examples).filter((name) => name.endsWith('.js')), 'cities/main.js'];
const citiesOneOf = Math.max(1, Math.round(30 / Number(process.env.HEDDLE_LOOPS ?? 1)));
const flags = 'Deno' in globalThis ? ['run', '--allow-all', '--no-lock'] : [];

function run(program) {
  const child = spawn(process.execPath, [...flags, examples + program], {
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
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, printed }));
  });
}

for (const program of programs) {
  test(`examples/${program}`, async () => {
    const { code, printed } = await run(program);
    assert.equal(code, 0, printed);
    assert.ok(printed.length > 0);
    if (program === 'cities/main.js') assert.equal(printed.match(/ equal$/gm)?.length, 2, printed);
  });
}
