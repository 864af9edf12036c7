// Ways to copy a value by way of bytes, or as one would: what the codec is compared with. A store is what a way needs; nothing is kept.
const copying = (title, open, copy) => ({ title, open, ops: { copy } });

export const codec = copying(
  'heddle’s codec',
  async () => {
    const { Arena, Bytes, decodeValue, encodeValue } = await import('../../dist/codec/index.js');
    const arena = new Arena();
    return { arena, bytes: new Bytes(arena.buffer), encodeValue, decodeValue };
  },
  ({ arena, bytes, encodeValue, decodeValue }, _, value) => {
    const tail = arena.tail;
    const start = encodeValue(arena, value);
    if (bytes.buffer !== arena.buffer) bytes.attach(arena.buffer);
    const copied = decodeValue(bytes, start, arena.tail - start);
    arena.release(tail);
    return copied;
  },
);

export const clone = copying(
  'structuredClone',
  async () => ({}),
  (_, __, value) => structuredClone(value),
);

export const json = copying(
  'JSON text',
  async () => ({}),
  (_, __, value) => JSON.parse(JSON.stringify(value)),
);

export const msgpackr = copying(
  'msgpackr, shared structures',
  async () => {
    const { Packr } = await import('msgpackr');
    return { packr: new Packr({ structures: [] }) };
  },
  ({ packr }, _, value) => packr.unpack(packr.pack(value)),
);

export const v8 = copying(
  'v8.serialize',
  async () => ({ v8: await import('node:v8') }),
  ({ v8 }, _, value) => v8.deserialize(v8.serialize(value)),
);
