/** Values and keys as bytes, and back. */
export { Arena } from './arena.js';
export { addClass, classNamed, classWith, setMake } from './classes.js';
export { type Copier, copierOf, isImmutable } from './copy.js';
export { isText } from './decode.js';
export { encodeValue } from './encode.js';
export { LINKED, NUMBER_HEADER, NUMBER_HEADER_F64, NUMBER_LENGTH } from './format.js';
export { forEachLink, type Reference, setHandles, takeLinks } from './handles.js';
export { isHostPrototype } from './host.js';
export {
  type CacheKey,
  cacheKey,
  cacheKeyOrNone,
  decodeKey,
  encodeCacheKey,
  encodeKey,
  type Key,
  keyOf,
  NO_KEY,
} from './key.js';
export { canDraft, Draft } from './large/draft.js';
export { applyPatch, type Patched } from './large/patch.js';
export { openView } from './large/view.js';
export { Bytes } from './memory.js';
export { takePieces } from './pieces.js';
export { type ShapeTable, setShapeTable } from './shapes.js';
export { decodeValue, decodeView, decodeWithCopier, lastCopier } from './value.js';
export { toView } from './view.js';
