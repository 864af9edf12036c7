// Names of collections that a module creates while its top level runs.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SharedMap } from 'heddle';
import 'heddle/bun';
import { fixture, KINDS } from './support.js';

const { first } = await import('./fixtures/first.js');
const { entries, named, names, Players, queue, record, set, stated, unnamed, untouched } = await import(
  './fixtures/positions.js'
);

const positionsOf = (name) => name.replace(/#\d+$/, '').split(' < ');

test('what a top level creates is named by its position', () => {
  const all = Object.values(names(named));
  assert.equal(new Set(all).size, all.length, 'two have one name');
  for (const name of all) assert.match(name, /^(.+ < )*file:\/\/\/.+\/(positions|second)\.js:\d+:\d+#\d$/);
  const { direct, one, other, loop0, loop1, loop2, called, deep, field, second } = names(named);
  assert.match(direct, /^file:\/\/\/[^ ]+\/positions\.js:\d+:\d+#0$/);
  assert.deepEqual(positionsOf(one).length, 1);
  assert.notDeepEqual(positionsOf(one), positionsOf(other));
  assert.deepEqual(positionsOf(loop0), positionsOf(loop2));
  assert.deepEqual(
    [loop0, loop1, loop2].map((name) => name.slice(-2)),
    ['#0', '#1', '#2'],
  );
  assert.match(called, /^local \(.*positions\.js:\d+:\d+\) < file:.*positions\.js:\d+:\d+#0$/);
  assert.ok(positionsOf(deep).length > 30);
  assert.match(field, /Game/);
  assert.match(second, /^make \(.*maker\.js:\d+:\d+\) < file:.*second\.js:\d+:\d+#0$/);
});

test('what is created later, in a body, without Bun or by CommonJS is not', () => {
  for (const [what, name] of Object.entries(names(unnamed))) assert.equal(name, undefined, what);
});

test('a stated name stays, and so do entries, options, fields and the class', () => {
  assert.equal(stated.name, 'bun positions: stated');
  assert.deepEqual([...entries], [['a', 1]]);
  entries.set('b', 2);
  assert.throws(() => entries.set('c', 3), { name: 'MemoryLimitError' });
  assert.deepEqual(record.toObject(), { a: 1 });
  assert.deepEqual([...set], ['a', 'b']);
  assert.throws(() => set.add('c'), { name: 'MemoryLimitError' });
  queue.enqueue('a');
  assert.throws(() => queue.enqueue('b'), { name: 'QueueFullError' });
  assert.ok(named.derived instanceof Players && named.derived instanceof SharedMap);
  assert.ok(named.direct instanceof Bun.SharedMap);
  assert.ok(new SharedMap() instanceof Bun.SharedMap);
});

test('a program’s own settings of Error are left alone', () => {
  assert.equal(untouched, true);
});

test('wrong arguments are refused as ever', () => {
  assert.throws(() => new Bun.SharedMap(5), TypeError);
  assert.throws(() => new Bun.SharedMap([], 5), TypeError);
  assert.throws(() => new Bun.SharedMap({ nmae: 'a' }), TypeError);
  assert.throws(() => new Bun.SharedRecord([['a', 1]]), TypeError);
  assert.throws(() => new Bun.SharedQueue({ eviction: 'lru' }), TypeError);
  assert.throws(() => Bun.SharedMap(), TypeError);
});

for (const [kind, run] of Object.entries(KINDS)) {
  test(`${kind} gives the names that this thread gives`, async () => {
    assert.deepEqual(await run(fixture('positions-worker.js')), names(named));
  });

  test(`${kind} that loads fewer modules gives those the same names`, async () => {
    // It creates through a function that `first.js` has called before, in this thread.
    const second = await run(fixture('second-worker.js'));
    assert.equal(second, named.second.name);
    assert.notEqual(second, first.name);
  });
}

test('one name is one collection', () => {
  assert.equal(named.direct.size, Object.keys(KINDS).length);
});
