import {
  afterCommit,
  currentTransaction,
  readTransaction,
  readTransactionSync,
  transaction,
  transactionSync,
} from 'heddle';
import { recordAsync, recordSync } from '../recording/call.js';
import { Log } from '../recording/log.js';
import { ABSENT, pushOperation, pushRun, UNKNOWN } from './history.js';

/**
 * Records one thread's part of a history (see history.js) through the public API.
 *
 * Bodies get a `Run` and work on the maps through it only.
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
   * @param {object[]} options.maps the maps; a history names them by position
   */
  constructor({ thread, clock, maps }) {
    this.thread = thread;
    this.maps = maps;
    this.#clock = clock;
  }

  tick() {
    return this.#clock.tick();
  }

  transactionSync(body) {
    return this.#callSync(transactionSync, body, true);
  }

  readTransactionSync(body) {
    return this.#callSync(readTransactionSync, body, false);
  }

  transaction(body) {
    return this.#call(transaction, body, true);
  }

  readTransaction(body) {
    return this.#call(readTransaction, body, false);
  }

  #callSync(transact, body, writes) {
    return recordSync(new Call(this, this.#calls++, writes), transact, body);
  }

  #call(transact, body, writes) {
    return recordAsync(new Call(this, this.#calls++, writes), transact, body);
  }

  /** A read outside any transaction. */
  get(map, key) {
    return this.#lone((run) => run.get(map, key));
  }

  /** A write outside any transaction. */
  set(map, key, value) {
    this.#lone((run) => run.set(map, key, value));
  }

  /** A scan outside any transaction. */
  entries(map) {
    return this.#lone((run) => run.entries(map));
  }

  #lone(operation) {
    const run = new Run(this, this.#calls++, this.tick(), 'lone');
    const result = operation(run);
    run.end = this.tick();
    pushRun(this.log, run);
    return result;
  }
}

/** One call of `transaction`: its runs follow one another, and all but the last were given up. */
class Call {
  #recorder;
  #number;
  #writes;
  #start;
  #runs = [];

  constructor(recorder, number, writes) {
    this.#recorder = recorder;
    this.#number = number;
    this.#writes = writes;
    // Before the snapshot is taken; a rerun's snapshot is taken after the end of the run before.
    this.#start = recorder.tick();
  }

  begin() {
    const run = new Run(this.#recorder, this.#number, this.#runs.at(-1)?.end ?? this.#start, 'aborted');
    this.#runs.push(run);
    if (this.#writes) afterCommit(({ version }) => run.committed(version));
    return run;
  }

  settle(succeeded) {
    const last = this.#runs.at(-1);
    if (succeeded && last.writes.length === 0) last.outcome = 'read-only';
    if (succeeded && last.writes.length > 0 && last.outcome !== 'committed') {
      throw new Error('a transaction ended well, but its afterCommit did not run before that');
    }
    for (const run of this.#runs) pushRun(this.#recorder.log, run);
  }
}

/** What one run of a body does. Reads of what the run itself wrote are not recorded: they are no business of other threads. */
class Run {
  reads = [];
  writes = [];
  end = UNKNOWN;
  snapshot = UNKNOWN;
  commit = UNKNOWN;
  #recorder;
  #owned = [];

  constructor(recorder, call, start, outcome) {
    this.#recorder = recorder;
    this.thread = recorder.thread;
    this.call = call;
    this.start = start;
    this.outcome = outcome;
  }

  get(map, key) {
    const value = this.#recorder.maps[map].get(key) ?? ABSENT;
    if (!this.#owns(map, key)) pushOperation(this.reads, 'get', map, key, value);
    return value;
  }

  has(map, key) {
    const has = this.#recorder.maps[map].has(key);
    if (!this.#owns(map, key)) pushOperation(this.reads, 'has', map, key, has ? 1 : 0);
    return has;
  }

  size(map) {
    const size = this.#recorder.maps[map].size;
    if (!this.#ownsAny(map)) pushOperation(this.reads, 'size', map, -1, size);
    return size;
  }

  entries(map) {
    const entries = [...this.#recorder.maps[map]];
    if (!this.#ownsAny(map)) {
      pushOperation(this.reads, 'scan', map, -1, entries.length);
      for (const [key, value] of entries) pushOperation(this.reads, 'entry', map, key, value);
    }
    return entries;
  }

  set(map, key, value) {
    this.#recorder.maps[map].set(key, value);
    pushOperation(this.writes, 'set', map, key, value);
    this.#owned.push({ map, key });
  }

  delete(map, key) {
    const existed = this.#recorder.maps[map].delete(key);
    if (!this.#owns(map, key)) pushOperation(this.reads, 'has', map, key, existed ? 1 : 0);
    pushOperation(this.writes, 'delete', map, key, ABSENT);
    this.#owned.push({ map, key });
  }

  clear(map) {
    this.#recorder.maps[map].clear();
    pushOperation(this.writes, 'clear', map, -1, ABSENT);
    this.#owned.push({ map, key: undefined });
  }

  /** Runs `body` as a savepoint: its writes are forgotten if it throws, its reads are not. */
  savepoint(body) {
    const [writes, owned] = [this.writes.length, this.#owned.length];
    try {
      return transactionSync(body);
    } catch (error) {
      this.writes.length = writes;
      this.#owned.length = owned;
      throw error;
    }
  }

  /** The body has ended, well or not. */
  stop() {
    this.snapshot = currentTransaction().version;
    this.end = this.#recorder.tick();
  }

  committed(version) {
    this.end = this.#recorder.tick();
    if (this.writes.length === 0) return;
    this.commit = version;
    this.outcome = 'committed';
  }

  #owns(map, key) {
    return this.#owned.some((own) => own.map === map && (own.key === key || own.key === undefined));
  }

  #ownsAny(map) {
    return this.#owned.some((own) => own.map === map);
  }
}
