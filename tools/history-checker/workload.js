// What the threads of a recorded history do: a random mix of small transactions that are likely to meet, and to go wrong if any part of
// the protocol does.
//
//   accounts  a few hot keys, never deleted; in every state the balances add up to TOTAL
//   items     keys that come and go: insertion, deletion, clear, and scans that would miss a phantom
//   wide      more keys, seldom in conflict: cached reads, lone reads and writes, long reads

import { ChangeOfMind, changeOfMind, pause, pick } from '../recording/random.js';

export const ACCOUNTS = 0;
export const ITEMS = 1;
export const WIDE = 2;
export const MAPS = 3;

const SIZES = [6, 10, 48];
const OPENING_BALANCE = 100;
const TOTAL = SIZES[ACCOUNTS] * OPENING_BALANCE;
// A value is a serial number and, for an account, its balance.
const BALANCE_RANGE = 1024;
// Async transactions of a thread overlap with one another and with its sync ones.
const LANES = 4;

const balanceOf = (value) => value % BALANCE_RANGE;

/** The first commit of a history: all keys of all maps. */
export function open(recorder) {
  const values = uniqueValues(recorder.thread);
  recorder.transactionSync((run) => {
    for (let map = 0; map < MAPS; map++) {
      for (let key = 0; key < SIZES[map]; key++) run.set(map, key, values(OPENING_BALANCE));
    }
  });
}

/** The last run of a history: what is really there must be what the commits left. */
export function close(recorder) {
  recorder.readTransactionSync((run) => {
    for (let map = 0; map < MAPS; map++) run.entries(map);
  });
}

/** What the checker cannot know: every scan of the accounts has the same total, whatever its transaction became. */
export function checkTotals(runs) {
  for (const run of runs) {
    const scan = run.reads.find(({ op, map }) => op === 'scan' && map === ACCOUNTS);
    const total = scan?.entries.reduce((sum, [, account]) => sum + balanceOf(account), 0) ?? TOTAL;
    if (total !== TOTAL)
      return { rule: 'totals', message: `the accounts add up to ${total}, not ${TOTAL}`, runs: [run] };
  }
  return undefined;
}

/**
 * Runs `transactions` transactions.
 *
 * @param {import('./recorder.js').Recorder} recorder
 * @param {object} options
 * @param {number} options.transactions
 * @param {() => number} options.random like Math.random
 * @param {boolean} options.writesAlone whether this thread writes outside transactions too: only one thread of a history may
 */
export async function work(recorder, { transactions, random, writesAlone }) {
  const value = uniqueValues(recorder.thread);
  const key = (map) => Math.floor(random() * SIZES[map]);
  const steps = stepsOf({ value, key, random });
  const alone = aloneOf(recorder, { value, key, writesAlone });

  async function lane() {
    for (let done = 0; done < transactions / LANES; done++) {
      try {
        if (random() < 0.04) await runAsync(recorder, pick(steps.async, random), random);
        else if (random() < 0.25) runReadOnly(recorder, pick(steps.readOnly, random));
        else runSync(recorder, pick(steps.sync, random), random);
      } catch (error) {
        if (!(error instanceof ChangeOfMind)) throw error;
      }
      if (random() < 0.3) pick(alone, random)();
    }
  }
  await Promise.all(Array.from({ length: LANES }, lane));
}

const ABORTS = 0.05;

function runSync(recorder, step, random) {
  recorder.transactionSync((run) => {
    step(run);
    changeOfMind(random, ABORTS);
  });
}

function runAsync(recorder, step, random) {
  return recorder.transaction(async (run) => {
    await step(run);
    changeOfMind(random, ABORTS);
  });
}

function runReadOnly(recorder, step) {
  recorder.readTransactionSync(step);
}

