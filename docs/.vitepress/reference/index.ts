/**
 * Everything that `heddle` exports, from the comments of its sources. The collections stand here as the classes that they are; what
 * is exported has the same members, and constructors that find types from entries and schemas.
 *
 * @module heddle
 */

// Of the same names, and nearer: these are the ones that count.
export { SharedArray } from '../../../src/array.js';
export * from '../../../src/index.js';
export { SharedMap } from '../../../src/map.js';
export { SharedQueue } from '../../../src/queue.js';
export { SharedRecord } from '../../../src/record.js';
export { SharedSet } from '../../../src/set.js';
