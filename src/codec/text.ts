import { Buffer } from 'node:buffer';
import type { Arena } from './arena.js';
import { canCompile } from './can-compile.js';
import { damaged } from './damage.js';
import { Tag } from './format.js';
import { type Bytes, type Memory, NOWHERE } from './memory.js';

/*
 * Thresholds are measured (docs/internals/codec.md): a call into the runtime costs 30–90 ns whatever the length, a loop over
 * code units 1–2 ns each. `String.fromCharCode` of all units in one call beats the runtime's own reader on V8 up to about 24
 * of them, never on JavaScriptCore.
 */
const LOOP_WRITE = 40;
/** Texts up to this length are cut out of a window when they are read. */
const SHORT = 64;
/** And up to this one they are gathered before they are written. */
const GATHERED_LENGTH = 512;
const CALL_READ = 'bun' in process.versions || !canCompile ? 0 : 24;

/** Deno writes Latin-1 and UTF-16 with loops of its own, far slower than a plain one. */
const nativeWriters = Function.prototype.toString
  .call((Buffer.prototype as unknown as Memory['text']).latin1Write)
  .includes('[native code]');

const encoder = new TextEncoder();
const beyondLatin1 = /[^\0-\xff]/;

/** `readers[n](u8, at)` makes a string of n bytes with one call and no intermediate rope. */
const readers: ((u8: Uint8Array, at: number) => string)[] = [];
for (let n = 0; n < CALL_READ; n++) {
  const units = Array.from({ length: n }, (_, i) => `u8[at + ${i}]`).join(', ');
  readers.push(new Function('make', `return (u8, at) => make(${units})`)(String.fromCharCode));
}

/** Adding a short text to another one costs less than a loop over it, but not in JavaScriptCore. */
const ROPES = !('bun' in process.versions);

/** Short texts are gathered up to so many units, and so many of them, before they are written. */
const GATHERED_UNITS = 3500;
const GATHERED = 1024;

/**
 * Short texts of the value that is being encoded. A decoder finds them near each other and reads many at once; to write them at once costs
 * a fraction of writing each, where it is not done by a loop. Their slots have the place among the gathered ones until then.
 */
export class Texts {
  count = 0;
  /** Of all of them. */
  length = 0;
  /** False: texts are written when they are put, as are the first ones of an object that may have no others in it. */
  deferring = false;
  private readonly slots = new Int32Array(GATHERED);
  #rope = '';
  #bytes: Uint8Array | null = null;

  /** Gathers `text`: its slot, `slotAt`, is filled later. False if that is to be written by itself. */
  add(arena: Arena, text: string, slotAt: number): boolean {
    if (ROPES) this.#rope += text;
    else if (!this.#copy(text)) return false;
    arena.u32[slotAt >> 2] = this.length;
    arena.u32[(slotAt >> 2) + 1] = text.length;
    this.slots[this.count++] = slotAt;
    this.length += text.length;
    if (this.count === GATHERED || this.length > GATHERED_UNITS) this.flush(arena);
    return true;
  }

  /** False for a text that needs more than a byte for each unit, or may. */
  #copy(text: string): boolean {
    const bytes = (this.#bytes ??= new Uint8Array(GATHERED_UNITS + GATHERED_LENGTH));
    const { length } = text;
    const at = this.length;
    if (length > LOOP_WRITE) {
      const { read, written } = encoder.encodeInto(text, bytes.subarray(at, at + length));
      return read === length && written === length;
    }
    for (let i = 0; i < length; i++) {
      const unit = text.charCodeAt(i);
      if (unit > 0xff) return false;
      bytes[at + i] = unit;
    }
    return true;
  }

  /** Writes what was gathered. */
  flush(arena: Arena): void {
    const { count, length, slots } = this;
    const rope = this.#rope;
    this.forget();
    const at = arena.append(length);
    if (!ROPES) {
      arena.u8.set(this.#bytes!.subarray(0, length), at);
    } else if (!writeNarrow(arena, rope, at)) {
      arena.tail = at;
      this.#writeEach(arena, rope, count);
      return;
    }
    const offset = at - arena.base;
    const { u32 } = arena;
    for (let n = 0; n < count; n++) u32[slots[n] >> 2] += offset;
  }

  #writeEach(arena: Arena, rope: string, count: number): void {
    for (let n = 0; n < count; n++) {
      const word = this.slots[n] >> 2;
      const start = arena.u32[word];
      const length = arena.u32[word + 1];
      const at = writeText(arena, rope.substring(start, start + length));
      arena.u32[word] = (at < 0 ? ~at : at) - arena.base;
      if (at < 0) arena.u32[word + 1] = length | WIDE;
    }
  }

  forget(): void {
    this.#rope = '';
    this.count = 0;
    this.length = 0;
  }
}

/** In the length of a text: it takes 16 bits for each unit. */
const WIDE = 1 << 31;

/** Writes a text that needs no more than a byte for each unit, as most do; false if it does, or may. */
function writeNarrow(arena: Arena, text: string, at: number): boolean {
  const { length } = text;
  if (nativeWriters) {
    if (beyondLatin1.test(text)) return false;
    arena.text.latin1Write(text, at, length);
    return true;
  }
  const { read, written } = encoder.encodeInto(text, arena.u8.subarray(at, at + length));
  return read === length && written === length;
}

/** Writes the slot of a text, and the text now or later; returns its tag. */
export function putText(arena: Arena, text: string, slotAt: number): number {
  const { texts } = arena;
  const gathers =
    texts.deferring && text.length <= GATHERED_LENGTH && (texts.count > 0 || arena.depth - arena.root > 1);
  if (gathers && texts.add(arena, text, slotAt)) return Tag.LATIN1;
  const at = writeText(arena, text);
  arena.point(slotAt, at < 0 ? ~at : at, text.length);
  return at < 0 ? Tag.UTF16 : Tag.LATIN1;
}

/** Appends the code units of `text`; returns their offset, or its complement (negative) if they take 16 bits each. */
export function writeText(arena: Arena, text: string): number {
  const length = text.length;
  if (length > LOOP_WRITE) return writeLong(arena, text);
  const at = arena.append(length);
  const u8 = arena.u8;
  for (let i = 0; i < length; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 0xff) {
      arena.tail = at;
      return writeWide(arena, text);
    }
    u8[at + i] = unit;
  }
  return at;
}

