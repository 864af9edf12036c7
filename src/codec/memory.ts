import { Buffer } from 'node:buffer';
import type { PieceSource } from './pieces.js';

/** Methods of every runtime's `Buffer` that its published types leave out: no arguments to check, so half the cost. */
interface NativeText {
  latin1Slice(start: number, end: number): string;
  ucs2Slice(start: number, end: number): string;
  latin1Write(text: string, at: number, length: number): number;
  ucs2Write(text: string, at: number, length: number): number;
}

/** One `ArrayBuffer` seen through all the views that the codec needs. */
export class Memory {
  buffer!: ArrayBuffer;
  /** Its length in bytes: JavaScriptCore takes a call to tell. */
  size = 0;
  u8!: Uint8Array;
  i32!: Int32Array;
  u32!: Uint32Array;
  f64!: Float64Array;
  i64!: BigInt64Array;
  /** The same bytes with the runtime's native text readers and writers. */
  text!: NativeText;

  constructor(buffer: ArrayBuffer) {
    this.attach(buffer);
  }

  /** Looks at another buffer from now on; its length must be a multiple of 8. */
  attach(buffer: ArrayBuffer): void {
    this.buffer = buffer;
    this.size = buffer.byteLength;
    this.u8 = new Uint8Array(buffer);
    this.i32 = new Int32Array(buffer);
    this.u32 = new Uint32Array(buffer);
    this.f64 = new Float64Array(buffer);
    this.i64 = new BigInt64Array(buffer);
    this.text = Buffer.from(buffer) as unknown as NativeText;
  }
}

/** Behind every byte. */
export const NOWHERE = 2 ** 30 * 4;

/** Reader over encoded bytes, for example a thread's inbox. */
export class Bytes extends Memory {
  /** Where the value being decoded starts. */
  base = 0;
  /** Its length in bytes. */
  length = 0;
  /**
   * Bytes that decoding may still consume. Parts of a sound value do not overlap, so it never reads more bytes than it has;
   * this bounds the work and the memory that damaged bytes can cause.
   */
  budget = 0;
  /** Something was decoded that only a decoder can copy: an array with names, which no other code looks for. */
  named = false;
  /** Where the pieces of the value are; null if it can have none. */
  pieces: PieceSource | null = null;
  /** The Latin-1 text of the bytes round the last short text that was read, and where they start: see text.ts. */
  window = '';
  windowAt = NOWHERE;
  /** How many texts were cut out of it, and how long a window was last. */
  windowTexts = 0;
  reach = 0;
  /** Nesting of the node being decoded. */
  depth = 0;

  /** Begins to decode the value in `length` bytes at `offset`. */
  start(offset: number, length: number): void {
    this.base = offset;
    this.length = length;
    this.budget = length;
    this.depth = 0;
    this.windowAt = NOWHERE;
  }
}
