// The scope of a task in its worker: cancelled by whoever submitted it.

import { isReading } from '../runtime/context.js';
import { native } from '../runtime/native.js';
import { PolledSignal } from '../scope/polled-signal.js';
import type { Scope } from '../scope/scope.js';
import { reasonOf } from './wire.js';

export class TaskScope implements Scope {
  #polled: PolledSignal | undefined;
  #children = 0;
  #ended = false;

  constructor(
    readonly pool: number,
    /** Where the worker has the task. */
    readonly lane: number,
    readonly deadline: number,
    /** Is told when the task begins to wait for others (1), and when it has stopped (-1). */
    private readonly waits: (more: 1 | -1) => void,
  ) {}

  /** Made when somebody asks: most tasks do not. */
  get signal(): AbortSignal {
    this.#polled ??= new PolledSignal(
      () => this.isCancelled(),
      () => reasonOf(this.lane),
    );
    return this.#polled.signal;
  }

  /** Aborts the signal if the task has been cancelled. */
  look(): void {
    this.#polled?.look();
  }

  /** As of now; asks the engine. */
  isCancelled(): boolean {
    return !this.#ended && !isReading() && native.taskCancelled(this.lane);
  }

  /**
   * It has submitted a task, or waits for room for one: another one may take its place meanwhile, as that may be the one that it waits for,
   * be it by way of other pools.
   */
  beginChild(): void {
    if (this.#children++ === 0 && !this.#ended) this.waits(1);
  }

  endChild(): void {
    if (--this.#children === 0 && !this.#ended) this.waits(-1);
  }

  end(): void {
    this.look(); // for the last time: the lane is another one's from now on
    if (this.#children > 0) this.waits(-1);
    this.#ended = true;
  }
}
