import type { Shown } from './buffers.js';
import { Identity } from './identity.js';
import { Memory } from './memory.js';
import type { PieceStore } from './pieces.js';
import { Texts } from './text.js';

const INITIAL_BYTES = 64 * 1024;
/** A buffer larger than this is given back after `CALM_STARTS` encodings that did not need it to grow. */
const LARGE_BYTES = 1024 * 1024;
const CALM_STARTS = 1024;
/** Offsets are used as signed 32-bit integers. */
const MAX_BYTES = 2 ** 31 - 8;

/** What an encoding knows that another one has interrupted. */
type Outer = Pick<
  Arena,
  'base' | 'root' | 'depth' | 'links' | 'texts' | 'identity' | 'graph' | 'buffers' | 'converting' | 'pieces'
>;

/**
 * Growable private buffer that encodings are stacked in.
 *
 * Invariants:
 * 1. Bytes below `tail` are taken. An encoder moves `tail` past what it will fill before it runs any user code (getter, Proxy
 *    trap), because that code may start an encoding of its own in the same arena.
 * 2. User code may also make the buffer grow: views are read from the arena again after it ran.
 * 3. An encoding that throws gives back what it took, except what an encoding inside it has kept (`pinned`).
 * 4. At the end of the stack a call in a `catch` may throw too. So the handler first stores, without a call, that an encoding is over
 *    and has left its state (`running`, `broken`, `tail`): the one around it throws at its end, or the next one tidies up first.
 */
export class Arena extends Memory {
  /** End of what is taken, in bytes. */
  tail = 0;
  /** Called with every new buffer, when the arena grows and when it shrinks. */
  onGrow?: (buffer: ArrayBuffer) => void;
  /** Where long binary goes; null: into the encoding. */
  store: PieceStore | null = null;

  /** Start of the value being encoded: offsets are relative to it. */
  base = 0;
  /** Containers being encoded, outermost first; those of the current value start at `root`. */
  readonly ancestors: unknown[] = [];
  depth = 0;
  root = 0;
  /** What the current value refers to; null if nothing. */
  links: Set<unknown> | null = null;
  /** Short texts that have been put and not written: see text.ts. */
  texts = new Texts();
  /** What has been met of the current value's parts. */
  identity = new Identity();
  /** Parts of it are referred to from several places. */
  graph = false;
  /** The buffers that it shows; null if it has no binary. */
  buffers: Map<ArrayBuffer, Shown> | null = null;
  /** Places of instances whose `toValue` has been called and that are being encoded. */
  converting: number[] | null = null;
  /** Numbers of its pieces; null if it has none. */
  pieces: number[] | null = null;
  /** How many encodings there are inside each other now. */
  running = 0;
  /** One has failed, and its state is still here (invariant 4). */
  broken = false;
  /** End of the last encoding that finished inside another one. */
  pinned = 0;
  private calm = 0;

  constructor(bytes: number = INITIAL_BYTES) {
    super(new ArrayBuffer((bytes + 7) & ~7));
  }

  /** Starts an encoding: returns its aligned offset. */
  open(): number {
    if (this.tail === 0 && this.size > LARGE_BYTES) this.settle();
    if (this.running === 0) this.pinned = 0;
    return this.alloc(0);
  }

  /** Makes room for `bytes` beyond `tail`. */
  reserve(bytes: number): void {
    if (this.tail + bytes > this.size) this.grow(this.tail + bytes);
  }

  /** Takes `bytes` at the next multiple of 8; returns where they start. */
  alloc(bytes: number): number {
    const at = (this.tail + 7) & ~7;
    const end = at + bytes;
    if (end > this.size) this.grow(end);
    this.tail = end;
    return at;
  }

  /** Takes `bytes` right at the tail; returns where they start. */
  append(bytes: number): number {
    const at = this.tail;
    const end = at + bytes;
    if (end > this.size) this.grow(end);
    this.tail = end;
    return at;
  }

  /** Grows with everything that is put, texts that have not been written included. */
  get extent(): number {
    return this.tail + this.texts.length;
  }

  /** Fills a slot with the place of something in the value being encoded. */
  point(slotAt: number, at: number, length: number): void {
    this.u32[slotAt >> 2] = at - this.base;
    this.u32[(slotAt >> 2) + 1] = length;
  }

  /** Begins an encoding; returns what is to be given to `end` or `fail`. */
  begin(): Outer | null {
    if (this.running === 0 && this.broken) this.fail(null);
    const outer = this.running > 0 ? this.enter() : null;
    this.running++;
    return outer;
  }

  /** Ends an encoding that has succeeded. Throws if one inside of it has failed and left its state. */
  end(outer: Outer | null): void {
    if (this.broken)
      throw new RangeError('Maximum call stack size exceeded, by a getter that writes values of its own.');
    this.leave(outer);
    this.running--;
  }

  /** Begins an encoding inside another one, which goes on after `leave`. */
  private enter(): Outer {
    const { base, root, depth, links, texts, identity, graph, buffers, converting, pieces } = this;
    const inner = { texts: new Texts(), identity: new Identity() };
    this.root = depth;
    this.links = null;
    this.texts = inner.texts;
    this.identity = inner.identity;
    this.graph = false;
    this.buffers = null;
    this.converting = null;
    this.pieces = null;
    return { base, root, depth, links, texts, identity, graph, buffers, converting, pieces };
  }

  /** Ends an encoding: the only one (null), or one inside another one. */
  private leave(outer: Outer | null): void {
    if (outer !== null) {
      this.pinned = this.tail;
      Object.assign(this, outer);
      return;
    }
    this.identity.end();
    if (this.links !== null) this.links = null;
    if (this.buffers !== null) this.buffers = null;
    if (this.converting !== null) this.converting = null;
    if (this.pieces !== null) this.pieces = null;
    this.graph = false;
  }

  /** Forgets an encoding that threw. */
  fail(outer: Outer | null): void {
    const { pinned, pieces } = this;
    this.pieces = null;
    if (pieces !== null) for (const piece of pieces) this.store!.unstage(piece);
    const depth = outer === null ? 0 : outer.depth;
    this.ancestors.fill(null, depth);
    this.texts.forget();
    this.leave(outer);
    this.depth = depth;
    this.pinned = pinned;
    this.broken = false;
  }

  /** Gives back everything from `mark` on: a value that `tail` had before. */
  release(mark: number): void {
    this.tail = mark;
    if (this.pinned > mark) this.pinned = mark;
  }

  /** Gives back what has been written since `mark`, except what encodings inside it have kept. */
  unwind(mark: number): void {
    this.tail = Math.max(mark, this.pinned);
  }

  private grow(bytes: number): void {
    if (bytes > MAX_BYTES)
      throw new RangeError('The values of one transaction take more than 2 GiB: write fewer at a time.');
    this.replace(Math.min(MAX_BYTES, Math.max(2 * this.size, (bytes + 7) & ~7)));
  }

  private settle(): void {
    if (++this.calm > CALM_STARTS) this.replace(INITIAL_BYTES);
  }

  private replace(bytes: number): void {
    const old = this.u8;
    this.attach(new ArrayBuffer(bytes));
    this.u8.set(old.subarray(0, this.tail));
    this.calm = 0;
    this.onGrow?.(this.buffer);
  }
}
