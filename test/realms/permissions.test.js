// Deno without the permissions that the engine needs: one error, which says what to do.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const script = (name) => fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url));

/** Runs a script in a Deno of its own, which cannot ask anybody for permissions. (With node:child_process it would get them all.) */
function deno(name, ...flags) {
  const args = ['run', '--no-lock', '--no-prompt', ...flags, script(name)];
  const { code, stdout, stderr } = new Deno.Command(Deno.execPath(), { args, env: { NO_COLOR: '1' } }).outputSync();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

const COMMAND = /"deno run --allow-ffi --allow-read"/;

for (const [flags, missing] of [
  [[], 'read'],
  [['--allow-ffi'], 'read'],
  [['--allow-read'], 'ffi'],
  [['--allow-all', '--deny-ffi'], 'ffi'],
]) {
  test(`run with ${flags.join(' ') || 'nothing allowed'}, it names the ${missing} permission and the command`, () => {
    const { code, stdout, stderr } = deno('imports.js', ...flags);
    assert.notEqual(code, 0);
    assert.equal(stdout, '');
    assert.equal(stderr.match(/EngineLoadError: /g).length, 1, stderr);
    assert.doesNotMatch(stderr, /AggregateError/);
    assert.match(stderr, new RegExp(`: ${missing} permission is missing`));
    assert.match(stderr, COMMAND);
  });
}

test('with both permissions it runs, also with both for what they are needed for alone', () => {
  assert.equal(deno('imports.js', '--allow-ffi', '--allow-read').stdout, 'imported\n');
  const checkout = fileURLToPath(new URL('../../', import.meta.url));
  const narrow = [`--allow-ffi=${checkout}build/heddle.node`, `--allow-read=${checkout}`];
  assert.equal(deno('imports.js', ...narrow).stdout, 'imported\n');
});

test('a worker without the permission gets that error, and its parent goes on', () => {
  const { code, stdout, stderr } = deno('confined.js', '--allow-all', '--unstable-worker-options');
  assert.equal(code, 0, stderr);
  const { caught, uncaught, allowed, inherited, entries } = JSON.parse(stdout);
  assert.deepEqual(
    [caught.name, caught.code, caught.cause],
    ['EngineLoadError', 'ERR_HEDDLE_ENGINE_LOAD', 'NotCapable'],
  );
  assert.match(caught.message, /ffi permission is missing/);
  assert.match(caught.message, COMMAND);
  assert.match(caught.message, /deno: \{ permissions: \{ ffi: true, read: true \} \}/);
  assert.equal(uncaught.uncaught.match(/EngineLoadError/g).length, 1);
  assert.match(uncaught.uncaught, /ffi permission is missing/);
  assert.deepEqual([allowed, inherited], [{ value: 1 }, { value: 1 }]);
  assert.deepEqual(entries, [
    ['a', 1],
    ['b', 2],
  ]);
});
