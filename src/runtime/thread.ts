// What a thread has of its own: the buffers that it shares with the engine, and the stamps that it maps.

import { Arena, Bytes } from '../codec/index.js';
import { frame, VALUE_LENGTH } from './frame.js';
import { native, oncePerThread } from './native.js';

// ---------------------------------------------------------------- the arena: bytes on their way in

/** A stack: who pushes also gives back, with `arena.release`. */
export const arena = oncePerThread('arena', () => {
  const stack = new Arena();
  stack.onGrow = (buffer) => native.setArena(buffer);
  native.setArena(stack.buffer);
  return stack;
});

const pushed = new Bytes(arena.buffer);

/** A reader of what was pushed. */
export function pushedBytes(): Bytes {
  if (pushed.buffer !== arena.buffer) pushed.attach(arena.buffer);
  return pushed;
}

/** Pushes a copy of `bytes` and returns where it starts (a multiple of 8). */
export function pushBytes(bytes: Uint8Array): number {
  const start = arena.alloc(bytes.length);
  arena.u8.set(bytes, start);
  return start;
}

// ---------------------------------------------------------------- the inbox: bytes on their way out

const INBOX_BYTES = 1 << 16;
/** A larger inbox is given back after use: one huge value must not cost its size for ever. */
const KEPT_BYTES = 1 << 22;

export const inbox = oncePerThread('inbox', () => {
  const bytes = new Bytes(new ArrayBuffer(INBOX_BYTES));
  native.setInbox(bytes.buffer);
  return bytes;
});

/** After TOO_LARGE: makes room for what the engine has to say. What the inbox held is gone. */
export function growInbox(): void {
  useInbox(2 ** Math.ceil(Math.log2(frame.i[VALUE_LENGTH])));
}

/** To be called when an answer has been read. */
export function trimInbox(): void {
  if (inbox.buffer.byteLength > KEPT_BYTES) useInbox(INBOX_BYTES);
}

function useInbox(bytes: number): void {
  inbox.attach(new ArrayBuffer(bytes));
  native.setInbox(inbox.buffer);
}

// ---------------------------------------------------------------- stamps

const SEGMENT_BITS = 16;
export const SEGMENT_MASK = (1 << SEGMENT_BITS) - 1;

const segments = oncePerThread<Int32Array[]>('segments', () => []);
const recency = oncePerThread<Uint8Array[]>('recency', () => []);

/** The stamps of the segment that holds this record: one mapping for each thread and segment, never unmapped. */
export function segmentOf(record: number): Int32Array {
  const segment = record >>> SEGMENT_BITS;
  return (segments[segment] ??= new Int32Array(native.stampSegment(segment)));
}

/** Tells the engine that a record of a collection that evicts was used. It is written only when it changes: other threads read it too. */
export function markUsed(record: number): void {
  const segment = record >>> SEGMENT_BITS;
  const marks = (recency[segment] ??= new Uint8Array(native.recencySegment(segment)));
  if (marks[record & SEGMENT_MASK] === 0) marks[record & SEGMENT_MASK] = 1;
}
