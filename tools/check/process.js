// Runs one command to its end.
import { spawn } from 'node:child_process';

/** Long enough for any suite at any HEDDLE_LOOPS; it only turns a hang into a failure that says where. */
const HANG_MS = 30 * 60_000;

/**
 * Runs a command, collects what it prints and kills it if it hangs.
 *
 * @param {string[]} command the program and its arguments
 * @param {{ env?: Record<string, string>, live?: boolean }} [options] `live` also prints as the command does
 * @returns {Promise<{ ok: boolean, stdout: string, stderr: string, reason: string }>} `reason` says why it is not ok
 */
export function run(command, { env = {}, live = false } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command[0], command.slice(1), {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const output = { stdout: '', stderr: '' };
    for (const name of /** @type {const} */ (['stdout', 'stderr'])) {
      child[name].setEncoding('utf8').on('data', (text) => {
        output[name] += text;
        if (live) process[name].write(text);
      });
    }
    let hung = false;
    const watchdog = setTimeout(() => {
      hung = true;
      child.kill('SIGKILL');
    }, HANG_MS);
    child.on('error', (error) => {
      clearTimeout(watchdog);
      resolve({ ok: false, ...output, reason: error.message });
    });
    child.on('close', (code, signal) => {
      clearTimeout(watchdog);
      const reason = hung
        ? `no end after ${HANG_MS / 60_000} minutes`
        : signal
          ? `killed by ${signal}`
          : `exit code ${code}`;
      resolve({ ok: code === 0, ...output, reason });
    });
  });
}

/** @param {number} start a `performance.now()` */
export function secondsSince(start) {
  return ((performance.now() - start) / 1000).toFixed(1);
}
