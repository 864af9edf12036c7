import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { test } from 'node:test';
import {
  afterAbort,
  afterCommit,
  CollectionDestroyedError,
  currentTransaction,
  orElse,
  RetryUnavailableError,
  readTransaction,
  retry,
  SharedMap,
  SharedRecord,
  TransactionTimeoutError,
  transaction,
  transactionSync,
} from 'heddle';
import { heddleError } from '../support/errors.js';
import { loops } from '../support/random.js';
import { sleep, turn, until } from '../support/wait.js';
import { sharedWords, spawn } from '../support/workers.js';

const tasks = new URL('./retry-tasks.js', import.meta.url);

/** A transaction that waits until `ready()` says so, and how often its body ran. */
function waiting(ready, options) {
  const state = { runs: 0, done: undefined };
  state.done = transaction(() => {
    state.runs++;
    return ready() || retry();
  }, options);
  return state;
}

test('retry waits for a change of what was read, and of nothing else', async () => {
  const map = new SharedMap([['a', 0]]);
  const record = new SharedRecord({ initial: { field: 0 } });
  const waits = {
    value: waiting(() => map.get('a') === 1),
    'absent key': waiting(() => map.has('b')),
    size: waiting(() => map.size === 2),
    keys: waiting(() => [...map.keys()].includes('b')),
    field: waiting(() => record.get('field') === 1),
  };
  map.set('c', 0);
  map.delete('c');
  await turn();
  for (const name of ['value', 'absent key', 'field']) assert.equal(waits[name].runs, 1, name);
  map.set('a', 1);
  assert.equal(await waits.value.done, true);
  assert.equal(waits.value.runs, 2);
  map.set('b', 0);
  for (const name of ['absent key', 'size', 'keys']) assert.equal(await waits[name].done, true, name);
  assert.equal(waits['absent key'].runs, 2);
  assert.equal(waits.field.runs, 1);
  record.set('field', 1);
  await waits.field.done;
});

test('an async body waits as well, and what waits has written nothing', async () => {
  const map = new SharedMap([['go', false]]);
  let runs = 0;
  let waits = false;
  const done = transaction(async () => {
    runs++;
    map.set('written', runs);
    await turn();
    if (!map.get('go')) {
      waits = true;
      retry();
    }
    return 'went';
  });
  await until(() => waits, 'the first run to end');
  await sleep(2);
  assert.equal(map.has('written'), false);
  map.set('go', true);
  assert.equal(await done, 'went');
  assert.deepEqual([runs, map.get('written')], [2, 2]);
});

test('a burst wakes once', async () => {
  const map = new SharedMap();
  const wait = waiting(() => Array.from({ length: 50 }, (_, i) => map.get(i)).includes(49) && map.get(0) === 0);
  map.setMany(Array.from({ length: 50 }, (_, i) => [i, i]));
  await wait.done;
  assert.equal(wait.runs, 2);
});

test('what a body makes of the signal changes nothing', async () => {
  const map = new SharedMap([['go', false]]);
  let runs = 0;
  const done = transaction(() => {
    runs++;
    try {
      if (!map.get('go')) retry();
    } catch {
      assert.throws(() => map.set('caught', true));
    }
    return runs;
  });
  await turn();
  map.set('go', true);
  assert.equal(await done, 2);
  assert.equal(map.has('caught'), false);
});

test('a nested transaction waits with all of the outer one', async () => {
  const map = new SharedMap([['a', 0]]);
  const done = transaction(async () => {
    map.set('outer', 1);
    return await transaction(async () => map.get('a') || retry());
  });
  await turn();
  assert.equal(map.has('outer'), false);
  map.set('a', 5);
  assert.equal(await done, 5);
  assert.equal(map.get('outer'), 1);
});

test('orElse takes the first branch that does not retry, without the writes of the other', async () => {
  const map = new SharedMap([['b', 2]]);
  const take = (key) => () => {
    map.set('tried', key);
    const value = map.get(key);
    if (value === undefined) retry();
    map.delete(key);
    return value;
  };
  const asyncTake = (key) => async () => {
    await turn();
    return take(key)();
  };
  assert.equal(await transaction(() => orElse(take('a'), take('b'))), 2);
  assert.deepEqual([...map], [['tried', 'b']]);
  for (const [first, second] of [
    [take('a'), take('b')],
    [asyncTake('a'), asyncTake('b')],
    [take('a'), asyncTake('b')],
    [asyncTake('a'), take('b')],
  ]) {
    for (const key of ['a', 'b']) {
      const done = transaction(() => orElse(first, second));
      await sleep(1);
      assert.deepEqual([...map.keys()], ['tried']);
      map.set(key, key);
      assert.equal(await done, key);
      assert.equal(map.get('tried'), key);
    }
  }
  const three = transaction(() => orElse(take('a'), () => orElse(take('b'), take('c'))));
  await turn();
  map.set('c', 3);
  assert.equal(await three, 3);
});

