// Seeds bugs that the checkers of histories must find: `node tools/mutants/index.js`.

import { HISTORY_CHECKER } from '../history-checker/mutants.js';
import { LIST_APPEND } from '../list-append/mutants.js';
import { runMutants } from './run.js';

runMutants([HISTORY_CHECKER, LIST_APPEND]);
