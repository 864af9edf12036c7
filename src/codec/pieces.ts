// Long binary inside values: it leaves the encoding as a piece of its own, which readers map instead of copying it. Where pieces are
// kept is the business of whoever keeps values.

import type { Arena } from './arena.js';
import { BINARY, PIECED } from './format.js';
import type { Bytes } from './memory.js';

/** Where an encoder puts pieces. */
export interface PieceStore {
  /** Copies `bytes`; returns the number of the piece. May throw. */
  stage(bytes: Uint8Array): number;
  unstage(piece: number): void;
}

/** Where a decoder finds those of a value, by their position in it. */
export interface PieceSource {
  /** A buffer that the caller owns. Throws an error without a code if there is none. */
  map(position: number): ArrayBuffer;
}

/** Binary from this length on, in bytes, is a piece. */
const PIECE_BYTES = 1 << 16;

let lastPieces: readonly number[] | null = null;

/** The pieces of the value that was encoded last; null if it has none. To be asked once: who asks also unstages them. */
export function takePieces(): readonly number[] | null {
  const pieces = lastPieces;
  lastPieces = null;
  return pieces;
}

/** Writes the slot of long binary and returns true; false if it is to be part of the encoding. */
export function putPiece(arena: Arena, bytes: Uint8Array, type: number, slotAt: number): boolean {
  if (arena.store === null || bytes.length < PIECE_BYTES) return false;
  arena.pieces ??= [];
  arena.u32[slotAt >> 2] = arena.pieces.length;
  arena.u32[(slotAt >> 2) + 1] = type;
  arena.pieces.push(arena.store.stage(bytes));
  return true;
}

/** The buffer that such a slot describes, and what it is to become: an index into `BINARY`. */
export function readPiece(bytes: Bytes, slotAt: number): { buffer: ArrayBuffer; type: number } | null {
  const type = bytes.u32[(slotAt >> 2) + 1];
  if (bytes.pieces === null || type >= BINARY.length) return null;
  try {
    return { buffer: bytes.pieces.map(bytes.u32[slotAt >> 2]), type };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) return null;
    throw error;
  }
}

/** Ends the value at `start`. */
export function endPieces(arena: Arena, start: number): void {
  if (lastPieces !== null) dropPieces(arena, lastPieces); // nobody asked
  lastPieces = arena.pieces;
  arena.pieces = null;
  if (lastPieces !== null) arena.u32[start >> 2] |= PIECED;
}

export function dropPieces(arena: Arena, pieces: readonly number[]): void {
  for (const piece of pieces) arena.store!.unstage(piece);
}
