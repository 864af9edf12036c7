// The life of one run of a body: its snapshot, and how it ends. The invariants are those of body.ts.

import { type Conflict, ReadOnlyTransactionError } from '../errors.js';
import { expired, failure } from '../failure.js';
import { latest } from '../runtime/clock.js';
import { countReads } from '../runtime/counters.js';
import { frame, OK, OPEN, OPEN_BODIES, SLOT, SNAPSHOT, STATUS } from '../runtime/frame.js';
import { native } from '../runtime/native.js';
import { arena } from '../runtime/thread.js';
import { extendSnapshot } from './commit.js';
import { CONFLICT_SIGNAL, RETRY_SIGNAL } from './conflict.js';
import { Reads } from './reads.js';
import { Writes } from './writes.js';

const NO_SLOT = -1;

/** Numbers runs, so that a mark says which of them left it. */
let marks = 0;

export class Run {
  rv = 0;
  mark = 0;
  readonly reads = new Reads();
  readonly writes = new Writes();

  /** The snapshot number, also of a doomed run. */
  snapshot = 0;
  slot = NO_SLOT;
  /** No writes at the moment: the run, or the nested part of it that is open, is read-only. */
  readOnly = false;
  /** The whole run is read-only and has its snapshot from the start, so that what it reads need not be proved. */
  unproved = false;
  stale = false;
  doomed = false;
  /** It has called `retry`: doomed, but with its writes, as the other branch of an `orElse` may go on. */
  blocked = false;
  /** The body has suspended: whatever it keeps must not lie in the arena. */
  suspended = false;
  conflict: Conflict | undefined;
  /** What doomed it: the snapshot had outlived its time, so that another run would too. */
  outlived = false;
  /** What queues have promised to the body; null for what it has awaited. */
  promised: (object | null)[] = [];
  /** Called when the run is doomed. */
  onDoom: (() => void) | null = null;

  #arenaTail = 0;

  /** Begins a run. O(1); a native call if it takes a snapshot slot. */
  begin(readOnly: boolean, registered: boolean): void {
    this.mark = ++marks;
    this.readOnly = this.unproved = readOnly;
    this.#arenaTail = arena.tail;
    frame.i[OPEN_BODIES]++;
    if (registered) {
      native.snapshotOpen();
      if (frame.i[STATUS] !== OK) {
        frame.i[OPEN_BODIES]--;
        throw failure(frame.i[STATUS]);
      }
      this.slot = frame.i[SLOT];
      this.rv = this.snapshot = frame.f[SNAPSHOT];
    } else {
      this.rv = this.snapshot = latest();
    }
  }

  /** Ends the run, committed or not, and makes the body ready for another one. */
  end(): void {
    if (this.slot !== NO_SLOT) {
      frame.i[SLOT] = this.slot;
      native.snapshotClose();
      this.slot = NO_SLOT;
    }
    frame.i[OPEN_BODIES]--;
    if (!this.suspended) arena.release(this.#arenaTail);
    countReads(this.reads.count);
    this.reads.reset();
    this.writes.reset();
    this.mark = 0;
    if (this.promised.length > 0) this.promised = [];
    this.readOnly = this.unproved = this.stale = this.doomed = this.blocked = this.suspended = this.outlived = false;
    this.conflict = undefined;
    this.onDoom = null;
  }

  /** Lets go of what its runs have left behind; not during one. */
  forget(): void {
    this.reads.forget();
    this.writes.forget();
  }

  get registered(): boolean {
    return this.slot !== NO_SLOT;
  }

  // ---------------------------------------------------------------- the snapshot

  /** Moves the snapshot to the last commit if all reads are still true there. O(reads). */
  extend(): boolean {
    return !this.stale && extendSnapshot(this, 0);
  }

  /** The same, and takes a slot. */
  register(): boolean {
    return !this.stale && extendSnapshot(this, OPEN);
  }

  /** Dooms a run that waits and cannot commit any more. */
  probe(): void {
    try {
      if (this.writes.count > 0 && !this.doomed && !this.extend()) this.#markDoomed();
    } catch {
      // Whatever it is, the body's next operation meets it as well, and there somebody can catch it.
    }
  }

  /** The body goes on later: nothing of it may stay in the arena, and its snapshot must be kept. */
  suspend(): void {
    this.writes.keep();
    arena.release(this.#arenaTail);
    this.suspended = true;
    if (!this.doomed && !this.registered && !this.register()) this.#markDoomed();
  }

  check(): void {
    if (this.doomed) this.#refuse();
  }

  #refuse(): never {
    if (this.blocked) throw RETRY_SIGNAL;
    throw this.outlived ? expired() : CONFLICT_SIGNAL;
  }

  checkWrite(): void {
    this.check();
    if (this.readOnly) throw new ReadOnlyTransactionError();
    if (this.stale) this.doom();
  }

  /** After GAP, NEWER or EXPIRED. */
  renew(): void {
    if (this.unproved || !this.extend()) this.doom();
  }

  /** Ends all hope for this run: every operation throws from now on. */
  doom(): never {
    this.#markDoomed();
    return this.#refuse();
  }

  /** The run cannot go on before something that it has read changes. */
  block(): never {
    this.doomed = this.blocked = true;
    this.rv = -1;
    return this.#refuse();
  }

  /** It can: in another way. */
  unblock(): void {
    this.doomed = this.blocked = false;
    this.rv = this.snapshot;
  }

  /** Whether a run that has lost, or loses now, was too long for its snapshot. */
  get tooLong(): boolean {
    if (this.blocked) return false;
    return this.doomed ? this.outlived : this.slot !== NO_SLOT && native.snapshotExpired(this.slot);
  }

  #markDoomed(): void {
    this.outlived = this.tooLong;
    this.doomed = true;
    this.rv = -1;
    this.writes.reset();
    this.onDoom?.();
  }
}
