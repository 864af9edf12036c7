import characteristics from './characteristics.js';
import design from './design.js';
import implementation from './implementation.js';
import overview from './overview.js';
import phases from './phases.js';
import programs from './programs.js';
import security from './security.js';

/**
 * What is known of a promise. It is shown unless it says that it is `planned`, or different `because` of something.
 *
 * @typedef {object} Evidence
 * @property {string[]} [in] where it is kept, each with what to look for there: `src/map.ts SharedMap`
 * @property {string[]} [tests] `test/map/view.test.js: the name of a test`, or of a GoogleTest `Suite.Name`
 * @property {string[]} [types] what `make types` checks
 * @property {string[]} [rows] names of rows of `bench/rows`
 * @property {string} [because] in what it is different, and why
 * @property {string} [planned] what there is of what is not done yet
 */

/**
 * By the heading of a section and by how a promise begins, or by its words where it is made in passing. Members of classes and
 * namespaces are not here: their tests have their names.
 *
 * @type {Record<string, Record<string, Evidence>>}
 */
export const evidence = {
  ...overview,
  ...programs,
  ...design,
  ...implementation,
  ...characteristics,
  ...phases,
  ...security,
};
