// Fuzzes each target: node tools/fuzz.js [seconds for each]. Those of the engine and of the addon with libFuzzer: what it finds new is
// kept in build/fuzz/corpus; what fails is in build/fuzz, and `FUZZ_TARGET=… build/fuzz/bin/fuzz <file>` repeats it. The decoders
// in each runtime: what fails is printed, and belongs into test/codec/fuzz/corpus.json.
import { mkdirSync, readdirSync } from 'node:fs';
import { run } from './check/process.js';

const SECONDS = Number(process.argv[2] ?? 60);
const COMMITTED = ['core/fuzz/corpus', 'binding/fuzz/corpus'];
const FOUND = 'build/fuzz/corpus';
/** Longer inputs are longer histories, which show no more. */
const LONGEST = 2000;

const RUNTIMES = {
  node: ['node'],
  bun: ['node_modules/.bin/bun'],
  deno: ['node_modules/.bin/deno', 'run', '--allow-all', '--no-lock'],
};

/** Runs one target of libFuzzer. */
async function fuzzEngine(corpus, target) {
  const found = `${FOUND}/${target}`;
  mkdirSync(found, { recursive: true });
  const result = await run(
    [
      'build/fuzz/bin/fuzz',
      found,
      `${corpus}/${target}`,
      `-max_total_time=${SECONDS}`,
      `-max_len=${LONGEST}`,
      '-len_control=10',
      `-artifact_prefix=build/fuzz/${target}-`,
    ],
    { env: { FUZZ_TARGET: target } },
  );
  return report(target, result);
}

async function fuzzDecoders(runtime) {
  const result = await run([...RUNTIMES[runtime], 'test/codec/fuzz/run.js', String(SECONDS)]);
  return report(`decoding on ${runtime}`, result);
}

/** Says what has happened in a target, and whether that is as it should be. */
function report(target, { ok, stdout, stderr }) {
  const events = [...stdout.matchAll(/^happened: (.*): (\d+)$/gm)].map(([, event, count]) => ({
    event,
    count: Number(count),
  }));
  const [, inputs = 'unknown'] = /^Done (\d+) (?:runs|inputs)/m.exec(stdout + stderr) ?? [];
  const never = events.filter(({ count }) => count === 0);
  const good = ok && events.length > 0 && never.length === 0;
  console.log(`${good ? 'ok  ' : 'FAIL'} ${target}: ${inputs} inputs in ${SECONDS} s`);
  for (const { event, count } of events) console.log(`       ${event}: ${count}`);
  if (!ok) console.log(stderr.split('\n').slice(-60).join('\n'));
  return good;
}

let good = true;
for (const corpus of COMMITTED)
  for (const target of readdirSync(corpus)) good = (await fuzzEngine(corpus, target)) && good;
for (const runtime of Object.keys(RUNTIMES)) good = (await fuzzDecoders(runtime)) && good;
process.exitCode = good ? 0 : 1;
