// The tree of scopes: cancelling one cancels all that is open in it.
//
// Everything that is open in a scope is linked there and unlinked when it has ended, so a scope that goes on for long does not grow.

import { setMaxListeners } from 'node:events';
import { isReading } from '../runtime/context.js';
import { report } from '../runtime/report.js';
import { polledController } from './polled-signal.js';
import type { Scope } from './scope.js';

/** What is open in a scope: another scope, a task of a pool, a transaction, a wait. */
export interface Child {
  /**
   * The scope has been cancelled, or has ended without it; may be called again. A promise that rejects because of this must not count as
   * unhandled: the scope tells.
   */
  scopeCancelled(reason: unknown): void;
}

export class CancelScope implements Child {
  readonly deadline: number;
  /** What the functions in it get. */
  #view: Scope | null = null;
  /** In the order in which they have begun; made when there is one. */
  #children: Set<Child> | null = null;
  #cancellation: { readonly reason: unknown } | null = null;
  /** Made when somebody asks for the signal, which few do. */
  #controller: AbortController | null = null;
  /** It has had its way: only what it has left open is waited for. */
  #ending = false;
  #ended = false;
  /** Is called when nothing is open in it any more. */
  #idle: (() => void) | null = null;

  /** `deadline` may be later than that of the parent, which counts then. */
  constructor(
    readonly parent: CancelScope | undefined,
    deadline: number = Number.POSITIVE_INFINITY,
  ) {
    this.deadline = parent === undefined ? deadline : Math.min(deadline, parent.deadline);
    parent?.link(this);
  }

  /** The task of a pool that it is part of. */
  get task(): CancelScope | undefined {
    return this.parent?.task;
  }

  get view(): Scope {
    return (this.#view ??= viewOf(this));
  }

  get signal(): AbortSignal {
    if (this.#controller === null) {
      const polled = this.task !== undefined || this.deadline !== Number.POSITIVE_INFINITY;
      this.#controller = polled ? polledController(() => this.look()) : new AbortController();
      setMaxListeners(0, this.#controller.signal); // Node warns of more than ten
      if (this.#cancellation !== null) this.#controller.abort(this.#cancellation.reason);
    }
    return this.#controller.signal;
  }

  /** Cancels it if it should be by now. Not in the middle of a read: cancelling needs the thread's buffers. */
  look(): void {
    if (this.#cancellation !== null || this.#ended || isReading()) return;
    this.parent?.look();
    this.lookForItself();
  }

  protected lookForItself(): void {}

  /** As of now. */
  get isCancelled(): boolean {
    this.look();
    return this.#cancellation !== null;
  }

  /** What it was cancelled with. */
  get reason(): unknown {
    return this.#cancellation?.reason;
  }

  /** It has ended and was not cancelled. */
  get isOver(): boolean {
    return this.#ended && this.#cancellation === null;
  }

  /** Nothing happens to one that is cancelled or has ended. What is open in it is cancelled first. */
  cancel(reason: unknown): void {
    if (this.#cancellation !== null || this.#ended) return;
    const known = reason === undefined ? new DOMException('The operation was aborted.', 'AbortError') : reason;
    this.#cancellation = { reason: known };
    this.cancelChildren(known);
    this.#controller?.abort(known);
    this.cancelled(known);
  }

  /** It has been cancelled, and all that was open in it. */
  protected cancelled(_reason: unknown): void {}

  scopeCancelled(reason: unknown): void {
    if (this.#ending) this.cancelChildren(reason);
    else this.cancel(reason);
  }

  /** The last one first: of tasks of a pool, what waits before what runs, whose worker might begin it. */
  cancelChildren(reason: unknown): void {
    for (const child of [...(this.#children ?? [])].reverse()) {
      try {
        child.scopeCancelled(reason);
      } catch (error) {
        report(error); // the others are told all the same
      }
    }
  }

  /** Something has begun in it. */
  link(child: Child): void {
    (this.#children ??= new Set()).add(child);
  }

  /** It has ended. */
  unlink(child: Child): void {
    const children = this.#children!;
    if (!children.delete(child) || children.size > 0) return;
    const idle = this.#idle;
    this.#idle = null;
    idle?.();
  }

  /** How many things are open in it. */
  get open(): number {
    return this.#children === null ? 0 : this.#children.size;
  }

  /** Calls `fn`, and none that was given before, when nothing is open in it any more. */
  onIdle(fn: (() => void) | null): void {
    this.#idle = fn;
  }

  /** Cancels what is open in it when nobody is left who awaits it. */
  cancelLeftOpen(): void {
    this.cancelChildren(
      new DOMException('The scope that this was started in has ended: await what you start.', 'AbortError'),
    );
  }

  /** Ends it when what is open in it, which is cancelled, has ended. Its own signal does not abort. */
  endAfterAll(): void {
    if (this.open === 0) {
      this.end();
      return;
    }
    this.#ending = true;
    this.onIdle(() => this.end());
    this.cancelLeftOpen();
  }

  /** It cannot be cancelled from now on. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.parent?.unlink(this);
  }
}

/** A plain object, to be taken apart or spread; the signal is made when somebody asks. */
function viewOf(scope: CancelScope): Scope {
  return {
    get signal() {
      return scope.signal;
    },
    deadline: scope.deadline,
  };
}
