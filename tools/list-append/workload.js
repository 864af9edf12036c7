// What the threads of a recorded history do: a random mix of small transactions on a few hot lists.
//
// Reading and writing whole lists costs what they are long, so a list that is full is left alone, and the next one takes its place. Each
// thread sees for itself that a list is full: the threads share nothing but the maps and the clock.

import { TransactionConflictError } from 'heddle';
import { ChangeOfMind, changeOfMind, pause, pick } from '../recording/random.js';

export const MAPS = 3;

/** Places of lists: those that everything appends to, pairs of which a transaction changes one, and one for each thread alone. */
const HOT = 6;
const PAIRED = 10;
const THREADS = 2;
const PLACES = HOT + PAIRED + THREADS;
const FULL = 12;
// Async transactions of a thread overlap with one another and with its sync ones.
const LANES = 4;
const ABORTS = 0.05;

/** The last run of a history: every append that was committed must be there. */
export function close(recorder) {
  recorder.readTransactionSync((run) => run.readAll());
}

/**
 * Runs `transactions` transactions.
 *
 * @param {import('./recorder.js').Recorder} recorder of thread 1 or 2
 * @param {object} options
 * @param {number} options.transactions
 * @param {() => number} options.random like Math.random
 */
export async function work(recorder, { transactions, random }) {
  const lists = new Lists(random);
  const draw = uniqueElements(recorder.thread);
  const steps = stepsOf({ lists, draw, random });
  const alone = aloneOf(recorder, { lists, draw });

  async function lane() {
    for (let done = 0; done < transactions / LANES; done++) {
      try {
        const dice = random();
        if (dice < 0.03) await recorder.transaction(orNot(pick(steps.async, random)));
        else if (dice < 0.04) await recorder.readTransaction(steps.slowAudit);
        else if (dice < 0.2) recorder.readTransactionSync(steps.audit);
        else recorder.transactionSync(orNot(pick(steps.sync, random)));
      } catch (error) {
        if (!(error instanceof ChangeOfMind || error instanceof TransactionConflictError)) throw error;
      }
      if (random() < 0.4) pick(alone, random)();
    }
  }

  /** A body that thinks better of it now and then. */
  function orNot(step) {
    return (run) => {
      const result = step(run);
      if (result === undefined) changeOfMind(random, ABORTS);
      return result?.then(() => changeOfMind(random, ABORTS));
    };
  }
  await Promise.all(Array.from({ length: LANES }, lane));
}

/** Which list is at which place, as far as this thread has seen. */
class Lists {
  #random;
  #turns = new Array(PLACES).fill(0);

  constructor(random) {
    this.#random = random;
  }

  at(place) {
    return this.#turns[place] * PLACES + place;
  }

  /** A list of any place. */
  any() {
    return this.at(Math.floor(this.#random() * PLACES));
  }

  /** `count` different hot lists. */
  hot(count) {
    const first = Math.floor(this.#random() * HOT);
    const step = 1 + Math.floor(this.#random() * (HOT - 1));
    return Array.from({ length: count }, (_, index) => this.at((first + index * step) % HOT));
  }

  /** The two lists of a pair, in any order. */
  pair() {
    const place = HOT + Math.floor(this.#random() * PAIRED);
    return [this.at(place), this.at(((place - HOT) ^ 1) + HOT)];
  }

  /** Takes note of what a list was; returns it. */
  seen(list, elements) {
    const place = list % PLACES;
    if (elements.length >= FULL && this.at(place) === list) this.#turns[place]++;
    return elements;
  }
}

function stepsOf({ lists, draw, random }) {
  const read = (run, list) => lists.seen(list, random() < 0.3 ? run.view(list) : run.read(list));

  /** Reads, then writes: a lost update if two do it at once. */
  function append(run) {
    const [list] = lists.hot(1);
    read(run, list);
    run.append(list, draw());
  }

  /** Reads a pair and writes one of it: a write skew if another one does it crosswise. */
  function crosswise(run) {
    const [changed, seen] = lists.pair();
    read(run, seen);
    run.append(changed, draw());
  }

  async function slowCrosswise(run) {
    const [changed, seen] = lists.pair();
    read(run, seen);
    read(run, changed);
    await pause(random);
    await pause(random);
    run.append(changed, draw());
  }

  function both(run) {
    for (const list of lists.hot(2)) change(run, list);
  }

  /** Appends twice to one list, with another one in between, and looks. */
  function twice(run) {
    const [list, other] = lists.hot(2);
    run.append(list, draw());
    change(run, other);
    change(run, list);
    read(run, list);
  }

  function change(run, list) {
    if (random() < 0.5) run.update(list, draw());
    else run.append(list, draw());
  }

  function nested(run) {
    const [outer, inner] = lists.hot(2);
    change(run, outer);
    try {
      run.savepoint(() => {
        change(run, inner);
        change(run, outer);
        changeOfMind(random, 0.5);
      });
    } catch (error) {
      if (!(error instanceof ChangeOfMind)) throw error;
    }
    read(run, inner);
    read(run, outer);
  }

  async function slowNested(run) {
    const [outer, inner] = lists.hot(2);
    read(run, inner);
    await pause(random);
    run.append(outer, draw());
    try {
      await run.savepointAsync(async () => {
        run.append(inner, draw());
        await pause(random);
        change(run, outer);
        changeOfMind(random, 0.5);
      });
    } catch (error) {
      if (!(error instanceof ChangeOfMind)) throw error;
    }
    read(run, outer);
  }

  async function slow(run) {
    const [seen, changed] = lists.hot(2);
    read(run, seen);
    await pause(random);
    run.append(changed, draw());
    await pause(random);
    run.append(lists.hot(1)[0], draw());
  }

  function audit(run) {
    for (let reads = 0; reads < 3; reads++) read(run, lists.any());
    run.readMany(lists.hot(3));
  }

  async function slowAudit(run) {
    read(run, lists.any());
    await pause(random);
    audit(run);
  }

  return {
    sync: [append, append, crosswise, crosswise, crosswise, both, twice, nested, audit],
    async: [slow, slowCrosswise, slowCrosswise, slowNested, slowAudit],
    audit,
    slowAudit,
  };
}

function aloneOf(recorder, { lists, draw }) {
  const mine = HOT + PAIRED + recorder.thread - 1;
  let known = [];

  /** Nobody else appends to this thread's list, so it knows what is there. */
  function put() {
    const list = lists.at(mine);
    known.push(draw());
    recorder.alone((run) => run.put(list, known));
    if (lists.seen(list, known).length >= FULL) known = [];
  }

  function read() {
    const list = lists.any();
    lists.seen(
      list,
      recorder.alone((run) => run.read(list)),
    );
  }

  return [
    read,
    read,
    () => recorder.alone((run) => run.view(lists.any())),
    () => recorder.update(lists.hot(1)[0], draw),
    put,
  ];
}

/** A source of elements that no other thread draws. */
function uniqueElements(thread) {
  let serial = 0;
  return () => ++serial * (THREADS + 1) + thread;
}
