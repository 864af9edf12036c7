import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { candidates } from '../candidates/index.js';
import { flagged, runtimes } from './lanes.js';

/** For a row that does not say itself how long it may take. */
const PATIENCE_MS = 120_000;

// Memory where there is such a folder: rivals that write files shall not wait for a disk.
const scratchParent = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

/** Runs `row.js` and gives its result; throws with the end of what the process said if there is none. */
async function launch([program, ...args], row, options) {
  const scratch = mkdtempSync(join(scratchParent, 'heddle-bench-'));
  const result = join(scratch, 'result.json');
  const task = { ...options, row: row.name, result, settings: { ...options.settings, scratch } };
  try {
    const child = spawn(
      program,
      [...args, fileURLToPath(new URL('../row.js', import.meta.url)), JSON.stringify(task)],
      {
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    let said = '';
    const listen = (chunk) => {
      said = (said + chunk).slice(-500);
    };
    child.stdout.on('data', listen);
    child.stderr.on('data', listen);
    const patience = setTimeout(() => child.kill('SIGKILL'), row.patienceMs ?? PATIENCE_MS);
    const ended = await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => resolve(signal ?? code));
    });
    clearTimeout(patience);
    if (ended !== 0) throw new Error(`${row.name} ended with ${ended}: ${said}`);
    return JSON.parse(readFileSync(result, 'utf8'));
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

/** Adds to `result` the entries and targets that only the process with the flag can have. */
function merge(result, apart) {
  const { title } = candidates[flagged.candidate];
  const entries = apart.entries
    .filter(({ label }) => label.startsWith(title))
    .map((entry) => ({ ...entry, apart: true }));
  const says = new Set(result.targets.map((target) => target.says));
  const targets = apart.targets.filter((target) => !says.has(target.says));
  return {
    ...result,
    entries: [...result.entries, ...entries],
    targets: [...result.targets, ...targets],
    missing: [...result.missing, ...apart.missing.filter(({ candidate }) => candidate === flagged.candidate)],
    controlApart: apart.control,
  };
}

/** One row in one runtime. */
export async function runRow(row, runtime, settings) {
  const needsFlag = runtime === 'node' && row.entries.some(({ candidate }) => candidate === flagged.candidate);
  const only = needsFlag ? Object.keys(candidates).filter((name) => name !== flagged.candidate) : undefined;
  const result = await launch(runtimes[runtime], row, { runtime, settings, only });
  if (!needsFlag) return result;
  return merge(result, await launch(flagged.command, row, { runtime, settings, only: flagged.beside }));
}
