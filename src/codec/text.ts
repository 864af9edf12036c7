import { Buffer } from 'node:buffer';
import type { Arena } from './arena.js';
import { canCompile } from './compile.js';
import type { Memory } from './memory.js';

/*
 * Thresholds are measured (docs/internals/codec.md): a call into the runtime costs 30–90 ns whatever the length, a loop over
 * code units 1–2 ns each. `String.fromCharCode` of all units in one call beats the runtime's own reader on V8 up to about 24
 * of them, never on JavaScriptCore.
 */
const LOOP_WRITE = 40;
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

/** The string of `length` 16-bit units at `at`. */
export function readUtf16(memory: Memory, at: number, length: number): string {
  return memory.text.ucs2Slice(at, at + 2 * length);
}
