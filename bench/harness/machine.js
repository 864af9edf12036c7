import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { cpus, release, totalmem, type } from 'node:os';
import { engineProgram, runtimes } from './lanes.js';

const RELEASE_FILE = '/etc/os-release';

function system() {
  const kernel = `${type()} ${release().split('-')[0]}`;
  if (!existsSync(RELEASE_FILE)) return kernel;
  const name = readFileSync(RELEASE_FILE, 'utf8').match(/^PRETTY_NAME="(.*)"$/m)?.[1];
  return name ? `${name}, ${kernel}` : kernel;
}

/** What the figures were measured on. */
export function describeMachine(runtime) {
  const alone = runtime === 'engine';
  const program = alone ? engineProgram : runtimes[runtime][0];
  const version = execFileSync(program, ['--version'], { encoding: 'utf8' }).match(/\d+\.\d+\.\d+/)[0];
  return {
    runtime: alone ? `engine alone, GCC ${version}` : `${runtime} ${version}`,
    cpu: cpus()[0].model,
    cores: cpus().length,
    memory: `${(totalmem() / 2 ** 30).toFixed(1)} GiB`,
    os: system(),
    date: new Date().toISOString().slice(0, 10),
  };
}
