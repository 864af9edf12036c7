// A pipeline that runs: the scope of its calls, its stages, and what is between source and consumer.
//
// An item is in flight from when the source is asked for it until the consumer has got what became of it, and there are `maxInFlight` of
// them at most: the live tokens of oneTBB's parallel_pipeline.

import { runInScope } from '../../scope/scope.js';
import { ignore, isThenable } from '../../txn/thenable.js';
import { callerIn } from '../call.js';
import { Fifo } from '../fifo.js';
import { Group } from '../group.js';
import type { CheckedPipeline } from './check.js';
import { Source } from './source.js';
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
  readonly #stages: Stage[] = [];
  #reading = false;
  #closing = false;
  /** Items that the source has given, or has been asked for. */
  #read = 0;
  #done = 0;
  #given = 0;
  /** Of those given, the ones that do not count as in flight any more. */
  #gone = 0;
  #refilling = false;
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
      this.#stages.push(stage);
      next = (item) => {
        if (!this.isDecided) stage.accept(item);
      };
    }
    this.#first = { accept: next };
  }

  protected returned(slot: Slot, result: unknown): void {
    slot.stage.returned(slot, result);
  }

  protected threw(slot: Slot, error: unknown): void {
    slot.stage.threw();
    this.#fail(error);
  }

  // ---------------------------------------------------------------- in

  /** Reads as many items as there is room for. */
  #pull(): void {
    const { maxInFlight } = this.given;
    while (!this.#reading && !this.isDecided && !this.#source.ended && this.#read - this.#gone < maxInFlight) {
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
    try {
      onProgress({ read: this.#read, done: this.#done, inFlight: this.#read - this.#given });
    } catch (error) {
      this.#fail(error);
    }
  }

  /** The next result. */
  request(): Promise<Result> {
    if (this.#over !== null) return this.#tellEnd(this.#over);
    if (this.#results.length > 0 && this.#requests.length === 0 && !this.isDecided) {
      const result = this.#give();
      this.#endIfEmpty();
      return Promise.resolve(result);
    }
    return new Promise((resolve, reject) => this.#requests.push({ resolve, reject }));
  }

  #give(): Result {
    this.#given++;
    this.#refillSoon();
    return { done: false, value: this.#results.shift() };
  }

  /** Once the consumer has got what was given: a promise tells it one turn of the microtasks later, and it counts as in flight so long. */
  #refillSoon(): void {
    if (this.#refilling) return;
    this.#refilling = true;
    queueMicrotask(() => queueMicrotask(this.#refill));
  }

  readonly #refill = () => {
    this.#refilling = false;
    this.#gone = this.#given;
    if (!this.isDecided) runInScope(this, () => this.#pull());
  };

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
    for (const stage of this.#stages) stage.stop();
    this.#results.clear();
    this.#close();
    super.cancelled(reason);
  }

  #close(): void {
    const source = this.#source as Source | undefined;
    if (this.#closing || source === undefined || source.ended) return;
    this.#closing = true;
    this.running++;
    source
      .close()
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
