import { execFileSync } from 'node:child_process';
import { cpus, release, totalmem, type } from 'node:os';
import { runtimes } from './lanes.js';

/** What the figures were measured on. */
export function describeMachine(runtime) {
  const [program] = runtimes[runtime];
  const version = execFileSync(program, ['--version'], { encoding: 'utf8' }).match(/\d+\.\d+\.\d+/)[0];
  return {
    runtime: `${runtime} ${version}`,
    cpu: cpus()[0].model,
    cores: cpus().length,
    memory: `${(totalmem() / 2 ** 30).toFixed(1)} GiB`,
    os: `${type()} ${release()}`,
    date: new Date().toISOString().slice(0, 10),
  };
}
