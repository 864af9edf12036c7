// `make storm`: threads are terminated at any moment of their lives, COUNT of them in each runtime, or in the one that RUNTIME names; at the end
// a report.
//
// It fails if something that must hold did not, if threads have left something, if a process crashed, if one hung, or if threads were never
// terminated at some place, or while they did one of the jobs.

import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { count, mib, row } from '../figures.js';
import { COMMANDS } from '../runtimes.js';
import { MIDST, PLACES } from './words.js';

/** Threads of one process: whatever a runtime leaves behind for each of them does not add up for ever. */
const OF_A_PROCESS = 1000;
/** From so many on each kind of thread is terminated at each place. */
const MANY = 1000;
/** A process that has not ended a batch for so long hangs. */
const CEILING_MS = 15 * 60_000;
const FIGURES = [
  'terminated',
  'inside the engine',
  'in a body',
  'open for long',
  'rounds',
  'batches',
  'commits',
  'conflicts',
  'evictions',
];

const total = Number(process.env.COUNT ?? 10_000);
if (!(total > 0)) throw new RangeError(`COUNT must be a number above 0, not ${process.env.COUNT}`);
const chosen = process.env.RUNTIME ? [process.env.RUNTIME] : Object.keys(COMMANDS);
const firstSeed = Number(process.env.HEDDLE_SEED ?? Date.now() % 2 ** 31);

/** Whoever ends this before its end is told what there was. */
let stopped = false;
let running;
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    stopped = true;
    running?.kill('SIGKILL');
  });
}

/** What the threads of a process wait in, for somebody who asks why it hangs. */
function threadsOf(pid) {
  return readdirSync(`/proc/${pid}/task`).map((task) => {
    const [state] = /State:\s+\S+/.exec(readFileSync(`/proc/${pid}/task/${task}/status`, 'utf8')) ?? [''];
    return `${readFileSync(`/proc/${pid}/task/${task}/comm`, 'utf8').trim()} ${state}`;
  });
}

/** Terminates so many threads in a process of its own; what came of that, and what is wrong with it. */
async function storm(runtime, threads, seed) {
  const [program, ...args] = COMMANDS[runtime];
  const child = spawn(program, [...args, 'tools/storm/run.js', String(threads), String(seed)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  running = child;
  const ended = new Promise((resolve) => child.once('close', (status, signal) => resolve({ status, signal })));
  const faults = [];
  const hang = () => {
    faults.push(`it hangs; its threads: ${threadsOf(child.pid).join(', ')}`);
    child.kill('SIGKILL');
  };
  let report;
  let timer = setTimeout(hang, CEILING_MS);
  for await (const line of createInterface({ input: child.stdout })) {
    clearTimeout(timer);
    timer = setTimeout(hang, CEILING_MS);
    if (!line.startsWith('{')) {
      console.error(line);
      continue;
    }
    report = JSON.parse(line);
    const { terminated, resident, commits } = report;
    console.error(`  ${terminated} of ${threads} terminated; ${mib(resident)}, ${commits} commits`);
  }
  const { status, signal } = await ended;
  clearTimeout(timer);
  if (report?.failure !== undefined) faults.push(report.failure);
  else if (report?.ended !== true) faults.push('it has ended before its end');
  if (signal !== null) faults.push(`ended by ${signal}`);
  else if (status !== 0) faults.push(`exit code ${status}`);
  if (stopped) return { report, faults: [`stopped after ${report?.terminated ?? 0} of ${threads} (seed ${seed})`] };
  return { report, faults: faults.map((fault) => `${fault} (seed ${seed})`) };
}

/**
 * The sum of what processes report.
 *
 * @returns {Record<string, any>}
 */
function sum(reports) {
  /** @type {Record<string, number[]>} */
  const caught = {};
  for (const [kind, places] of reports.flatMap((report) => Object.entries(report.caught))) {
    caught[kind] = places.map((n, place) => n + (caught[kind]?.[place] ?? 0));
  }
  const add = (figure) => reports.reduce((total, report) => total + report[figure], 0);
  const figures = Object.fromEntries([...FIGURES, 'cpu', 'seconds'].map((figure) => [figure, add(figure)]));
  const most = (figure) => Math.max(...reports.map((report) => report[figure]));
  return { caught, ...figures, threads: most('threads'), resident: most('resident') };
}

/** What should have happened, and never did. */
function missing(whole) {
  const { caught, ...figures } = whole;
  if (figures.terminated < MANY) return [];
  const kinds = /** @type {[string, number[]][]} */ (Object.entries(caught));
  const places = PLACES.filter((_, place) => kinds.every(([, counts]) => counts[place] === 0));
  const jobs = kinds.filter(([, counts]) => counts[MIDST] === 0).map(([kind]) => `${PLACES[MIDST]}: ${kind}`);
  return [...places, ...jobs, ...FIGURES.filter((figure) => figures[figure] === 0)];
}

function print(runtime, whole) {
  console.log(`\n${runtime}: where threads were when they were terminated\n`);
  row('', ...PLACES);
  row('---', ...PLACES.map(() => '---'));
  for (const [kind, places] of Object.entries(whole.caught)) row(kind, ...places.map(count));
  row(
    'all',
    ...PLACES.map((_, place) => count(Object.values(whole.caught).reduce((all, places) => all + places[place], 0))),
  );
  const { seconds, cpu, terminated, threads, resident } = whole;
  console.log(`\n${FIGURES.map((figure) => `${figure} ${count(whole[figure])}`).join(', ')}`);
  console.log(
    `${count(seconds)} s, ${count((cpu / terminated) * 1000)} ms of processor time for each; ` +
      `at most ${threads} threads and ${mib(resident)} at the end of a process`,
  );
}

const failures = [];
for (const runtime of chosen) {
  if (COMMANDS[runtime] === undefined) throw new RangeError(`RUNTIME must be node, bun or deno, not ${runtime}`);
  const reports = [];
  for (let done = 0, seed = firstSeed; done < total && !stopped; done += OF_A_PROCESS, seed++) {
    const part = Math.min(OF_A_PROCESS, total - done);
    console.error(`${runtime}: ${part} of ${total}, HEDDLE_SEED=${seed}`);
    const { report, faults } = await storm(runtime, part, seed);
    if (report !== undefined) reports.push(report);
    failures.push(...faults.map((fault) => `${runtime}: ${fault}`));
  }
  if (reports.length === 0) continue;
  const whole = sum(reports);
  print(runtime, whole);
  failures.push(...missing(whole).map((what) => `${runtime}: never: ${what}`));
  if (stopped) break;
}
for (const failure of failures) console.log(`\nFAIL ${failure}`);
process.exitCode = failures.length === 0 ? 0 : 1;
