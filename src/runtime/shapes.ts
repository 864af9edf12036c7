// The process-wide table of shapes, behind the codec's back.
//
// A shape is defined in the middle of an encoding and read in the middle of a decoding, so neither may touch what that one is
// working on: both bring buffers of their own and leave the frame as it was. They happen once for each shape and thread.

import { setShapeTable } from '../codec/index.js';
import { frame, KEY_LENGTH, KEY_OFFSET, LISTS, OK, RECORD, STATUS, TOO_LARGE, VALUE_LENGTH } from './frame.js';
import { native } from './native.js';
import { arena, inbox } from './thread.js';

const SHAPE_BYTES = 1 << 13;

function undisturbed<T>(call: () => T): T {
  const header = frame.i.slice(0, LISTS);
  try {
    return call();
  } finally {
    frame.i.set(header);
    native.setArena(arena.buffer);
    native.setInbox(inbox.buffer);
  }
}

function define(bytes: Uint8Array): number {
  return undisturbed(() => {
    const { i } = frame;
    const request = new Uint8Array((bytes.length + 7) & ~7);
    request.set(bytes);
    native.setArena(request.buffer);
    i[KEY_OFFSET] = 0;
    i[KEY_LENGTH] = bytes.length;
    native.shapeDefine();
    return i[STATUS] === OK ? i[RECORD] : 0;
  });
}

function read(id: number): Uint8Array | null {
  return undisturbed(() => {
    const { i } = frame;
    for (let size = SHAPE_BYTES; ; size *= 2) {
      const answer = new Uint8Array(size);
      native.setInbox(answer.buffer);
      i[RECORD] = id;
      native.shapeRead();
      if (i[STATUS] === OK) return answer.subarray(0, i[VALUE_LENGTH]);
      if (i[STATUS] !== TOO_LARGE) return null;
    }
  });
}

setShapeTable({ define, read });
