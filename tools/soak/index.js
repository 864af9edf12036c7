// `make soak MINUTES=n`: mixed load over all features, in each runtime for a third of the time; at the end a report.
//
// It fails if something that must hold did not, if a process ended otherwise than it should, if one of the events that make a soak never
// happened, or if shared state has grown by half from the second quarter of the time to the last. What the process takes is reported, and
// judged by people: collectors have their own mind.

import { spawnSync } from 'node:child_process';
import { count, mib, row } from '../figures.js';
import { COMMANDS } from '../runtimes.js';

const MUST_HAPPEN = ['operations', 'terminated', 'tasks', 'cancelled', 'checks', 'commits', 'conflicts'];
const MUST_HAPPEN_IN_A_MINUTE = ['crashed'];
/** Growth of shared state that is no leak: it depends on what is open when it is looked at. */
const MOST_GROWTH = 1.5;

const minutes = Number(process.env.MINUTES ?? process.argv[2] ?? 3);
if (!(minutes > 0)) throw new RangeError(`MINUTES must be a number above 0, not ${process.env.MINUTES}`);
const seed = Number(process.env.HEDDLE_SEED ?? Date.now() % 2 ** 31);
const seconds = (minutes * 60) / Object.keys(COMMANDS).length;

function faultsOf(report) {
  if (report === undefined) return ['it has ended without a report'];
  const faults = report.failure === undefined ? [] : [report.failure];
  const wanted = seconds < 60 ? MUST_HAPPEN : [...MUST_HAPPEN, ...MUST_HAPPEN_IN_A_MINUTE];
  for (const event of wanted) if (!(report[event] > 0)) faults.push(`never: ${event}`);
  const { early, late } = report.memory;
  if (late > MOST_GROWTH * early) faults.push(`shared state has grown from ${early} to ${late} bytes`);
  return faults;
}

const rows = [];
for (const [runtime, [program, ...args]] of Object.entries(COMMANDS)) {
  console.log(`${runtime}: ${Math.round(seconds)} s, HEDDLE_SEED=${seed}`);
  const { stdout, status, signal } = spawnSync(program, [...args, 'tools/soak/run.js', String(seconds), String(seed)], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const last = stdout.trim().split('\n').at(-1);
  const report = last.startsWith('{') ? JSON.parse(last) : undefined;
  const faults = faultsOf(report);
  if (signal !== null) faults.push(`ended by ${signal}`);
  else if (status !== 0 && faults.length === 0) faults.push(`exit code ${status}`);
  rows.push({ runtime, report, faults });
}

console.log(
  '\n| | operations | commits | conflicts | threads terminated | tasks | cancelled | crashes | checks | shared state | process |',
);
console.log('|---|---|---|---|---|---|---|---|---|---|---|');
for (const { runtime, report } of rows) {
  if (report === undefined) continue;
  const { operations, commits, conflicts, terminated, tasks, cancelled, crashed, checks, memory, resident } = report;
  const figures = [operations, commits, conflicts, terminated, tasks, cancelled, crashed, checks].map(count);
  const grown = [memory, resident].map(({ early, late }) => `${mib(early)} → ${mib(late)}`);
  row(runtime, ...figures, ...grown);
}
for (const { runtime, faults } of rows) for (const fault of faults) console.log(`\nFAIL ${runtime}: ${fault}`);
process.exitCode = rows.every(({ faults }) => faults.length === 0) ? 0 : 1;
