// A pipeline that runs: the scope of its calls, its stages, and what is between source and consumer.
//
// An item is in flight from when the source is asked for it until the consumer has got what became of it, and there are `maxInFlight` of
// them at most: the live tokens of oneTBB's parallel_pipeline.

import { setImmediate } from 'node:timers';
import { linked } from '../../scope/linked.js';
import { runInScope } from '../../scope/scope.js';
import { ignore, isThenable } from '../../txn/thenable.js';
import { callerIn } from '../call.js';
import { Fifo } from '../fifo.js';
import { Group } from '../group.js';
import type { CheckedPipeline } from './check.js';
import { closeUnread, Source } from './source.js';
import { type Slot, Stage } from './stage.js';

type Result = IteratorResult<unknown, undefined>;

interface Request {
  resolve(result: Result): void;
  reject(error: unknown): void;
}

const END: Result = { done: true, value: undefined };

export class Line extends Group<void, Slot> {
  #source!: Source;
  #first!: { accept(item: unknown): void };
  #reading = false;
  #closing = false;
  /** Items that the source has been asked for; all but the one that it has not given yet. */
  #read = 0;
  #done = 0;
  // Results that the consumer has been given; those of them since when there was a turn of the microtasks; and those that it has got.
  #given = 0;
  #settled = 0;
  #got = 0;
  #settling = false;
  #releasing = false;
  readonly #results = new Fifo<unknown>();
  readonly #requests = new Fifo<Request>();
  /** It has ended, with this; a failure is told once. */
  #over: { error: unknown } | 'done' | null = null;
  /** What closing the source has failed with, if the consumer has stopped. */
  #closeFailure: { error: unknown } | null = null;

  constructor(private readonly given: CheckedPipeline) {
    super('pipeline', given.options);
    this.promise.then(
      () => this.#end('done'),
      (error) => this.#end({ error }),
    );
  }

  run(): void {
    void this.start(() => {
      try {
        this.#source = new Source(this.given.input);
      } catch (error) {
        this.#closing = true; // there is nothing to close
        this.#fail(error);
        return;
      }
      this.#build();
      this.#pull();
    });
  }

