// Several copies of heddle's modules over one engine, in one thread: two bundles, the registries of a test runner, vm contexts. They
// share collections as threads do, and the thread's buffers; a transaction is of the copy that began it.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import * as heddle from 'heddle';
import { heddleError } from '../support/errors.js';

const { ForeignTransactionError, SharedMap, transaction, transactionSync } = heddle;

const checkout = fileURLToPath(new URL('../../', import.meta.url));
mkdirSync(join(checkout, 'build'), { recursive: true });
const copy = mkdtempSync(join(checkout, 'build/copy-'));
cpSync(join(checkout, 'dist'), join(copy, 'dist'), { recursive: true });
writeFileSync(join(copy, 'package.json'), '{ "type": "module" }');
mkdirSync(join(copy, 'build'));
symlinkSync(join(checkout, 'build/heddle.node'), join(copy, 'build/heddle.node'));
after(() => rmSync(copy, { recursive: true }));

// Both are in use before the tests begin.
const before = new SharedMap([['a', { n: 1 }]], { name: 'copies: before' });
const other = await import(pathToFileURL(join(copy, 'dist/index.js')).href);

/** A map, and what another copy has of it. */
function shared(name, entries = []) {
  return [new SharedMap(entries, { name: `copies: ${name}` }), new other.SharedMap({ name: `copies: ${name}` })];
}

test('the copies are two', () => {
  assert.notEqual(other.SharedMap, SharedMap);
  assert.deepEqual(before.get('a'), { n: 1 });
});

test('they take turns, whatever the size of what they write and read', () => {
  const [map, same] = shared('turns');
  const plain = new Map();
  for (let i = 0; i < 2000; i++) {
    const [writer, reader] = i % 2 === 0 ? [map, same] : [same, map];
    const key = i % 3 === 0 ? ['key', i % 7] : `key ${i % 11}`;
    // Some make the buffers grow, and others let them shrink again.
    const value = { i, text: 'x'.repeat(i % 500 === 0 ? 5_000_000 : i % 300), [`shape ${i % 13}`]: [i] };
    writer.set(key, value);
    plain.set(JSON.stringify(key), value);
    assert.deepEqual(reader.get(key), value);
    if (i % 100 === 0) {
      for (const handle of [map, same]) {
        assert.deepEqual(new Map([...handle].map(([key, value]) => [JSON.stringify(key), value])), plain);
      }
    }
  }
  map.destroy();
});

test('iterators of both may be open at once', () => {
  const entries = Array.from({ length: 5000 }, (_, i) => [i, 'x'.repeat(i % 50)]);
  const [map, same] = shared('iterators', entries);
  const [mine, theirs] = [map.entries(), same.entries()];
  map.clear();
  for (const entry of entries) {
    assert.deepEqual(mine.next().value, entry);
    assert.deepEqual(theirs.next().value, entry);
  }
  assert.deepEqual([mine.next().done, theirs.next().done], [true, true]);
  map.destroy();
});

test('what one commits conflicts with what the other has read', () => {
  const [map, same] = shared('conflict', [['n', 1]]);
  let runs = 0;
  transactionSync(() => {
    const n = map.get('n');
    if (++runs === 1) heddle.runOutside(() => other.transactionSync(() => same.set('n', same.get('n') + 10)));
    map.set('n', n + 1);
  });
  assert.deepEqual([runs, map.get('n'), same.get('n')], [2, 12, 12]);
  map.destroy();
});

test('asynchronous transactions of both overlap', async () => {
  const [map, same] = shared('overlap', [['n', 0]]);
  const add = (library, handle) =>
    library.transaction(
      async () => {
        const n = handle.get('n');
        await null;
        handle.set('n', n + 1);
      },
      { maxRetries: 1000 },
    );
  await Promise.all(Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? add(heddle, map) : add(other, same))));
  assert.equal(same.get('n'), 20);
  map.destroy();
});

test('in a transaction of one the other refuses to work, instead of writing beside it', async () => {
  const [map, same] = shared('foreign', [['a', 1]]);
  const foreign = heddleError(ForeignTransactionError, /more than once/);
  const isForeign = (error) => error instanceof other.ForeignTransactionError;
  const uses = [
    () => same.get('a'),
    () => same.set('a', 2),
    () => same.size,
    () => [...same],
    () => same.destroy(),
    () => other.transactionSync(() => {}),
    () => other.isInTransaction(),
  ];
  transactionSync(() => {
    for (const use of uses) assert.throws(use, isForeign);
    map.set('b', 1);
  });
  await transaction(async () => {
    await null;
    for (const use of uses) assert.throws(use, isForeign);
    map.set('c', 1);
    heddle.runOutside(() => same.set('d', 1));
    await assert.rejects(
      other.transaction(() => {}),
      isForeign,
    );
  });
  other.transactionSync(() => assert.throws(() => map.set('a', 3), foreign));
  other.readTransactionSync(() => assert.throws(() => map.get('a'), foreign));
  assert.deepEqual([...same], Object.entries({ a: 1, b: 1, d: 1, c: 1 }));
  map.destroy();
});

test('a vm context may load a copy of its own', () => {
  const flags = { bun: [], deno: ['run', '--allow-all', '--no-lock'] };
  const runtime = 'bun' in process.versions ? 'bun' : 'deno' in process.versions ? 'deno' : 'node';
  const script = fileURLToPath(new URL('./fixtures/contexts.js', import.meta.url));
  const args = [...(flags[runtime] ?? ['--experimental-vm-modules', '--no-warnings']), script];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  assert.equal(stdout, 'three copies, one map\n');
});
