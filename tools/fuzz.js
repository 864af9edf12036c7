// Runs libFuzzer on each target of the engine: node tools/fuzz.js [seconds for each]. What it finds new is kept in build/fuzz/corpus;
// what fails is in build/fuzz, and `FUZZ_TARGET=… build/fuzz/bin/fuzz <file>` repeats it.
import { mkdirSync, readdirSync } from 'node:fs';
import { run } from './check/process.js';

const SECONDS = Number(process.argv[2] ?? 60);
const COMMITTED = 'core/fuzz/corpus';
const FOUND = 'build/fuzz/corpus';
/** Longer inputs are longer histories, which show no more. */
const LONGEST = 2000;

/** Runs one target; says what has happened in it, and whether that is as it should be. */
async function fuzz(target) {
  const found = `${FOUND}/${target}`;
  mkdirSync(found, { recursive: true });
  const { ok, stdout, stderr } = await run(
    [
      'build/fuzz/bin/fuzz',
      found,
      `${COMMITTED}/${target}`,
      `-max_total_time=${SECONDS}`,
      `-max_len=${LONGEST}`,
      '-len_control=10',
      `-artifact_prefix=build/fuzz/${target}-`,
    ],
    { env: { FUZZ_TARGET: target } },
  );
  const events = [...stdout.matchAll(/^happened: (.*): (\d+)$/gm)].map(([, event, count]) => ({
    event,
    count: Number(count),
  }));
  const [, executions] = /Done (\d+) runs/.exec(stderr) ?? [];
  const never = events.filter(({ count }) => count === 0);
  const good = ok && events.length > 0 && never.length === 0;
  console.log(`${good ? 'ok  ' : 'FAIL'} ${target}: ${executions ?? 'unknown'} inputs in ${SECONDS} s`);
  for (const { event, count } of events) console.log(`       ${event}: ${count}`);
  if (!ok) console.log(stderr.split('\n').slice(-60).join('\n'));
  return good;
}

let good = true;
for (const target of readdirSync(COMMITTED)) good = (await fuzz(target)) && good;
process.exitCode = good ? 0 : 1;
