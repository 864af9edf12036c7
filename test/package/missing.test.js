// heddle installed without its engine, or with one that is not for this machine: one error, which says what to do.

import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { mainManifest } from '../../tools/pack/manifests.js';

const checkout = fileURLToPath(new URL('../../', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'heddle-missing-'));
after(() => rmSync(scratch, { recursive: true }));

const HERE = `${process.platform}-${process.arch}`;
const OTHERS = ['plan9-mips', 'plan9-x64'];

let copies = 0;

/** An installed heddle that was published with engines for these platforms; its folder. */
function install(platforms) {
  const modules = join(scratch, String(copies++), 'node_modules');
  const folder = join(modules, 'heddle');
  mkdirSync(folder, { recursive: true });
  cpSync(join(checkout, 'dist'), join(folder, 'dist'), { recursive: true, filter: (path) => !path.endsWith('.d.ts') });
  const manifest = mainManifest(
    { name: 'heddle', version: '1.2.3', type: 'module' },
    platforms.map((name) => ({ name })),
  );
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  return { folder, modules };
}

async function failureOf(folder) {
  try {
    await import(pathToFileURL(join(folder, 'dist/index.js')).href);
  } catch (error) {
    assert.equal(error.name, 'EngineLoadError');
    assert.equal(error.code, 'ERR_HEDDLE_ENGINE_LOAD');
    return error;
  }
  return assert.fail('it was imported');
}

test('a package that was left out is named, with how to get it', async () => {
  const { message } = await failureOf(install([`${HERE}-gnu`, ...OTHERS]).folder);
  assert.ok(message.includes(`the package @heddle/${HERE}-gnu is not installed`), message);
  assert.match(message, /npm install --include=optional/);
  assert.ok(message.includes(`Supported platforms: ${HERE}-gnu, plan9-mips, plan9-x64.`), message);
  assert.match(message, /gnu want glibc/);
});

test('of two for this platform both are named', async () => {
  const { message } = await failureOf(install([`${HERE}-gnu`, `${HERE}-musl`]).folder);
  assert.ok(message.includes(`@heddle/${HERE}-gnu or @heddle/${HERE}-musl`), message);
  assert.doesNotMatch(message, /gnu want glibc/);
});

test('where there is none for this platform, it says for which there are', async () => {
  const { message } = await failureOf(install(OTHERS).folder);
  assert.equal(message, `There is no heddle engine for ${HERE}. Supported platforms: plan9-mips, plan9-x64.`);
});

test('a checkout that was not built says how to', async () => {
  assert.match((await failureOf(install([]).folder)).message, /"make build"/);
});

test('an engine that does not load is named, with the reason', async () => {
  const { folder, modules } = install([`${HERE}-gnu`]);
  const broken = join(modules, `@heddle/${HERE}-gnu`);
  mkdirSync(broken, { recursive: true });
  writeFileSync(join(broken, 'package.json'), '{ "main": "./heddle.node" }');
  writeFileSync(join(broken, 'heddle.node'), 'no object file');
  const { message, cause } = await failureOf(folder);
  assert.ok(message.includes(join(broken, 'heddle.node')), message);
  assert.ok(message.includes(cause.message), message);
});