test('errors of the branches pass, and undo what their branch has written', async () => {
  const map = new SharedMap();
  const failing = () => {
    map.set('failed', 1);
    throw new RangeError('mine');
  };
  await assert.rejects(
    transaction(() => orElse(failing, () => 1)),
    RangeError,
  );
  const caught = await transaction(() => {
    map.set('kept', 1);
    try {
      return orElse(() => map.get('none') ?? retry(), failing);
    } catch (error) {
      return error.message;
    }
  });
  assert.equal(caught, 'mine');
  assert.deepEqual([...map.keys()], ['kept']);
});

test('retry is refused where nothing can be waited for', async () => {
  const map = new SharedMap([['a', 1]]);
  const unavailable = heddleError(RetryUnavailableError);
  assert.throws(() => retry(), unavailable);
  assert.throws(() => orElse(retry, retry), unavailable);
  for (const body of [() => map.get('a') && retry(), () => orElse(retry, retry)]) {
    assert.throws(() => transactionSync(body), unavailable);
    assert.throws(() => transactionSync(body, { maxRetries: 3 }), unavailable);
    await assert.rejects(readTransaction(body), unavailable);
  }
  await assert.rejects(transaction(retry), unavailable);
  await assert.rejects(
    transaction(() => orElse(() => 1)),
    TypeError,
  );
});

test('timeout and signal end the waiting, maxRetries does not count it', async () => {
  const map = new SharedMap([['n', 0]]);
  await assert.rejects(waiting(() => map.get('n') > 0, { timeout: 5 }).done, TransactionTimeoutError);
  const controller = new AbortController();
  const reason = new Error('enough');
  const aborted = waiting(() => map.get('n') > 0, { signal: controller.signal });
  setTimeout(() => controller.abort(reason), 2);
  await assert.rejects(aborted.done, (error) => error === reason);
  const patient = waiting(() => map.get('n') === 5, { maxRetries: 0 });
  for (let n = 1; n <= 5; n++) {
    map.set('n', n);
    await until(() => patient.runs > n, 'the next run');
  }
  await patient.done;
  assert.equal(aborted.runs, 1);
});

test('hooks, contexts and ids go with the call, whichever run commits', async () => {
  const map = new SharedMap([['n', 0]]);
  const storage = new AsyncLocalStorage();
  const events = [];
  const ids = new Set();
  const seen = [];
  const done = storage.run('here', () =>
    transaction(() => {
      ids.add(currentTransaction().id);
      seen.push([currentTransaction().run, storage.getStore()]);
      const n = map.get('n');
      afterCommit(() => events.push(`committed ${n}`));
      afterAbort(() => events.push('aborted'));
      if (n === 0) retry();
    }),
  );
  await turn();
  map.set('n', 1);
  await done;
  assert.deepEqual(events, ['committed 1']);
  assert.equal(ids.size, 1);
  assert.deepEqual(seen, [
    [1, 'here'],
    [2, 'here'],
  ]);
});

test('a collection that is destroyed ends the waiting', async () => {
  const map = new SharedMap([['a', 0]]);
  const wait = waiting(() => map.get('a'));
  await turn();
  map.destroy();
  await assert.rejects(wait.done, heddleError(CollectionDestroyedError));
});

test('two threads take turns, and no wake-up is lost', async () => {
  const name = 'retry: game';
  const game = new SharedMap([['turn', 0]], { name });
  const rounds = loops(4000);
  const players = [0, 1].map((me) => spawn(tasks, 'play', name, me, rounds));
  const waits = await Promise.all(players.map((player) => player.result));
  assert.equal(game.get('turn'), rounds);
  console.log(`${rounds} turns, ${waits[0] + waits[1]} waits`);
  assert.ok(waits[0] + waits[1] > rounds / 10);
});

test('many threads wait for one thing, and each gets it once', async () => {
  const name = 'retry: tickets';
  const tickets = new SharedMap({ name });
  const taken = new SharedMap({ name: `${name}: taken` });
  const words = sharedWords(1);
  const workers = Array.from({ length: 3 }, () => spawn(tasks, 'take', name, words));
  const count = loops(600);
  for (let ticket = 0; ticket <= count; ticket++) {
    await transaction(() => {
      if (tickets.has('ticket')) retry();
      tickets.set('ticket', ticket < count ? ticket : -1);
    });
  }
  await Promise.all(workers.map((worker) => worker.result));
  assert.equal(taken.size, count);
  assert.equal(words[0], count);
  console.log(`${count} tickets, each to one of ${workers.length} threads`);
});

test('threads that are terminated while they wait are missed by nobody', async () => {
  const name = 'retry: victims';
  const map = new SharedMap({ name });
  const words = sharedWords(1);
  const victims = loops(6);
  for (let n = 0; n < victims; n++) {
    const victim = spawn(tasks, 'wait', name, words);
    await victim.until(() => Atomics.load(words, 0) > n, 'the victim to wait');
    const here = waiting(() => map.get('never') === n);
    await Promise.all([victim.terminate(), here.done, transaction(() => map.set('never', n))]);
    map.delete('never');
  }
  console.log(`${victims} threads terminated while they waited`);
});
