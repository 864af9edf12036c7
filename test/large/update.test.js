// update of a large value: what it costs, what it shares, and that it is an update like any other.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SharedMap, transaction, transactionSync } from 'heddle';
import { native } from '../../dist/runtime/native.js';
import { untilCollected } from '../support/gc.js';
import { loops, random } from '../support/random.js';
import { rowsOf } from './tasks.js';

const config = () => ({
  name: 'configuration',
  limits: { requests: 1 },
  rows: rowsOf(10_000, 1),
  byKey: Object.fromEntries(rowsOf(2000, 2).map((row) => [row.text, row])),
  bytes: new Uint8Array(100_000).fill(7),
});

const outside = () => native.stats().memoryOutside;

test('an update of one field takes pages for that field, and shares the others', () => {
  const map = new SharedMap([['key', config()]]);
  const model = config();
  const before = outside();
  const view = map.view('key');
  map.update('key', (draft) => {
    draft.limits.requests = 2;
    draft.rows[5000].text = 'changed';
    draft.byKey['row 7'].i = -7;
  });
  console.log(`${outside() - before} bytes for three fields of ${map.memory}`);
  assert.ok(outside() - before < map.memory / 8);
  model.limits.requests = 2;
  model.rows[5000].text = 'changed';
  model.byKey['row 7'].i = -7;
  assert.deepEqual(map.get('key'), model);
  assert.deepEqual(map.view('key'), model);
  assert.deepEqual(view, config());
  map.destroy();
});

test('any number of updates leaves what they say, in bounded memory', async () => {
  const before = outside();
  const map = new SharedMap({ name: 'large:updates' });
  const model = config();
  map.set('key', model);
  const size = map.memory;
  let most = 0;
  for (let turn = 0; turn < loops(150); turn++) {
    const i = Math.floor(random() * 9000);
    const change = (value) => {
      value.limits.requests = turn;
      value.rows[i] = { i, text: `turn ${turn}`.repeat(20) };
      value.byKey[`row ${i % 2000}`] = { turn };
      if (turn % 10 === 0) value.rows.splice(i, 1, { inserted: turn }, { inserted: turn });
    };
    map.update('key', change);
    change(model);
    most = Math.max(most, map.memory);
    if (turn % 25 === 0) assert.deepEqual(map.get('key'), model);
  }
  assert.deepEqual(map.get('key'), model);
  console.log(`at most ${most} bytes, ${size} at first`);
  assert.ok(most < 3 * size);
  map.destroy();
  await untilCollected(() => {
    native.tidy();
    return outside() <= before;
  }, 'pages to come back');
});

test('update returns the new value: what fn returned, or a view of what it changed', () => {
  const map = new SharedMap([['key', config()]]);
  const view = map.update('key', (draft) => {
    draft.name = 'changed';
  });
  assert.equal(view.name, 'changed');
  assert.ok(Object.isFrozen(view));
  assert.equal(map.update('key', (draft) => draft).name, 'changed');
  const other = map.update('key', (draft) => ({ from: draft.limits, rows: draft.rows.slice(0, 2) }));
  assert.deepEqual(other, { from: { requests: 1 }, rows: rowsOf(2, 1) });
  assert.deepEqual(map.get('key'), other);
  map.destroy();
});

test('updates in one transaction build on each other, and are undone with it', async () => {
  const map = new SharedMap([['key', config()]]);
  const add = (draft) => {
    draft.limits.requests++;
  };
  transactionSync(() => {
    map.update('key', add);
    map.update('key', add);
    assert.equal(map.view('key').limits.requests, 3);
    assert.throws(() =>
      transactionSync(() => {
        map.update('key', add);
        assert.equal(map.get('key').limits.requests, 4);
        throw new Error('undone');
      }),
    );
    assert.equal(map.view('key').limits.requests, 3);
  });
  await transaction(async () => {
    map.update('key', add);
    await null;
    map.update('key', add);
  });
  assert.equal(map.view('key').limits.requests, 5);
  assert.throws(
    () =>
      map.update('key', (draft) => {
        draft.name = 'not this';
        throw new Error('by fn');
      }),
    /by fn/,
  );
  assert.throws(() => map.update('key', (draft) => void (draft.limits.save = () => {})), { name: 'DataCloneError' });
  assert.equal(map.view('key').name, 'configuration');
  map.delete('key');
  transactionSync(() => {
    map.set('key', config());
    map.delete('key');
    assert.equal(map.view('key'), undefined);
    assert.equal(
      map.update('key', (draft) => draft),
      undefined,
    );
  });
  map.destroy();
});

test('long binary in a large value can be changed, and so can what is beside it', () => {
  const map = new SharedMap([['key', config()]]);
  map.update('key', (draft) => {
    draft.bytes[3] = 1;
  });
  map.update('key', (draft) => {
    draft.name = 'beside';
  });
  const { name, bytes, rows } = map.get('key');
  assert.deepEqual([name, bytes[3], bytes[4], rows.length], ['beside', 1, 7, 10_000]);
  map.destroy();
});
