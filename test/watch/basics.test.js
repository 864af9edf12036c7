// What the watchers of maps and records are told; collections.test.js has sets, arrays and queues, values.test.js the values.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { afterCommit, currentTransaction, SharedMap, SharedRecord, transaction, transactionSync } from 'heddle';
import { take, tell, told } from './support.js';

test('a key: each commit that wrote it, equal value or not, in their order', async () => {
  const map = new SharedMap([['a', 1]]);
  const watcher = map.watch('a');
  map.set('a', 2);
  map.set('a', 2);
  map.set('b', 0);
  map.delete('a');
  map.delete('a');
  map.set('a', { n: 3 });
  map.update('a', (value) => {
    value.n++;
  });
  assert.deepEqual(await tell(watcher, 5), [
    { type: 'set', key: 'a', oldValue: 1, newValue: 2 },
    { type: 'set', key: 'a', oldValue: 2, newValue: 2 },
    { type: 'delete', key: 'a', oldValue: 2 },
    { type: 'set', key: 'a', newValue: { n: 3 } },
    { type: 'set', key: 'a', oldValue: { n: 3 }, newValue: { n: 4 } },
  ]);
});

test('all keys', async () => {
  const map = new SharedMap([['a', 1]]);
  const watcher = map.watchAll();
  map.set('b', 2);
  map.delete('absent');
  map.set('a', 3);
  map.delete('b');
  map.clear();
  map.set('c', 4);
  assert.deepEqual(await tell(watcher, 5), [
    { type: 'set', key: 'b', newValue: 2 },
    { type: 'set', key: 'a', oldValue: 1, newValue: 3 },
    { type: 'delete', key: 'b', oldValue: 2 },
    { type: 'clear' },
    { type: 'set', key: 'c', newValue: 4 },
  ]);
});

test('an event says when it was committed, and as which commit', async () => {
  const map = new SharedMap();
  const [one, all] = [map.watch('a'), map.watchAll()];
  const versions = [];
  for (let n = 0; n < 3; n++) {
    transactionSync(() => {
      map.set('a', n);
      map.set('b', n);
      afterCommit(({ version }) => versions.push(version));
    });
  }
  const events = await take(all, 6);
  assert.deepEqual(
    events.map(({ version }) => version),
    versions.flatMap((version) => [version, version]),
  );
  assert.ok(versions[0] < versions[1] && versions[1] < versions[2]);
  const ofOne = await take(one, 3);
  assert.deepEqual(
    ofOne.map(({ version }) => version),
    versions,
  );
  const HOUR_MS = 3_600_000;
  for (const [n, { timestamp, skipped }] of ofOne.entries()) {
    assert.ok(Math.abs(timestamp - Date.now()) < HOUR_MS, `${timestamp}`);
    assert.equal(timestamp, events[2 * n].timestamp);
    assert.equal(timestamp, events[2 * n + 1].timestamp);
    assert.equal(skipped, 0);
  }
  assert.ok(transactionSync(() => currentTransaction().version) >= versions[2]);
});

test('the events of one transaction come together, one for each key', async () => {
  const map = new SharedMap([
    ['kept', 0],
    ['moved', 1],
    ['gone', 2],
  ]);
  const other = new SharedMap();
  const [all, ofOther] = [map.watchAll(), other.watchAll()];
  await transaction(async () => {
    for (let n = 1; n <= 5; n++) map.set('kept', n);
    await null;
    map.delete('moved');
    map.set('moved', 10);
    map.set('gone', 20);
    map.delete('gone');
    map.set('never there', 1);
    map.delete('never there');
    other.set('x', 1);
    transactionSync(() => map.set('nested', 7));
  });
  const events = await take(all, 4);
  assert.equal(all.lag, 0);
  assert.deepEqual(
    new Set(events.map(told)),
    new Set([
      { type: 'set', key: 'kept', oldValue: 0, newValue: 5 },
      { type: 'set', key: 'moved', oldValue: 1, newValue: 10 },
      { type: 'delete', key: 'gone', oldValue: 2 },
      { type: 'set', key: 'nested', newValue: 7 },
    ]),
  );
  const [elsewhere] = await take(ofOther, 1);
  assert.deepEqual(new Set([elsewhere, ...events].map(({ version }) => version)).size, 1);
});