  #build(): void {
    let next = (result: unknown) => this.#finish(result);
    for (const { fn, parallelism, ordered, pool } of [...this.given.stages].reverse()) {
      const call = callerIn(pool);
      const stage = new Stage((slot, item) => this.attempt(slot, call, fn, [item], this), parallelism, ordered, next);
      next = (item) => {
        if (!this.isDecided) stage.accept(item);
      };
    }
    this.#first = { accept: next };
  }

  protected returned(slot: Slot, result: unknown): void {
    if (this.isDecided) this.late(result);
    else slot.stage.returned(slot, result);
  }

  protected threw(slot: Slot, error: unknown): void {
    slot.stage.threw();
    this.#fail(error);
  }

  // ---------------------------------------------------------------- in

  /** Reads as many items as there is room for. */
  #pull(): void {
    const { maxInFlight } = this.given;
    while (!this.#reading && !this.isDecided && !this.#source.ended && this.#read - this.#got < maxInFlight) {
      this.#read++;
      try {
        const next = this.#source.next();
        if (isThenable(next)) this.#wait(next);
        else this.#take(next);
      } catch (error) {
        this.#fail(error);
      }
    }
  }

  #wait(next: PromiseLike<IteratorResult<unknown>>): void {
    this.#reading = true;
    this.running++;
    const ended = () => {
      this.#reading = false;
      this.running--;
    };
    next.then(
      (result) => {
        ended();
        this.#take(result);
        this.#pull();
        this.endIfDone();
      },
      (error) => {
        ended();
        this.#fail(error);
        this.endIfDone();
      },
    );
  }

  #take({ done, value }: IteratorResult<unknown>): void {
    if (done) {
      this.#read--;
      this.#endIfEmpty();
    } else if (!this.isDecided) {
      this.#first.accept(value);
    }
  }

  // ---------------------------------------------------------------- out

  #finish(result: unknown): void {
    if (this.isDecided) return;
    this.#done++;
    this.#results.push(result);
    while (this.#requests.length > 0 && this.#results.length > 0) this.#requests.shift().resolve(this.#give());
    this.#progress();
    this.#endIfEmpty();
  }

  #progress(): void {
    const { onProgress } = this.given.options;
    if (onProgress === undefined) return;
    const read = this.#reading ? this.#read - 1 : this.#read;
    try {
      const told: unknown = onProgress({ read, done: this.#done, inFlight: read - this.#given });
      if (isThenable(told)) Promise.resolve(told).catch((error) => this.#fail(error));
    } catch (error) {
      this.#fail(error);
    }
  }

  /** The next result. */
  request(): Promise<Result> {
    if (this.#over !== null) return this.#tellEnd(this.#over);
    // Who asks for one, and waits for no other, has got all that he was given, unless that was only just now.
    if (this.#requests.length === 0 && this.#settled === this.#given) this.#release();
    if (this.#results.length > 0 && this.#requests.length === 0 && !this.isDecided) {
      const result = this.#give();
      this.#endIfEmpty();
      return Promise.resolve(result);
    }
    const result = new Promise<Result>((resolve, reject) => this.#requests.push({ resolve, reject }));
    return this.parent === undefined ? result : linked(this.parent, result);
  }

  #give(): Result {
    this.#given++;
    if (!this.#settling) {
      this.#settling = true;
      queueMicrotask(this.#settle);
    }
    if (!this.#releasing) {
      this.#releasing = true;
      setImmediate(this.#releaseLater);
    }
    return { done: false, value: this.#results.shift() };
  }

  readonly #settle = () => {
    this.#settling = false;
    this.#settled = this.#given;
  };

  /** A consumer that takes its time has got what it was given, and many who ask at once have, when the event loop has turned. */
  readonly #releaseLater = () => {
    this.#releasing = false;
    this.#release();
  };

  /** There is room for as many items as the consumer has got. */
  #release(): void {
    if (this.#got === this.#given) return;
    this.#got = this.#given;
    if (!this.isDecided) runInScope(this, () => this.#pull());
  }

  // ---------------------------------------------------------------- the end

  #endIfEmpty(): void {
    if (!this.#source.ended || this.#reading || this.#given < this.#read) return;
    this.decide({ value: undefined });
    this.endIfDone();
  }

  #fail(error: unknown): void {
    if (this.decide({ error })) this.cancel(error);
    else this.suppress(error);
  }

  /** Nobody wants any more. */
  async stop(): Promise<void> {
    this.decide({ value: undefined });
    this.cancel(new DOMException('The consumer of the pipeline has stopped.', 'AbortError'));
    this.endIfDone();
    await this.promise.catch(ignore);
    await this.#tellEnd(this.#over!);
    const failure = this.#closeFailure;
    this.#closeFailure = null;
    if (failure !== null) throw failure.error;
  }

  protected override cancelled(reason: unknown): void {
    this.#results.clear();
    this.#close();
    super.cancelled(reason);
  }

  /** Also what nobody has begun to read. */
  #close(): void {
    const source = this.#source as Source | undefined;
    if (this.#closing || source?.ended) return;
    this.#closing = true;
    this.running++;
    const closed = source === undefined ? closeUnread(this.given.input) : source.close();
    closed
      .catch((error) => {
        this.#closeFailure = { error };
        this.suppress(error);
      })
      .then(() => {
        this.running--;
        this.endIfDone();
      });
  }

  #end(over: { error: unknown } | 'done'): void {
    this.#over = over;
    while (this.#requests.length > 0) {
      const { resolve, reject } = this.#requests.shift();
      this.#tellEnd(this.#over).then(resolve, reject);
    }
  }

  #tellEnd(over: { error: unknown } | 'done'): Promise<Result> {
    if (over === 'done') return Promise.resolve(END);
    this.#over = 'done';
    return Promise.reject(over.error);
  }
}
