/**
 * The bytes of a value.
 *
 * Little-endian; nodes start at multiples of 8; every offset is a u32 relative to the start of the value, so that a value
 * can be moved as a block and one field can be read without decoding the others.
 *
 *     value   header word (low byte: tag of the root; LINKED, GRAPH, PIECED; rest 0) · a word: of a GRAPH the place of its table of
 *             buffers, 0 if it has none; else bytes that nothing refers to, which drafts leave behind · slot of the root · nodes and
 *             texts · if LINKED, the collections that it refers to and their number, a u32 each
 *     slot    8 bytes whose meaning the tag gives: an f64, an i64, or u32 offset + u32 length. The length of what contains values
 *             is that of the node and all that it contains; short texts of it may lie among those of its neighbours
 *     OBJECT  u32 shape · u32 number of keys · a tag byte per key, padded to 8 · a slot per key
 *     list    u32 count · u32 offset of `count` tag bytes, 0 when every element is a number · a slot per element
 *
 * Everything that contains values and is not an OBJECT is a list; what its elements mean is said beside the tag. A number
 * is therefore always `NUMBER_HEADER, 0, f64`: 16 bytes that a caller may write without calling the encoder.
 *
 * Tags are stored in shared memory while the process lives, never in a file: they may be renumbered between releases.
 */
export const Tag = {
  NUMBER: 1,
  /** offset, length in code units, of one byte each; if the top bit of the length is set, as UTF16 */
  LATIN1: 2,
  /** offset, length in code units; unaligned */
  UTF16: 3,
  FALSE: 4,
  TRUE: 5,
  NULL: 6,
  UNDEFINED: 7,
  /** an element that the array does not have */
  HOLE: 8,
  INT64: 9,
  /** offset, length of its hexadecimal digits, after a `-` if it is negative */
  BIGINT: 10,
  /** f64 milliseconds, NaN when invalid */
  DATE: 11,
  OBJECT: 12,
  /** list: key, value, … — an object whose keys are not worth a shape */
  DICT: 13,
  /** list: elements */
  ARRAY: 14,
  /** list: length, index, value, … — an array that is mostly holes */
  SPARSE: 15,
  /** list: key, value, … */
  MAP: 16,
  /** list: elements */
  SET: 17,
  /** list: source, flags */
  REGEXP: 18,
  /** list: the primitive */
  BOXED: 19,
  /** list: name of the constructor, then key, value, … of its own properties */
  ERROR: 20,
  /** u32 collection, u32 kind */
  HANDLE: 21,
  /** place of the slot of an object that came before, from the start of the value */
  REF: 22,
  /** nothing: what it is stands in the table of buffers (buffers.ts) */
  VIEW: 24,
  /** list: name of the class, own properties as OBJECT, DICT or ERROR — or name, what its `toValue` gave, true */
  INSTANCE: 28,
  /** position among the value's pieces, index into `BINARY`: long binary that lies outside of the value */
  MAPPED: 29,
  /** and above: offset, length of raw bytes; the difference is an index into `BINARY` */
  BINARY: 32,
} as const;

/** In the header word: the value refers to collections. */
export const LINKED = 1 << 8;

/** In the header word: parts of the value are referred to from several places. */
export const GRAPH = 1 << 9;
/** In the header word: the value has pieces. */
export const PIECED = 1 << 10;

/** First word of an encoded number; the second is 0 and an f64 follows. */
export const NUMBER_HEADER = Tag.NUMBER;
/** The same two words as one f64, for who writes them by one store. */
export const NUMBER_HEADER_F64 = new Float64Array(new Uint32Array([NUMBER_HEADER, 0]).buffer)[0];
/** Bytes of an encoded number. */
export const NUMBER_LENGTH = 16;

/** Levels of nesting that are encoded: recursion over them is safe on the smallest default stack. */
export const MAX_DEPTH = 1000;

/** Not in every runtime yet. */
const { Float16Array: float16Array } = globalThis as { Float16Array?: Uint16ArrayConstructor };

/** What raw bytes become. The order is part of the format. */
export const BINARY = [
  ArrayBuffer,
  DataView,
  Uint8Array,
  Int8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
  ...(float16Array === undefined ? [] : [float16Array]),
] as const;

/** Bytes of `count` tags, padded so that what follows is aligned. */
export const paddedTags = (count: number): number => (count + 7) & ~7;

/** Bytes of an OBJECT node of `count` keys. */
export const objectSize = (count: number): number => 8 + paddedTags(count) + 8 * count;