test('what is undone is not told of', async () => {
  const map = new SharedMap([['a', 0]]);
  const [one, all] = [map.watch('a'), map.watchAll()];
  const fail = () => {
    map.set('a', 'undone');
    map.clear();
    throw new RangeError('mine');
  };
  assert.throws(() => transactionSync(fail), RangeError);
  await assert.rejects(transaction(fail), RangeError);
  transactionSync(() => {
    map.set('b', 1);
    assert.throws(() => transactionSync(fail), RangeError);
  });
  const small = new SharedMap([['a', 0]], { maxEntries: 1 });
  const ofSmall = small.watchAll();
  assert.throws(() => small.set('b', 1), { name: 'MemoryLimitError' });
  small.set('a', 1);
  map.set('a', 'done');
  assert.deepEqual(await tell(all, 2), [
    { type: 'set', key: 'b', newValue: 1 },
    { type: 'set', key: 'a', oldValue: 0, newValue: 'done' },
  ]);
  assert.deepEqual(await tell(one, 1), [{ type: 'set', key: 'a', oldValue: 0, newValue: 'done' }]);
  assert.deepEqual(await tell(ofSmall, 1), [{ type: 'set', key: 'a', oldValue: 0, newValue: 1 }]);
});

test('clear is a delete for who watches a key that was there', async () => {
  const map = new SharedMap([['a', 1]]);
  const [a, b, all] = [map.watch('a'), map.watch('b'), map.watchAll()];
  map.clear();
  map.set('b', 1);
  assert.deepEqual(await tell(a, 1), [{ type: 'delete', key: 'a', oldValue: 1 }]);
  assert.deepEqual(await tell(b, 1), [{ type: 'set', key: 'b', newValue: 1 }]);
  const [clear, set] = await take(all, 2);
  assert.deepEqual([told(clear), told(set)], [{ type: 'clear' }, { type: 'set', key: 'b', newValue: 1 }]);
  for (const field of ['key', 'oldValue', 'newValue']) assert.equal(clear[field], undefined);
});

test('clear and set in one transaction are one event for who watches the key', async () => {
  const map = new SharedMap([
    ['a', 1],
    ['b', 2],
  ]);
  const [a, b, c, all] = [map.watch('a'), map.watch('b'), map.watch('c'), map.watchAll()];
  transactionSync(() => {
    map.set('a', 'too early');
    map.clear();
    map.set('a', 3);
    map.set('c', 4);
  });
  map.set('a', 5);
  assert.deepEqual(await tell(a, 2), [
    { type: 'set', key: 'a', oldValue: 1, newValue: 3 },
    { type: 'set', key: 'a', oldValue: 3, newValue: 5 },
  ]);
  assert.deepEqual(await tell(b, 1), [{ type: 'delete', key: 'b', oldValue: 2 }]);
  assert.deepEqual(await tell(c, 1), [{ type: 'set', key: 'c', newValue: 4 }]);
  const [clear, ...sets] = await take(all, 4);
  assert.deepEqual(told(clear), { type: 'clear' });
  assert.deepEqual(new Set(sets.slice(0, 2).map(({ key }) => key)), new Set(['a', 'c']));
  assert.equal(sets[0].version, clear.version);
});

test('a record: a field, and all of them', async () => {
  const record = new SharedRecord({ initial: { host: 'a.example', port: 80 } });
  const [port, all] = [record.watch('port'), record.watchAll()];
  record.set('port', 81);
  record.update({ host: 'b.example', port: 82 });
  record.delete('host');
  record.clear();
  assert.deepEqual(await tell(port, 3), [
    { type: 'set', key: 'port', oldValue: 80, newValue: 81 },
    { type: 'set', key: 'port', oldValue: 81, newValue: 82 },
    { type: 'delete', key: 'port', oldValue: 82 },
  ]);
  const events = await take(all, 5);
  assert.deepEqual(events.map(told), [
    { type: 'set', key: 'port', oldValue: 80, newValue: 81 },
    { type: 'set', key: 'host', oldValue: 'a.example', newValue: 'b.example' },
    { type: 'set', key: 'port', oldValue: 81, newValue: 82 },
    { type: 'delete', key: 'host', oldValue: 'b.example' },
    { type: 'clear' },
  ]);
  assert.equal(events[1].version, events[2].version);
});