function stepsOf({ value, key, random }) {
  function transfer(run) {
    const [from, to] = twoKeys();
    move(run, from, to, run.get(ACCOUNTS, from), run.get(ACCOUNTS, to));
  }

  async function slowTransfer(run) {
    const [from, to] = twoKeys();
    const left = run.get(ACCOUNTS, from);
    await pause(random);
    const right = run.get(ACCOUNTS, to);
    await pause(random);
    move(run, from, to, left, right);
  }

  function twoKeys() {
    const from = key(ACCOUNTS);
    return [from, (from + 1 + Math.floor(random() * (SIZES[ACCOUNTS] - 1))) % SIZES[ACCOUNTS]];
  }

  function move(run, from, to, left, right) {
    const amount = Math.min(balanceOf(left), Math.floor(random() * 10));
    run.set(ACCOUNTS, from, value(balanceOf(left) - amount));
    run.set(ACCOUNTS, to, value(balanceOf(right) + amount));
  }

  /** Reads two and writes one: two of these at once are a write skew. */
  function lean(run) {
    const [read, written] = [key(WIDE), key(WIDE)];
    run.get(WIDE, read);
    run.get(WIDE, written);
    run.set(WIDE, written, value(0));
  }

  function churn(run) {
    const [some, other] = [key(ITEMS), key(ITEMS)];
    if (run.has(ITEMS, some)) run.delete(ITEMS, some);
    run.set(ITEMS, other, value(0));
  }

  /** Deletes without looking, and writes without reading. */
  function blind(run) {
    run.delete(ITEMS, key(ITEMS));
    run.set(WIDE, key(WIDE), value(0));
  }

  function moveToEnd(run) {
    const some = key(ITEMS);
    run.delete(ITEMS, some);
    run.set(ITEMS, some, value(0));
  }

  function wipe(run) {
    if (random() > 0.2) return churn(run);
    const size = run.size(ITEMS);
    run.clear(ITEMS);
    for (let left = 0; left < size / 2; left++) run.set(ITEMS, key(ITEMS), value(0));
  }

  /** A commit that depends on what is not there. */
  function census(run) {
    run.entries(ITEMS);
    run.set(WIDE, key(WIDE), value(0));
  }

  function nested(run) {
    transfer(run);
    try {
      run.savepoint(() => {
        churn(run);
        lean(run);
        changeOfMind(random, 0.5);
      });
    } catch (error) {
      if (!(error instanceof ChangeOfMind)) throw error;
    }
    lean(run);
  }

  async function slowNested(run) {
    run.get(WIDE, key(WIDE));
    await pause(random);
    nested(run);
  }

  function audit(run) {
    run.entries(ACCOUNTS);
    run.size(ITEMS);
    for (let reads = 0; reads < 4; reads++) run.get(WIDE, key(WIDE));
  }

  async function slowAudit(run) {
    run.get(ACCOUNTS, key(ACCOUNTS));
    await pause(random);
    audit(run);
  }

  function scan(run) {
    run.get(ITEMS, key(ITEMS));
    run.entries(ITEMS);
    run.get(WIDE, key(WIDE));
  }

  return {
    sync: [transfer, transfer, transfer, lean, churn, blind, moveToEnd, wipe, census, nested, audit],
    async: [slowTransfer, slowTransfer, slowNested, slowAudit],
    readOnly: [audit, scan],
  };
}

function aloneOf(recorder, { value, key, writesAlone }) {
  const reads = [
    () => recorder.get(ACCOUNTS, key(ACCOUNTS)),
    () => recorder.get(ITEMS, key(ITEMS)),
    () => recorder.get(WIDE, key(WIDE)),
    () => recorder.entries(ITEMS),
  ];
  const writes = [() => recorder.set(WIDE, key(WIDE), value(0)), () => recorder.set(ITEMS, key(ITEMS), value(0))];
  return writesAlone ? [...reads, ...writes] : reads;
}

/** A source of values that no other thread makes; each carries `payload`. */
function uniqueValues(thread) {
  let serial = 0;
  return (payload) => (++serial * MAX_THREADS + thread) * BALANCE_RANGE + payload;
}

const MAX_THREADS = 8;