function writeLong(arena: Arena, text: string): number {
  const length = text.length;
  const at = arena.append(length);
  const { read, written } = encoder.encodeInto(text, arena.u8.subarray(at, at + length));
  if (read === length && written === length) return at;
  if (beyondLatin1.test(text)) {
    arena.tail = at;
    return writeWide(arena, text);
  }
  if (nativeWriters) arena.text.latin1Write(text, at, length);
  else for (let i = 0; i < length; i++) arena.u8[at + i] = text.charCodeAt(i);
  return at;
}

function writeWide(arena: Arena, text: string): number {
  const length = text.length;
  const at = arena.append(2 * length);
  if (nativeWriters) {
    arena.text.ucs2Write(text, at, 2 * length);
  } else {
    const u8 = arena.u8;
    for (let i = 0, to = at; i < length; i++, to += 2) {
      const unit = text.charCodeAt(i);
      u8[to] = unit;
      u8[to + 1] = unit >> 8;
    }
  }
  return ~at;
}

/** The string of `length` Latin-1 bytes at `at`. */
export function readLatin1(memory: Memory, at: number, length: number): string {
  return length < CALL_READ ? readers[length](memory.u8, at) : memory.text.latin1Slice(at, at + length);
}

/** A value that has fewer bytes has too few texts for a window to pay. */
const WINDOW_LEAST = 160;
const FIRST_WINDOW = 1024;
const LAST_WINDOW = 4096;
/** A window that gave fewer texts is followed by a smaller one: engines keep the whole for each part that is kept. */
const BYTES_PER_TEXT = 64;

/** The text of a LATIN1 slot. */
export function readText(bytes: Bytes, slotAt: number): string {
  const length = bytes.i32[(slotAt >> 2) + 1];
  const offset = bytes.u32[slotAt >> 2];
  if (length < 0) return readUtf16(bytes, takeText(bytes, offset, 2 * (length & ~WIDE)), length & ~WIDE);
  return readShort(bytes, takeText(bytes, offset, length), length);
}

/** Units and bytes of the text of a LATIN1 slot. */
export function textLength(bytes: Bytes, slotAt: number): { units: number; wide: boolean } {
  const length = bytes.i32[(slotAt >> 2) + 1];
  return { units: length & ~WIDE, wide: length < 0 };
}

/** Checks that `length` bytes at `offset` of the value are there and not yet consumed; returns where they are. */
function takeText(bytes: Bytes, offset: number, length: number): number {
  if (offset + length > bytes.length || (bytes.budget -= length) < 0) throw damaged('a text lies outside');
  return bytes.base + offset;
}

/** Short texts that lie near each other are cut out of one. */
function readShort(bytes: Bytes, at: number, length: number): string {
  const start = at - bytes.windowAt;
  if (start >= 0 && start + length <= bytes.window.length) {
    bytes.windowTexts++;
    return bytes.window.substring(start, start + length);
  }
  if (length > SHORT || bytes.length < WINDOW_LEAST) return readLatin1(bytes, at, length);
  return openWindow(bytes, at, length);
}

/** Begins a window with this text: a large one if the last one was used well. */
function openWindow(bytes: Bytes, at: number, length: number): string {
  if (bytes.windowAt === NOWHERE) bytes.reach = FIRST_WINDOW;
  else if (bytes.windowTexts * BYTES_PER_TEXT > bytes.window.length)
    bytes.reach = Math.min(LAST_WINDOW, bytes.reach * 4);
  else bytes.reach = Math.max(SHORT, bytes.reach / 4);
  bytes.windowTexts = 1;
  bytes.windowAt = at;
  bytes.window = bytes.text.latin1Slice(at, Math.min(at + bytes.reach, bytes.base + bytes.length));
  return bytes.window.substring(0, length);
}

/** The string of `length` 16-bit units at `at`. */
export function readUtf16(memory: Memory, at: number, length: number): string {
  return memory.text.ucs2Slice(at, at + 2 * length);
}
