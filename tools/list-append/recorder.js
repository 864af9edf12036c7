import { readTransaction, readTransactionSync, transaction, transactionSync } from 'heddle';
import { recordAsync, recordSync } from '../recording/call.js';
import { Log } from '../recording/log.js';
import { pushOperation, pushRun } from './history.js';

/** How often an asynchronous transaction is tried. One that never gets through counts as aborted. */
const ASYNC_OPTIONS = { maxRetries: 20 };

const NONE = -1;

/**
 * Records one thread's part of a history (see history.js) through the public API.
 *
 * A list is the value of a key, an array; lists are dealt out to the maps in turn. Bodies get a `Run` and work on lists through it only.
 */
export class Recorder {
  #clock;
  #calls = 0;
  /** The history so far, in its flat form. */
  log = new Log();

  /**
   * @param {object} options
   * @param {number} options.thread a number of its own
   * @param {import('../recording/clock.js').Clock} options.clock
   * @param {import('heddle').SharedMap<number, number[]>[]} options.maps
   */
  constructor({ thread, clock, maps }) {
    this.thread = thread;
    this.maps = maps;
    this.#clock = clock;
  }

  tick() {
    return this.#clock.tick();
  }

  mapOf(list) {
    return this.maps[list % this.maps.length];
  }

  transactionSync(body) {
    return recordSync(this.#call(), transactionSync, body);
  }

  readTransactionSync(body) {
    return recordSync(this.#call(), readTransactionSync, body);
  }

  transaction(body) {
    return recordAsync(this.#call(), (fn) => transaction(fn, ASYNC_OPTIONS), body);
  }

  readTransaction(body) {
    return recordAsync(this.#call(), readTransaction, body);
  }

  /** Outside any transaction: appends by `update`. */
  update(list, draw) {
    let draft;
    const update = (body) =>
      this.mapOf(list).update(list, (elements) => {
        draft = elements;
        return body();
      });
    return recordSync(this.#call(), update, (run) => run.change(list, draft, draw()));
  }

  /** Outside any transaction: `step` is a single read or write. */
  alone(step) {
    const call = this.#call();
    const run = call.begin();
    const result = step(run);
    run.stop();
    call.settle(true);
    return result;
  }

  #call() {
    return new Call(this, this.#calls++);
  }
}

/** One call of `transaction`: its runs follow one another, and all but the last were given up. */
class Call {
  #recorder;
  #number;
  #start;
  #runs = [];

  constructor(recorder, number) {
    this.#recorder = recorder;
    this.#number = number;
    this.#start = recorder.tick();
  }

  begin() {
    const run = new Run(this.#recorder, this.#number, this.#runs.at(-1)?.end ?? this.#start);
    this.#runs.push(run);
    return run;
  }

  settle(succeeded) {
    const last = this.#runs.at(-1);
    last.outcome = 'aborted';
    if (succeeded) {
      last.outcome = 'committed';
      last.end = this.#recorder.tick();
    }
    for (const run of this.#runs) pushRun(this.#recorder.log, run);
  }
}

/** What one run of a body does. */
class Run {
  outcome = 'lost';
  end = NONE;
  operations = [];
  #recorder;

  constructor(recorder, call, start) {
    this.#recorder = recorder;
    this.thread = recorder.thread;
    this.call = call;
    this.start = start;
  }

  /** The elements of a list, which are the caller's. */
  read(list) {
    return this.#saw(list, this.#recorder.mapOf(list).get(list));
  }

  view(list) {
    return this.#saw(list, this.#recorder.mapOf(list).view(list));
  }

  /** Reads lists, those of one map in one call. */
  readMany(lists) {
    for (const map of this.#recorder.maps) {
      const keys = lists.filter((list) => this.#recorder.mapOf(list) === map);
      const found = map.getMany(keys);
      for (const list of keys) this.#saw(list, found.get(list));
    }
  }

  /** Reads all lists that there are. */
  readAll() {
    for (const map of this.#recorder.maps) for (const [list, elements] of map) this.#saw(list, elements);
  }

  append(list, element) {
    this.put(list, [...this.read(list), element]);
  }

  /** Appends without looking: `elements` is the whole list, of which only the last is new. */
  put(list, elements) {
    this.#recorder.mapOf(list).set(list, elements);
    pushOperation(this.operations, 'append', list, elements.slice(-1));
  }

  update(list, element) {
    this.#recorder.mapOf(list).update(list, (draft) => this.change(list, draft, element));
  }

  /** What a function that is given to `update` does. */
  change(list, draft, element) {
    this.#saw(list, draft);
    pushOperation(this.operations, 'append', list, [element]);
    if (draft === undefined) return [element];
    draft.push(element);
    return undefined;
  }

  /** Runs `body` as a savepoint. */
  savepoint(body) {
    this.#mark('savepoint');
    try {
      transactionSync(body);
      this.#mark('release');
    } catch (error) {
      this.#mark('rollback');
      throw error;
    }
  }

  async savepointAsync(body) {
    this.#mark('savepoint');
    try {
      await transaction(body);
      this.#mark('release');
    } catch (error) {
      this.#mark('rollback');
      throw error;
    }
  }

  /** The body has ended, well or not. */
  stop() {
    this.end = this.#recorder.tick();
  }

  #saw(list, elements = []) {
    pushOperation(this.operations, 'read', list, elements);
    return elements;
  }

  #mark(op) {
    pushOperation(this.operations, op, NONE, []);
  }
}
