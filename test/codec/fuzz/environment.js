// What decoding refers to outside of the bytes, the same in every process: numbers of shapes, classes, handles, pieces.

import { addClass, setHandles, setShapeTable } from '../../../dist/codec/index.js';

const encoder = new TextEncoder();

/** Shapes by their numbers, from 1 on: those that the corpus was made with. */
const SHAPES = [
  ['a'],
  ['id', 'name'],
  ['id', 'name', 'nested', 'list', 'flag', 'date', 'text'],
  ['__proto__', 'x'],
  [],
];

/** Defines no more shapes than those; what has other keys is a dictionary. */
export function useShapes() {
  const texts = SHAPES.map((keys) => JSON.stringify(keys));
  setShapeTable({
    define: (bytes) => texts.indexOf(new TextDecoder().decode(bytes)) + 1,
    read(id) {
      return texts[id - 1] === undefined ? null : encoder.encode(texts[id - 1]);
    },
  });
}

export class Plain {
  constructor(text) {
    this.text = text;
  }
}
export class Converted {
  constructor(parts) {
    this.parts = parts;
  }
}
export class Failure extends Error {}

const handles = new Map();
export class Handle {
  constructor(id, kind) {
    Object.assign(this, { id, kind });
  }
}
export function handleOf(id, kind) {
  const name = `${id} ${kind}`;
  if (!handles.has(name)) handles.set(name, new Handle(id, kind));
  return handles.get(name);
}

/** The pieces of any value: two of them. */
const PIECES = [new Uint8Array(16).fill(1), new Uint8Array(70_000).fill(2)];
export const pieces = {
  map(position) {
    const piece = PIECES[position];
    if (piece === undefined) throw new RangeError('no such piece');
    return piece.slice().buffer;
  },
};

useShapes();
addClass({ name: 'Plain', prototype: Plain.prototype, toValue: null, fromValue: null });
addClass({ name: 'Failure', prototype: Failure.prototype, toValue: null, fromValue: null });
addClass({
  name: 'Converted',
  prototype: Converted.prototype,
  toValue: ({ parts }) => parts,
  fromValue: (parts) => new Converted(parts),
});
setHandles({
  reference: (value) => (value instanceof Handle ? value : undefined),
  resolve: handleOf,
});
