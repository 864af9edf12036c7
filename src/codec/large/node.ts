// Nodes of an encoded value, read where they lie. What is found is checked against damage, as the decoder does.

import { damaged } from '../damage.js';
import { read } from '../decode.js';
import { objectSize, paddedTags, Tag } from '../format.js';
import type { Bytes } from '../memory.js';
import { shapeById } from '../shapes.js';
import { textLength } from '../text.js';

/** Where a value is described: a tag and a slot. */
export interface Place {
  readonly tag: number;
  readonly slotAt: number;
}

/** A container as a list of places. */
export interface Node {
  /** Where it starts. */
  readonly at: number;
  /** Elements; a DICT has two for each property. */
  readonly count: number;
  /** Where the slots are. */
  readonly slots: number;
  /** Where the tags are; 0 if all elements are numbers. */
  readonly tags: number;
}

/** Bytes of the part of the value below a slot, itself included, if it contains values; units of a text. */
export function sizeAt(bytes: Bytes, slotAt: number): number {
  return textLength(bytes, slotAt).units;
}

export function isContainer(tag: number): boolean {
  return tag >= Tag.OBJECT && tag <= Tag.SET;
}

/** The node of an OBJECT, and the keys of its elements. */
export function objectAt(bytes: Bytes, slotAt: number): { node: Node; keys: readonly string[]; shape: number } {
  const at = within(bytes, bytes.u32[slotAt >> 2], 8);
  const shape = bytes.u32[at >> 2];
  const { keys } = shapeById(shape);
  const count = keys.length;
  if (count !== bytes.u32[(at >> 2) + 1]) throw damaged('an object does not have the keys of its shape');
  within(bytes, at - bytes.base, objectSize(count));
  return { node: { at, count, slots: at + 8 + paddedTags(count), tags: at + 8 }, keys, shape };
}

/** The node of everything else that contains values. */
export function listAt(bytes: Bytes, slotAt: number): Node {
  const at = within(bytes, bytes.u32[slotAt >> 2], 8);
  const count = bytes.u32[at >> 2];
  const tags = bytes.u32[(at >> 2) + 1];
  const slots = within(bytes, at - bytes.base + 8, 8 * count);
  return { at, count, slots, tags: tags === 0 ? 0 : inside(bytes, tags, count) };
}

function inside(bytes: Bytes, offset: number, length: number): number {
  if (offset + length > bytes.length) throw damaged('a part lies outside');
  return bytes.base + offset;
}

function within(bytes: Bytes, offset: number, length: number): number {
  if ((offset & 7) !== 0) throw damaged('a node is not aligned');
  return inside(bytes, offset, length);
}

/** The tag of an element. */
export function tagAt(bytes: Bytes, node: Node, i: number): number {
  return node.tags === 0 ? Tag.NUMBER : bytes.u8[node.tags + i];
}

/** Begins to read a part of the value, and parts of that: together they are no more than the value. */
export function openPart(bytes: Bytes): void {
  bytes.budget = bytes.length;
  bytes.depth = 0;
}

/** Reads a part of the value; owned by the caller. */
export function readPart(bytes: Bytes, tag: number, slotAt: number): unknown {
  openPart(bytes);
  return read(bytes, tag, slotAt);
}

/** The text of an element that must be one: a property name. */
export function textAt(bytes: Bytes, node: Node, i: number): string {
  const tag = tagAt(bytes, node, i);
  if (tag !== Tag.LATIN1 && tag !== Tag.UTF16) throw damaged('a property name is no string');
  return readPart(bytes, tag, node.slots + 8 * i) as string;
}

/** Whether the name of a property is `text`, without making a string of it. */
export function isTextAt(bytes: Bytes, node: Node, i: number, text: string): boolean {
  const slotAt = node.slots + 8 * i;
  const { units: length, wide } = textLength(bytes, slotAt);
  if (length !== text.length) return false;
  const { u8 } = bytes;
  const isWide = wide || tagAt(bytes, node, i) === Tag.UTF16;
  const at = inside(bytes, bytes.u32[slotAt >> 2], isWide ? 2 * length : length);
  if (!isWide) {
    for (let c = 0; c < length; c++) if (u8[at + c] !== text.charCodeAt(c)) return false;
  } else {
    for (let c = 0; c < length; c++) {
      if ((u8[at + 2 * c] | (u8[at + 2 * c + 1] << 8)) !== text.charCodeAt(c)) return false;
    }
  }
  return true;
}