for (const key of ['', 0, -1.5, Number.NaN, 5n, true, null, undefined, ['user', [1, null]]]) {
  test(`the key ${inspect(key)}`, async () => {
    const map = new SharedMap([['other', 0]]);
    const [one, first, all] = [map.watch(key), map.watch(key, { initial: true }), map.watchAll()];
    map.set('other', 1);
    map.set(key, 2);
    for (const [event] of [await take(one, 1), (await take(first, 2)).slice(1), (await take(all, 2)).slice(1)]) {
      assert.deepEqual([event.type, event.key, event.newValue], ['set', key, 2]);
    }
    assert.equal(one.lag, 0);
  });
}

test('what a cache has no room for is evicted', async () => {
  const cache = new SharedMap({ eviction: 'lru', maxEntries: 2 });
  const all = cache.watchAll();
  const ones = Array.from({ length: 6 }, (_, n) => cache.watch(n));
  for (let n = 0; n < 6; n++) cache.set(n, n);
  const events = (await take(all, 10)).map(told);
  const evicted = events.filter(({ reason }) => reason === 'evicted');
  assert.equal(evicted.length, 4);
  for (const { type, key, oldValue } of evicted) {
    assert.deepEqual([type, oldValue], ['delete', key]);
    const ofKey = await tell(ones[key], 2);
    assert.deepEqual(ofKey[1], { type: 'delete', key, oldValue: key, reason: 'evicted' });
  }
  const [left] = cache.keys();
  cache.delete(left);
  assert.deepEqual(await tell(all, 1), [{ type: 'delete', key: left, oldValue: left }], 'not evicted');
});

test('a watch begins when it is asked for, also inside a transaction, and is no part of that', async () => {
  const map = new SharedMap([['a', 0]]);
  let watcher;
  assert.throws(() => {
    transactionSync(() => {
      map.set('a', 'undone');
      watcher = map.watch('a');
      throw new RangeError('mine');
    });
  }, RangeError);
  map.set('a', 1);
  assert.deepEqual(await tell(watcher, 1), [{ type: 'set', key: 'a', oldValue: 0, newValue: 1 }]);
  const [inside] = await transaction(async () => {
    map.set('a', 2);
    return [map.watchAll({ initial: true })];
  });
  assert.deepEqual(await tell(inside, 2), [
    { type: 'set', key: 'a', newValue: 1 },
    { type: 'set', key: 'a', oldValue: 1, newValue: 2 },
  ]);
});

test('who has seen an event reads at least that commit', async () => {
  const map = new SharedMap([['a', 0]]);
  const watcher = map.watch('a');
  map.get('a'); // this thread knows the value
  for (let n = 1; n <= 50; n++) {
    const next = watcher.next();
    queueMicrotask(() => map.set('a', n));
    const { value } = await next;
    assert.equal(value.newValue, n);
    assert.equal(map.get('a'), n);
    transactionSync(() => assert.ok(currentTransaction().version >= value.version));
  }
});

test('who began first is told first', async () => {
  const map = new SharedMap();
  const calls = [];
  const ends = Array.from({ length: 6 }, (_, n) => map.subscribe(() => calls.push(n), n % 2 === 0 ? {} : { key: 'a' }));
  const watchers = Array.from({ length: 4 }, () => map.watch('a'));
  const told = watchers.map((watcher, n) => watcher.next().then(() => calls.push(10 + n)));
  map.set('a', 1);
  await Promise.all(told);
  assert.deepEqual(calls, [0, 1, 2, 3, 4, 5, 10, 11, 12, 13]);
  for (const end of ends) end();
  for (const watcher of watchers) await watcher.return();
});
