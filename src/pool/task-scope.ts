// The scope of a task in its worker: cancelled by whoever submitted it.

import { TimeoutError } from '../errors.js';
import { isReading } from '../runtime/context.js';
import { native } from '../runtime/native.js';
import { CancelScope } from '../scope/cancel-scope.js';
import { scopeOfCaller } from '../scope/scope.js';
import { reasonOf } from './wire.js';

/**
 * So many ms after the deadline a task that has not been cancelled cancels itself: who submitted it is late. Not before, because he can say more of
 * the reason.
 */
const PATIENCE = 50;

export class TaskScope extends CancelScope {
  #children = 0;
  /** What it had left when it began, in ms. */
  readonly #time: number;
  #over = false;

  constructor(
    readonly pool: number,
    /** Where the worker has the task. */
    readonly lane: number,
    deadline: number,
    /** Is told when the task begins to wait for others (1), and when it has stopped (-1). */
    private readonly waits: (more: 1 | -1) => void,
  ) {
    super(undefined, deadline);
    this.#time = deadline === Number.POSITIVE_INFINITY ? deadline : Math.max(0, deadline - Date.now());
  }

  override get task(): this {
    return this;
  }

  protected override lookForItself(): void {
    if (this.wasCancelled()) this.cancel(reasonOf(this.lane));
    else if (Date.now() >= this.deadline + PATIENCE)
      this.cancel(new TimeoutError('The time of this task is up.', this.#time));
  }

  /** Whether it has been cancelled, as of now. Asks the engine. */
  wasCancelled(): boolean {
    return !this.#over && !isReading() && native.taskCancelled(this.lane);
  }

  /**
   * It has submitted a task, or waits for room for one: another one may take its place meanwhile, as that may be the one that it waits for,
   * be it by way of other pools.
   */
  beginChild(): void {
    if (this.#children++ === 0 && !this.#over) this.waits(1);
  }

  endChild(): void {
    if (--this.#children === 0 && !this.#over) this.waits(-1);
  }

  override end(): void {
    this.look(); // for the last time: the lane is another one's from now on
    super.end();
    if (this.#children > 0) this.waits(-1);
    this.#over = true;
  }
}

/** The task of a pool that the running code is part of. */
export function taskOfCaller(): TaskScope | undefined {
  return scopeOfCaller()?.task as TaskScope | undefined;
}
